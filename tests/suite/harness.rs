//! The harness itself: what every other test takes for granted.

use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};
use std::time::Duration;

const CREATE_CLIENT: &str =
    "mutation($input: CreateClientInput!) { createClient(input: $input) { userErrors { code message } } }";

#[tokio::test]
async fn each_test_has_a_migrated_database_of_its_own() {
    let (one, other) = tokio::join!(TestDatabase::create(), TestDatabase::create());
    let (one_db, other_db) = (one.connect().await, other.connect().await);
    one_db
        .migrator()
        .execute_unprepared("DELETE FROM feed_head")
        .await
        .unwrap();
    one_db
        .migrator()
        .execute_unprepared("CREATE TABLE mine (id INTEGER)")
        .await
        .unwrap();
    let there = other_db.reader().execute_unprepared("SELECT * FROM mine").await;
    assert!(there.is_err(), "tests would see each other's rows");
    one_db.close().await.unwrap();
    other_db.close().await.unwrap();
}

#[tokio::test]
async fn people_sign_in_through_the_front_door() {
    let app = TestApp::start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    for (person, role) in [(&staff, "STAFF"), (&admin, "ADMIN"), (&client, "CLIENT")] {
        let answer = app.graphql(person, "{ viewer { role } }", json!({})).await;
        assert_eq!(answer.data()["viewer"]["role"], role);
    }
    assert!(client.client_id.is_some() && staff.client_id.is_none());
    assert_eq!(
        app.graphql(None, "{ clients { totalCount } }", json!({}))
            .await
            .code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn statements_are_counted() {
    let app = TestApp::start().await;
    let client = app.client().await;
    let query = app.graphql(&client, "{ viewer { email } }", json!({}));
    let (answer, statements) = app.statements.of(query).await;
    assert_eq!(answer.status, 200);
    assert!(!statements.is_empty() && statements.len() < 4, "{statements:#?}");
}

#[tokio::test]
#[should_panic(expected = "messages are left waiting")]
async fn a_message_left_waiting_fails_the_test() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    app.run(
        &staff,
        CREATE_CLIENT,
        json!({ "name": "Ramatou", "email": "ramatou@example.com" }),
    )
    .await;
}

#[tokio::test]
async fn messages_are_sent_when_the_test_says_so() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    app.run(
        &staff,
        CREATE_CLIENT,
        json!({ "name": "Ramatou", "email": "ramatou@example.com" }),
    )
    .await;
    assert!(app.mail.sent().is_empty());
    app.run_jobs().await;
    assert_eq!(app.mail.sent()[0].to, "ramatou@example.com");
}

const EVENTS: &str = "subscription($after: String) { viewerEvents(after: $after) { __typename \
    ... on StreamEvent { cursor replayed } ... on ProjectUpdatePosted { projectUpdate { title } } } }";

fn is_update(event: &Value) -> bool {
    event["__typename"] == "ProjectUpdatePosted"
}

#[tokio::test]
async fn a_subscription_goes_through_a_tunnel() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let mut events = app.subscribe(&client, EVENTS, json!({})).await;
    app.post_update(&staff, &project, "Fondations").await;
    let first = events.next_event_where(is_update).await;
    assert_eq!(
        (&first["projectUpdate"]["title"], &first["replayed"]),
        (&json!("Fondations"), &json!(false))
    );

    events.disconnect();
    app.post_update(&staff, &project, "Murs").await;
    events
        .reconnect(app.address(), &client.token, json!({ "after": first["cursor"] }))
        .await;
    let second = events.next_event_where(is_update).await;
    assert_eq!(
        (&second["projectUpdate"]["title"], &second["replayed"]),
        (&json!("Murs"), &json!(true))
    );
}

#[tokio::test]
async fn two_instances_share_a_database() {
    if !TestDatabase::on_postgres() {
        // SQLite has one serving process.
        return;
    }
    let app = TestApp::builder()
        .instances(2)
        .leaves_deliveries_pending()
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let mut events = app.subscribe_at(1, &client, EVENTS, json!({})).await;
    app.post_update(&staff, &project, "Toiture").await;
    assert_eq!(
        events.next_event_where(is_update).await["projectUpdate"]["title"],
        "Toiture"
    );
    // The inbox entry that goes with it, and nothing twice.
    events
        .next_event_where(|event| event["__typename"] == "NotificationAdded")
        .await;
    events.expect_silence(Duration::from_millis(200)).await;
}

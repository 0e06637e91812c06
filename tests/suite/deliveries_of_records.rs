//! Messages know what they are about, and go with it; and none is remembered for ever.

use chrono::TimeDelta;
use platform::clock::Clock;
use platform::outbox::{self, Status, table};
use platform::send_error::SendError;
use sea_orm::EntityTrait;
use serde_json::{Value, json};

use crate::content_world::{DELETE, FORCE_DELETE, RESTORE};
use crate::lead_world::{SUBMIT_LEAD, lead_form, with};
use crate::project_world::{UPDATE_PROJECT, query, texts};
use crate::support::app::TestApp;
use crate::support::people::Person;

const INBOX: &str = "{ viewer { unreadNotificationCount notifications { totalCount nodes { body } } } }";

async fn rows(app: &TestApp) -> Vec<table::Model> {
    table::Entity::find().all(app.ctx().db.reader()).await.unwrap()
}

/// The states of the messages about updates.
async fn states(app: &TestApp) -> Vec<Status> {
    let rows = rows(app).await.into_iter();
    let of_updates = rows.filter(|row| row.template == "project_update_posted");
    of_updates.map(|row| row.status).collect()
}

async fn inbox(app: &TestApp, who: &Person) -> (Value, Vec<String>) {
    let viewer = query(app, who, INBOX).await["viewer"].clone();
    let bodies = texts(&viewer["notifications"]["nodes"], "body");
    let bodies: Vec<String> = bodies.into_iter().map(str::to_owned).collect();
    assert_eq!(viewer["notifications"]["totalCount"], bodies.len());
    (viewer["unreadNotificationCount"].clone(), bodies)
}

#[tokio::test]
async fn what_is_deleted_is_told_to_nobody_any_more() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let update = app.post_update(&staff, &project, "Fouilles").await;
    assert_eq!(states(&app).await, [Status::Pending; 2]);
    app.run(&staff, DELETE, json!({ "id": update })).await;
    assert_eq!(states(&app).await, [Status::Cancelled; 2]);

    // With its project, whatever it belongs to.
    app.post_update(&staff, &project, "Dalle").await;
    app.run(&staff, DELETE, json!({ "id": project })).await;
    app.run_jobs().await;
    assert_eq!(states(&app).await, [Status::Cancelled; 4]);
    assert!(app.mail.sent().is_empty() && app.push.sent().is_empty());
}

#[tokio::test]
async fn who_is_shut_out_or_has_lost_a_project_is_told_nothing_more_of_it() {
    let app = TestApp::start().await;
    let (staff, former, next) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &former).await;
    app.post_update(&staff, &project, "Fouilles").await;
    assert_eq!(inbox(&app, &former).await.0, 1);
    let patch = json!({ "id": project, "expectedVersion": 1, "patch": { "clientId": next.client() } });
    app.run(&staff, UPDATE_PROJECT, patch).await;
    assert_eq!(states(&app).await, [Status::Cancelled; 2]);
    assert_eq!(inbox(&app, &former).await, (json!(0), vec![]));

    app.post_update(&staff, &project, "Dalle").await;
    let disable =
        "mutation($input: ClientIdInput!) { disableClient(input: $input) { userErrors { code message } } }";
    app.run(&staff, disable, json!({ "id": next.client() })).await;
    app.run_jobs().await;
    assert_eq!(states(&app).await, [Status::Cancelled; 4]);
    assert!(app.mail.sent().is_empty());
}

#[tokio::test]
async fn the_inbox_shows_what_is_there_and_theirs() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let (stays, goes) = (
        app.project(&staff, &client).await,
        app.project(&staff, &client).await,
    );
    app.post_update(&staff, &stays, "Fouilles").await;
    app.advance(TimeDelta::minutes(1));
    let dalle = app.post_update(&staff, &stays, "Dalle").await;
    app.advance(TimeDelta::minutes(1));
    app.post_update(&staff, &goes, "Toiture").await;
    let titles = |bodies: &[String]| -> Vec<&str> {
        let known = ["Fouilles", "Dalle", "Toiture"];
        let of = |body: &String| known.into_iter().find(|title| body.contains(title)).unwrap();
        bodies.iter().map(of).collect()
    };
    let (unread, bodies) = inbox(&app, &client).await;
    assert_eq!(
        (unread, titles(&bodies)),
        (json!(3), vec!["Toiture", "Dalle", "Fouilles"])
    );
    app.run(&staff, DELETE, json!({ "id": goes })).await;
    app.run(&staff, DELETE, json!({ "id": dalle })).await;
    let (unread, bodies) = inbox(&app, &client).await;
    assert_eq!((unread, titles(&bodies)), (json!(1), vec!["Fouilles"]));
    app.run(&staff, RESTORE, json!({ "id": goes })).await;
    let (unread, bodies) = inbox(&app, &client).await;
    assert_eq!((unread, titles(&bodies)), (json!(2), vec!["Toiture", "Fouilles"]));
}

#[tokio::test]
async fn of_a_client_who_was_removed_for_good_no_message_is_left() {
    let app = TestApp::start().await;
    let (admin, client, other) = tokio::join!(app.admin(), app.client(), app.client());
    for who in [&client, &other] {
        let project = app.project(&admin, who).await;
        app.post_update(&admin, &project, "Fouilles").await;
    }
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 2);
    app.run(&admin, FORCE_DELETE, json!({ "id": client.client() }))
        .await;
    let left = rows(&app).await;
    let text = format!("{left:?}");
    assert!(!text.contains(&client.email), "{text}");
    assert!(text.contains(&other.email), "{text}");
    let form = with(lead_form(&app, "unique-1"), json!({ "name": "Zaïnab Unique" }));
    app.run(None, SUBMIT_LEAD, form).await;
    app.run_jobs().await;
    assert!(format!("{:?}", rows(&app).await).contains("Zaïnab Unique"));
    let found = query(&app, &admin, "{ leads { nodes { id } } }").await["leads"]["nodes"][0]["id"].clone();
    app.run(&admin, FORCE_DELETE, json!({ "id": found })).await;
    assert!(!format!("{:?}", rows(&app).await).contains("Zaïnab Unique"));
}

#[tokio::test]
async fn messages_that_are_over_lose_their_text_in_a_month_and_are_forgotten_in_three() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Fouilles").await;
    app.mail.fail_with([SendError::permanent("no such mailbox")]);
    app.run_jobs().await;
    let purge = async || outbox::purge(&app.ctx().db, app.clock.now()).await.unwrap();
    let told = async || {
        let rows = rows(&app).await;
        let mut told: Vec<_> = rows
            .iter()
            .map(|row| (row.status, row.data.to_string().contains("Fouilles")))
            .collect();
        told.sort_by_key(|(status, _)| *status == Status::Dead);
        told
    };
    // The mail was refused; the push found no device.
    app.advance(TimeDelta::days(30));
    assert_eq!(purge().await, 0);
    assert_eq!(told().await, [(Status::NoDevice, true), (Status::Dead, true)]);
    app.advance(TimeDelta::minutes(1));
    assert_eq!(purge().await, 1);
    assert_eq!(told().await, [(Status::NoDevice, false), (Status::Dead, true)]);
    app.advance(TimeDelta::days(60));
    assert_eq!(purge().await, 1);
    assert_eq!(told().await, [(Status::Dead, true)], "nobody has dealt with it");

    let staff = app.staff().await;
    let dead =
        query(&app, &staff, "{ deliveries { nodes { id status } } }").await["deliveries"]["nodes"][0].clone();
    let dismiss = "mutation($input: DismissDeliveryInput!) { dismissDelivery(input: $input) { delivery { status } \
        userErrors { code message field } } }";
    let input = json!({ "id": dead["id"] });
    let payload = app.run(&staff, dismiss, input.clone()).await;
    assert_eq!(payload["delivery"]["status"], "CANCELLED");
    let again = app
        .graphql(&staff, dismiss, json!({ "input": input }))
        .await
        .data();
    assert_eq!(again["dismissDelivery"]["userErrors"][0]["code"], "LOCKED");
    assert_eq!(purge().await, 1);
    assert!(told().await.is_empty());
}

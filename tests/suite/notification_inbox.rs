//! The inbox: everybody their own, read once.

use belle_house::app::PURGES;
use belle_house::features::notifications::Notifications;
use platform::housekeeping;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};

use crate::billing_world::{issued, pay};
use crate::project_world::{errors, mutate, query, texts};
use crate::support::app::TestApp;

const MARK: &str = "mutation($input: MarkNotificationsReadInput!) { markNotificationsRead(input: $input) { \
    markedCount unreadNotificationCount userErrors { code message field } } }";
const INBOX: &str = "{ viewer { unreadNotificationCount notifications { totalCount nodes { id body readAt } } \
    unread: notifications(filter: { unread: true }) { totalCount } } }";

#[tokio::test]
async fn entries_are_read_one_by_one_or_all_at_once() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    for title in ["Fouilles", "Dalle", "Murs"] {
        app.post_update(&staff, &project, title).await;
        app.advance(chrono::TimeDelta::minutes(1));
    }
    let inbox = query(&app, &client, INBOX).await["viewer"].clone();
    assert_eq!(inbox["unreadNotificationCount"], 3);
    let entries = &inbox["notifications"]["nodes"];
    for (body, title) in texts(entries, "body")
        .into_iter()
        .zip(["Murs", "Dalle", "Fouilles"])
    {
        assert!(body.contains(title), "the newest first: {body}");
    }
    let newest = entries[0]["id"].clone();

    // Somebody else's entries are not there to be marked.
    let payload = mutate(&app, &other, MARK, json!({ "ids": [newest] })).await;
    assert_eq!(payload["markedCount"], 0);
    let payload = mutate(&app, &client, MARK, json!({ "ids": [newest] })).await;
    assert_eq!(
        payload,
        json!({ "markedCount": 1, "unreadNotificationCount": 2, "userErrors": [] })
    );
    let read_at = query(&app, &client, INBOX).await["viewer"]["notifications"]["nodes"][0]["readAt"].clone();
    assert!(read_at.is_string());
    app.advance(chrono::TimeDelta::minutes(20));
    let payload = mutate(&app, &client, MARK, json!({ "ids": [newest] })).await;
    assert_eq!(payload["markedCount"], 0, "read already");
    let payload = mutate(&app, &client, MARK, json!({ "ids": ["x", newest] })).await;
    assert_eq!(errors(&payload), ["INVALID input.ids.0"]);

    let payload = mutate(&app, &client, MARK, json!({})).await;
    assert_eq!(payload["markedCount"], 2);
    let inbox = query(&app, &client, INBOX).await["viewer"].clone();
    assert_eq!(inbox["unread"]["totalCount"], 0);
    assert_eq!(inbox["notifications"]["totalCount"], 3);
    assert_eq!(
        inbox["notifications"]["nodes"][0]["readAt"], read_at,
        "the first reading counts"
    );
    assert_eq!(
        app.graphql(None, MARK, json!({ "input": {} })).await.code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn entries_speak_the_client_s_language() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Dalle").await;
    let english = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code message field } } }";
    let version =
        query(&app, &client, "{ viewer { client { version } } }").await["viewer"]["client"]["version"]
            .clone();
    app.run(
        &client,
        english,
        json!({ "expectedVersion": version, "patch": { "locale": "EN" } }),
    )
    .await;
    app.advance(chrono::TimeDelta::minutes(1));
    app.post_update(&staff, &project, "Roof").await;
    let inbox = query(&app, &client, INBOX).await;
    let entries = inbox["viewer"]["notifications"]["nodes"].clone();
    assert!(
        entries[0]["body"]
            .as_str()
            .unwrap()
            .starts_with("New update on Villa"),
        "{entries}"
    );
    let french = entries[1]["body"].as_str().unwrap();
    assert!(
        french.contains("Villa") && french.contains("Dalle") && !french.contains("New update"),
        "{french}"
    );
    assert_ne!(entries[1]["id"], Value::Null);
}

#[tokio::test]
async fn nobody_s_inbox_stays_empty() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "100").await;
    let profile =
        query(&app, &client, "{ viewer { client { name version } } }").await["viewer"]["client"].clone();
    let anonymise = "mutation($input: AnonymiseClientInput!) { anonymiseClient(input: $input) { userErrors { code message } } }";
    let input =
        json!({ "id": client.client(), "expectedVersion": profile["version"], "confirm": profile["name"] });
    app.run(&admin, anonymise, input).await;
    // The books go on, and nobody is told.
    pay(&app, &staff, &project, invoice["id"].as_str(), "50").await;
    let told = Notifications::find().count(app.ctx().db.reader()).await.unwrap();
    assert_eq!(told, 0);
}

#[tokio::test]
async fn entries_are_read_by_kind_open_what_they_tell_of_and_last_a_year() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let update = app.post_update(&staff, &project, "Dalle").await;
    let invoice = issued(&app, &staff, &project, "100").await;
    let list = "{ viewer { notifications { nodes { kind recordId readAt } } } }";
    let entries = query(&app, &client, list).await["viewer"]["notifications"]["nodes"].clone();
    let of = |kind: &str| {
        let all = entries.as_array().unwrap().iter();
        all.clone().find(|it| it["kind"] == kind).unwrap().clone()
    };
    assert_eq!(of("ProjectUpdatePosted")["recordId"], update.as_str());
    assert_eq!(of("InvoiceIssued")["recordId"], invoice["id"]);
    let payload = mutate(
        &app,
        &client,
        MARK,
        json!({ "kinds": ["InvoiceIssued", "NoSuchKind"] }),
    )
    .await;
    assert_eq!(
        (&payload["markedCount"], &payload["unreadNotificationCount"]),
        (&json!(1), &json!(1))
    );
    let payload = mutate(&app, &client, MARK, json!({ "kinds": [] })).await;
    assert_eq!(payload["markedCount"], 0);

    let count = async || {
        housekeeping::purge(app.ctx(), PURGES).await.unwrap();
        Notifications::find().count(app.ctx().db.reader()).await.unwrap()
    };
    app.advance(chrono::TimeDelta::days(364));
    assert_eq!(count().await, 2);
    app.advance(chrono::TimeDelta::days(2));
    assert_eq!(count().await, 0);
}

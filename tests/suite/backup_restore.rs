//! What follows from a restore: nobody knows what happened since the backup was made.

use std::sync::Arc;

use belle_house::features::billing::reminders::catch_up;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::backup_world::BackupWorld;
use crate::billing_world::{draft, draft_input, issued, item, key, on_invoice, with};
use crate::project_world::mutate;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::{PASSWORD, Person};

const EVENTS: &str = "subscription($after: String) { viewerEvents(after: $after) { __typename \
    ... on StreamEvent { cursor } ... on ProjectUpdatePosted { projectUpdate { title } } } }";
const HELD: &str = "{ dashboard { heldDeliveries(first: 50) { nodes { id template channel status } } } }";
const SETTLE: &str = "mutation($input: SettleHeldDeliveriesInput!) { settleHeldDeliveries(input: $input) { \
    deliveries { id status } userErrors { code message field } } }";
const CONFIRM: &str = "mutation($input: ConfirmNumberSeriesInput!) { confirmNumberSeries(input: $input) { \
    numberSeries { series lastNumber unconfirmedSince lostNumbers { number recordedAt } } \
    userErrors { code message field } } }";
const SERIES: &str = "{ numberSeries { series lastNumber unconfirmedSince lostNumbers { number } } }";

async fn held(app: &TestApp, staff: &Person) -> Vec<Value> {
    let data = app.graphql(staff, HELD, json!({})).await.data();
    data["dashboard"]["heldDeliveries"]["nodes"]
        .as_array()
        .unwrap()
        .clone()
}

async fn issue(app: &TestApp, staff: &Person, draft: &Value) -> Value {
    let input = json!({ "id": draft["id"], "expectedVersion": draft["version"], "idempotencyKey": key() });
    on_invoice(app, staff, "issueInvoice", input).await
}

/// A server on what was restored from a backup of `world`, and the database it is on.
async fn restored(world: &BackupWorld, backup: &platform::backup::Backup) -> TestApp {
    let database = Arc::new(TestDatabase::create().await);
    world.restore(backup, database.url(), false).await.unwrap();
    TestApp::builder()
        .on(database)
        .leaves_deliveries_pending()
        .start()
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_end_and_a_stream_that_resumes_is_told_to_begin_anew() {
    let world = BackupWorld::start(TestApp::builder()).await;
    let old = &world.app;
    let (staff, client) = (old.staff().await, old.client().await);
    let project = old.project(&staff, &client).await;
    old.post_update(&staff, &project, "fondations").await;
    let cursor = old.graphql(&client, "{ eventCursor }", json!({})).await.data()["eventCursor"].clone();
    let backup = world.back_up().await;
    old.post_update(&staff, &project, "lost").await;

    let app = restored(&world, &backup).await;
    for person in [&staff, &client] {
        let refused = app.graphql(person, "{ viewer { id } }", json!({})).await;
        assert_eq!(refused.code(), "UNAUTHENTICATED", "the session ended");
        let refresh = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { session { accessToken } \
            userErrors { code } } }";
        let input = json!({ "input": { "refreshToken": person.refresh_token } });
        let answer = app.graphql(None, refresh, input).await.body.to_string();
        assert!(!answer.contains("accessToken\":\""), "{answer}");
    }
    let client = app.sign_in(&client.email, PASSWORD).await;
    let staff = app.sign_in(&staff.email, PASSWORD).await;
    let mut stream = app.subscribe(&client, EVENTS, json!({ "after": cursor })).await;
    let first = stream.next_event().await;
    assert_eq!(first["__typename"], "StreamReset", "{first}");
    app.post_update(&staff, &project, "after").await;
    let posted = stream
        .next_event_where(|event| event["__typename"] == "ProjectUpdatePosted")
        .await;
    assert_eq!(posted["projectUpdate"]["title"], "after");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_issued_before_an_administrator_has_said_which_number_was_the_last() {
    let world = BackupWorld::start(TestApp::builder()).await;
    let old = &world.app;
    let (staff, admin, client) = (old.staff().await, old.admin().await, old.client().await);
    let project = old.project(&staff, &client).await;
    let first = issued(old, &staff, &project, "1000").await;
    assert_eq!(first["number"], "BH/2026/1");
    let waiting = draft(old, &staff, &project, "2000").await;
    let backup = world.back_up().await;
    for _ in 0..2 {
        issued(old, &staff, &project, "500").await;
    }

    let app = restored(&world, &backup).await;
    let staff = app.sign_in(&staff.email, PASSWORD).await;
    let admin = app.sign_in(&admin.email, PASSWORD).await;
    let refused = issue(&app, &staff, &waiting).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED", "{refused}");
    let at_once = with(draft_input(&project, "10"), json!({ "issue": true }));
    let refused = on_invoice(&app, &staff, "createInvoice", at_once).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED", "{refused}");

    let confirm = async |who: &Person, series: &str, numbers: &[&str]| {
        let input = json!({ "series": series, "lastNumbers": numbers });
        app.graphql(who, CONFIRM, json!({ "input": input })).await
    };
    assert_eq!(confirm(&staff, "BH", &["BH/2026/3"]).await.code(), "FORBIDDEN");
    for (series, numbers, code) in [
        ("XX", &[][..], "NOT_FOUND"),
        ("BH", &["3"][..], "INVALID"),
        ("BH", &["BH/2026/0"][..], "INVALID"),
        ("BH", &["BH/2027/1"][..], "INVALID"),
        ("BH", &["BH/2026/5000"][..], "INVALID"),
    ] {
        let answer = confirm(&admin, series, numbers).await.data();
        assert_eq!(
            answer["confirmNumberSeries"]["userErrors"][0]["code"], code,
            "{answer}"
        );
    }
    let answer = confirm(&admin, "BH", &["BH/2026/3"]).await.data();
    let series = &answer["confirmNumberSeries"]["numberSeries"];
    assert_eq!(
        (&series["lastNumber"], &series["unconfirmedSince"]),
        (&json!("BH/2026/3"), &Value::Null),
        "{answer}"
    );
    let again = confirm(&admin, "BH", &["BH/2026/4"]).await.data();
    assert_eq!(again["confirmNumberSeries"]["userErrors"][0]["code"], "LOCKED");

    let issued = issue(&app, &staff, &waiting).await;
    assert_eq!(issued["invoice"]["number"], "BH/2026/4", "{issued}");
    let all = app.graphql(&staff, SERIES, json!({})).await.data();
    let of = |name: &str| {
        let series = all["numberSeries"].as_array().unwrap().iter();
        series
            .clone()
            .find(|series| series["series"] == name)
            .unwrap()
            .clone()
    };
    assert_eq!(
        of("BH")["lostNumbers"],
        json!([{ "number": "BH/2026/3" }, { "number": "BH/2026/2" }])
    );
    assert!(of("AV")["unconfirmedSince"].is_string(), "each series by itself");
    let items = [item("Geste", "1", "100")];
    let note = json!({ "invoiceId": first["id"], "items": items, "idempotencyKey": key() });
    let refused = on_invoice(&app, &staff, "createCreditNote", note.clone()).await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED", "{refused}");
    confirm(&admin, "AV", &[]).await.data();
    let made = on_invoice(&app, &staff, "createCreditNote", note).await;
    assert_eq!(made["creditNote"]["number"], "AV/2026/1", "{made}");
    let audit = "{ auditLog(first: 20) { nodes { recordType recordId } } }";
    let audited = app.graphql(&admin, audit, json!({})).await.body.to_string();
    assert!(audited.contains("NumberSeries"), "{audited}");
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_that_waited_and_reminders_of_days_gone_by_wait_for_a_person() {
    let world = BackupWorld::start(TestApp::builder().setting("REMINDER_HOUR", "0")).await;
    let old = &world.app;
    let (staff, client) = (old.staff().await, old.client().await);
    let project = old.project(&staff, &client).await;
    old.run_jobs().await;
    let due = json!({ "issue": true, "dueDate": "2026-12-01" });
    let input = with(draft_input(&project, "1000"), due);
    on_invoice(old, &staff, "createInvoice", input).await;
    let backup = world.back_up().await;
    // Three days before the due date the server was there; then it was lost, and what it reminded of with it.
    old.advance(TimeDelta::days(8));
    let database = Arc::new(TestDatabase::create().await);
    world.restore(&backup, database.url(), false).await.unwrap();

    let app = TestApp::builder()
        .on(database)
        .setting("REMINDER_HOUR", "0")
        .leaves_deliveries_pending()
        .start()
        .await;
    app.advance(TimeDelta::days(8));
    let staff = app.sign_in(&staff.email, PASSWORD).await;
    let waiting = held(&app, &staff).await;
    assert!(!waiting.is_empty(), "the invoice's messages waited");
    app.run_jobs().await;
    assert!(
        app.mail.sent().is_empty() && app.push.sent().is_empty(),
        "nothing leaves by itself"
    );
    catch_up(app.ctx()).await.unwrap();
    app.run_jobs().await;
    assert!(app.mail.sent().is_empty(), "the reminder of the 28th is held");
    let all = held(&app, &staff).await;
    assert!(all.len() > waiting.len(), "{all:?}");

    let ids: Vec<&Value> = all.iter().map(|delivery| &delivery["id"]).collect();
    let (sent, cancelled) = ids.split_at(1);
    let retry =
        "mutation($input: ReplayDeliveryInput!) { replayDelivery(input: $input) { userErrors { code } } }";
    let replayed = mutate(&app, &staff, retry, json!({ "id": sent[0] })).await;
    assert_eq!(replayed["userErrors"][0]["code"], "LOCKED");
    let cancel = json!({ "ids": cancelled, "decision": "CANCEL" });
    let done = mutate(&app, &staff, SETTLE, cancel.clone()).await;
    assert_eq!(done["deliveries"][0]["status"], "CANCELLED", "{done}");
    let again = mutate(&app, &staff, SETTLE, cancel).await;
    assert_eq!(again["userErrors"][0]["code"], "LOCKED", "{again}");
    assert_eq!(again["userErrors"][0]["field"], json!(["input", "ids", "0"]));
    let send = json!({ "ids": sent, "decision": "SEND" });
    let done = mutate(&app, &staff, SETTLE, send).await;
    assert_eq!(done["deliveries"][0]["status"], "PENDING", "{done}");
    app.run_jobs().await;
    assert_eq!(held(&app, &staff).await.len(), 0);

    // What falls due from now on is sent as ever.
    let before = app.mail.sent().len();
    app.advance(TimeDelta::days(3));
    let staff = app.sign_in(&staff.email, PASSWORD).await;
    catch_up(app.ctx()).await.unwrap();
    app.run_jobs().await;
    assert_eq!(held(&app, &staff).await.len(), 0);
    assert!(app.mail.sent().len() > before, "overdue since midnight");
}

//! Leads, inquiries and dead letters in `staffEvents`, and the dashboard that counts them.

use chrono::TimeDelta;
use platform::send_error::SendError;
use serde_json::{Value, json};

use crate::lead_world::{SUBMIT_INQUIRY, SUBMIT_LEAD, inquiry_form, lead, lead_form, submit};
use crate::project_world::query;
use crate::support::app::TestApp;
use crate::support::people::Person;

const EVENTS: &str = "subscription($after: String) { staffEvents(after: $after) { __typename \
    ... on LeadReceived { cursor replayed lead { id name status } } \
    ... on InquiryReceived { cursor replayed inquiry { id subject } } \
    ... on DeliveryGivenUp { cursor replayed delivery { template status lastError } } \
    ... on RecordRemoved { recordType recordId } } }";

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

async fn cursor(app: &TestApp, who: &Person) -> Value {
    query(app, who, "{ eventCursor }").await["eventCursor"].clone()
}

#[tokio::test]
async fn the_desk_sees_what_comes_in_and_resumes_after_the_tunnel() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let begin = cursor(&app, &staff).await;
    let mut desk = app.subscribe(&staff, EVENTS, json!({ "after": begin })).await;
    let mut theirs = app
        .subscribe(&client, "subscription { viewerEvents { __typename } }", json!({}))
        .await;
    submit(&app, SUBMIT_LEAD, lead_form(&app, "k1")).await;
    let event = desk.next_event().await;
    assert_eq!(event["__typename"], "LeadReceived");
    assert_eq!(event["lead"]["name"], "Zaïnab Issa");
    desk.disconnect();

    submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "k2")).await;
    app.mail.fail_with([
        SendError::permanent("550 no such user"),
        SendError::permanent("550 no such user"),
    ]);
    app.run_jobs().await;
    let after = json!({ "after": event["cursor"] });
    desk.reconnect(app.address(), &staff.token, after).await;
    let inquiry = desk.next_event().await;
    assert_eq!(
        (
            &inquiry["__typename"],
            &inquiry["replayed"],
            &inquiry["inquiry"]["subject"]
        ),
        (&json!("InquiryReceived"), &json!(true), &json!("Délais"))
    );
    for _ in 0..2 {
        let dead = desk.next_event().await;
        assert_eq!(dead["__typename"], "DeliveryGivenUp");
        assert_eq!(dead["delivery"]["status"], "DEAD");
        assert_eq!(dead["delivery"]["lastError"], "550 no such user");
    }
    let lead_id = event["lead"]["id"].clone();
    app.run(
        &staff,
        "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { userErrors { code message field } } }",
        json!({ "id": lead_id }),
    )
    .await;
    assert_eq!(
        desk.next_event().await,
        json!({ "__typename": "RecordRemoved", "recordType": "ConstructionLead", "recordId": lead_id })
    );
    theirs.expect_silence(std::time::Duration::from_millis(300)).await;
}

#[tokio::test]
async fn the_dashboard_says_what_needs_a_person_today() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let quiet = app.project(&staff, &client).await;
    let closed = app.project(&staff, &client).await;
    let lively = app.project(&staff, &client).await;
    app.run(
        &staff,
        "mutation($input: CloseProjectInput!) { closeProject(input: $input) { userErrors { code message field } } }",
        json!({ "id": closed, "expectedVersion": 1 }),
    )
    .await;
    app.advance(TimeDelta::days(14) + TimeDelta::minutes(1));
    let staff = app.sign_in(&staff.email, crate::support::people::PASSWORD).await;
    app.post_update(&staff, &lively, "Dalle").await;
    app.project(&staff, &client).await;
    lead(&app, &staff, json!({})).await;
    submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "k")).await;
    app.mail
        .fail_with((0..2).map(|_| SendError::permanent("550 no such user")));
    app.run_jobs().await;

    let document = "{ dashboard { newLeads { totalCount nodes { name } } unreadInquiries { totalCount } \
         projectsWithoutNews { totalCount nodes { id } } soon: projectsWithoutNews(days: 15) { totalCount } \
         deadDeliveries { totalCount nodes { lastError } } } }";
    let seen = query(&app, &staff, document).await["dashboard"].clone();
    assert_eq!(seen["newLeads"]["nodes"], json!([{ "name": "Zaïnab Issa" }]));
    assert_eq!(seen["unreadInquiries"]["totalCount"], 1);
    assert_eq!(
        seen["projectsWithoutNews"],
        json!({ "totalCount": 1, "nodes": [{ "id": quiet }] })
    );
    assert_eq!(seen["soon"]["totalCount"], 0);
    assert_eq!(seen["deadDeliveries"]["totalCount"], 2);

    let (_, statements) = app
        .statements
        .of(query(
            &app,
            &staff,
            "{ dashboard { unreadInquiries { nodes { id } } } }",
        ))
        .await;
    let lists = statements
        .iter()
        .filter(|sql| !sql.contains("\"sessions\""))
        .count();
    assert_eq!(lists, 1, "{statements:#?}");
    let wrong = "{ dashboard { projectsWithoutNews(days: 0) { totalCount } } }";
    assert_eq!(app.graphql(&staff, wrong, json!({})).await.code(), "BAD_REQUEST");
}

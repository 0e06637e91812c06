//! The staff's view of the outbox: what it shows, what it hides, and the second chance.

use platform::send_error::SendError;
use serde_json::{Value, json};

use crate::support::app::TestApp;

const LIST: &str = "query($filter: DeliveryFilterInput) { deliveries(filter: $filter) { totalCount nodes { id channel \
     status template address attempts lastError nextAttemptAt sentAt locale recipient { name } } } }";
const REPLAY: &str = "mutation($input: ReplayDeliveryInput!) { replayDelivery(input: $input) { delivery { id status \
     attempts } userErrors { code message field } } }";
const CREATE_CLIENT: &str = "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code message } } }";

async fn list(app: &TestApp, token: &str, filter: Value) -> Vec<Value> {
    let data = app.graphql(token, LIST, json!({ "filter": filter })).await.data();
    data["deliveries"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn staff_sees_how_far_a_message_came_and_never_what_it_says() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let input = json!({ "name": "Zainab Issoufou", "email": "zainab@example.ne" });
    app.run(&staff, CREATE_CLIENT, input).await;

    app.mail.fail_with([SendError::permanent("no such mailbox")]);
    app.run_jobs().await;
    let dead = list(
        &app,
        &staff.token,
        json!({ "status": ["DEAD"], "channel": "EMAIL" }),
    )
    .await;
    assert_eq!(dead.len(), 1);
    assert_eq!(dead[0]["template"], "client_credentials");
    assert_eq!(dead[0]["address"], "zainab@example.ne");
    assert_eq!(dead[0]["lastError"], "no such mailbox");
    assert_eq!(dead[0]["nextAttemptAt"], Value::Null);
    assert!(
        list(&app, &staff.token, json!({ "status": ["SENT"] }))
            .await
            .is_empty()
    );

    let input = json!({ "id": dead[0]["id"] });
    let payload = app.run(&staff, REPLAY, input.clone()).await;
    assert_eq!(payload["delivery"]["status"], "PENDING");
    assert_eq!(payload["delivery"]["attempts"], 0);
    app.run_jobs().await;
    assert_eq!(
        list(&app, &staff.token, json!({ "status": ["SENT"] }))
            .await
            .len(),
        1
    );
    assert_eq!(app.mail.sent().len(), 1);

    let again = app
        .graphql(&staff, REPLAY, json!({ "input": input }))
        .await
        .data();
    assert_eq!(again["replayDelivery"]["userErrors"][0]["code"], "LOCKED");
}

#[tokio::test]
async fn the_outbox_is_for_staff_alone() {
    let app = TestApp::start().await;
    let client = app.client().await;
    app.run_jobs().await;
    let as_client = app.graphql(&client, LIST, json!({})).await;
    assert_eq!(as_client.code(), "FORBIDDEN");
    let as_nobody = app.graphql(None, LIST, json!({})).await;
    assert_eq!(as_nobody.code(), "UNAUTHENTICATED");
    let input = json!({ "input": { "id": "dlv_01h455vb4pex5vsknk084sn02q" } });
    assert_eq!(
        app.graphql(&client, REPLAY, input.clone()).await.code(),
        "FORBIDDEN"
    );
    assert_eq!(
        app.graphql(None, REPLAY, input.clone()).await.code(),
        "UNAUTHENTICATED"
    );

    let staff = app.staff().await;
    let missing = app.graphql(&staff, REPLAY, input).await.data();
    assert_eq!(missing["replayDelivery"]["userErrors"][0]["code"], "NOT_FOUND");
    let wrong = json!({ "input": { "id": "cli_01h455vb4pex5vsknk084sn02q" } });
    let wrong = app.graphql(&staff, REPLAY, wrong).await.data();
    assert_eq!(wrong["replayDelivery"]["userErrors"][0]["code"], "INVALID");
}

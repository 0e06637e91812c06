//! `convertLead`: once, whoever else tries.

use futures_util::future::join_all;
use serde_json::{Value, json};

use crate::lead_world::{CONVERT_LEAD, lead};
use crate::project_world::{errors, mutate, query};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};

fn conversion(lead: &Value, name: &str) -> Value {
    json!({ "id": lead["id"], "expectedVersion": lead["version"], "project": { "name": name, "totalQuote": "45000000" } })
}

fn also(mut input: Value, key: &str, value: Value) -> Value {
    input[key] = value;
    input
}

async fn totals(app: &TestApp, staff: &Person) -> (Value, Value) {
    let found = query(app, staff, "{ clients { totalCount } projects { totalCount } }").await;
    (
        found["clients"]["totalCount"].clone(),
        found["projects"]["totalCount"].clone(),
    )
}

#[tokio::test]
async fn a_lead_becomes_a_client_with_a_project() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let lead = lead(&app, &staff, json!({})).await;
    let payload = app
        .run(&staff, CONVERT_LEAD, conversion(&lead, "Villa Zaïnab"))
        .await;
    assert_eq!(payload["lead"]["status"], "CONVERTED");
    assert_eq!(payload["lead"]["isRead"], true);
    assert_eq!(payload["lead"]["client"]["id"], payload["client"]["id"]);
    assert_eq!(payload["lead"]["project"]["id"], payload["project"]["id"]);
    assert_eq!(payload["project"]["client"]["id"], payload["client"]["id"]);
    assert_eq!(payload["client"]["name"], "Zaïnab Issa");
    assert_eq!(payload["client"]["phone"], "+22790123456");
    app.run_jobs().await;
    assert_eq!(app.mail.sent().last().unwrap().to, "Zainab@example.ne");
    let document = format!(
        "{{ lead(id: {}) {{ timeline {{ nodes {{ kind oldStatus newStatus client {{ name }} project {{ name }} \
         delivery {{ template status }} }} }} }} }}",
        lead["id"]
    );
    let told = query(&app, &staff, &document).await;
    assert_eq!(
        told["lead"]["timeline"]["nodes"].as_array().unwrap()[1..],
        [
            json!({ "kind": "CONVERTED", "oldStatus": "NEW", "newStatus": "CONVERTED", "delivery": null,
                "client": { "name": "Zaïnab Issa" }, "project": { "name": "Villa Zaïnab" } }),
            json!({ "kind": "EMAIL", "oldStatus": null, "newStatus": null, "client": null, "project": null,
                "delivery": { "template": "client_credentials", "status": "SENT" } }),
        ]
    );

    let version = payload["lead"]["version"].clone();
    let again = also(conversion(&lead, "Encore"), "expectedVersion", version.clone());
    let again = mutate(&app, &staff, CONVERT_LEAD, again).await;
    assert_eq!(errors(&again), ["LOCKED input.id"]);
    assert_eq!(again["lead"]["client"]["id"], payload["client"]["id"]);
    let patch = json!({ "id": lead["id"], "expectedVersion": version, "patch": { "status": "LOST" } });
    let patched = mutate(&app, &staff, crate::lead_world::UPDATE_LEAD, patch).await;
    assert_eq!(errors(&patched), ["LOCKED input.patch.status"]);
    assert_eq!(totals(&app, &staff).await, (json!(1), json!(1)));
}

#[tokio::test]
async fn without_an_invitation_nobody_is_written_to_until_later() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let lead = lead(&app, &staff, json!({})).await;
    let input = also(conversion(&lead, "Villa"), "invite", json!(false));
    let payload = app.run(&staff, CONVERT_LEAD, input).await;
    app.run_jobs().await;
    assert!(app.mail.sent().is_empty());
    assert_eq!(
        payload["client"]["temporaryPasswordExpiresAt"], "2026-11-21T05:00:00+00:00",
        "over before it began"
    );
    let refused = app
        .graphql(
            None,
            "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code } } }",
            json!({ "input": { "email": "zainab@example.ne", "password": PASSWORD } }),
        )
        .await
        .data();
    assert_eq!(refused["login"]["session"], json!(null));
    let client = json!({ "id": payload["client"]["id"] });
    // Another address is no invitation.
    let moved = json!({ "id": client["id"], "expectedVersion": 1, "patch": { "email": "zi@example.ne" } });
    app.run(
        &staff,
        "mutation($input: UpdateClientInput!) { updateClient(input: $input) { userErrors { code message field } } }",
        moved,
    )
    .await;
    app.run_jobs().await;
    assert!(app.mail.sent().is_empty());
    app.run(
        &staff,
        "mutation($input: ClientIdInput!) { resendClientCredentials(input: $input) { \
         userErrors { code message field } } }",
        client,
    )
    .await;
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 1);
    assert_eq!(app.mail.sent()[0].to, "zi@example.ne");
}

#[tokio::test]
async fn a_client_whom_the_company_has_is_named_and_can_be_chosen() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let lead = lead(&app, &staff, json!({ "email": client.email })).await;
    let payload = mutate(&app, &staff, CONVERT_LEAD, conversion(&lead, "Villa")).await;
    assert_eq!(errors(&payload), ["TAKEN input.client.email"]);
    assert!(
        payload["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains(client.client()),
        "{payload}"
    );
    let of_staff = also(
        conversion(&lead, "Villa"),
        "client",
        json!({ "email": staff.email }),
    );
    let payload = mutate(&app, &staff, CONVERT_LEAD, of_staff).await;
    assert_eq!(errors(&payload), ["TAKEN input.client.email"]);
    let input = also(conversion(&lead, "Villa"), "clientId", json!(client.client()));
    let both = also(input.clone(), "client", json!({}));
    let payload = mutate(&app, &staff, CONVERT_LEAD, both).await;
    assert_eq!(errors(&payload), ["INVALID input.client"]);
    let payload = app.run(&staff, CONVERT_LEAD, input).await;
    assert_eq!(payload["client"]["id"], client.client());
    assert_eq!(totals(&app, &staff).await, (json!(1), json!(1)));
    let seen = query(&app, &client, "{ viewer { projects { nodes { name } } } }").await;
    assert_eq!(seen["viewer"]["projects"]["nodes"], json!([{ "name": "Villa" }]));
}

#[tokio::test]
async fn every_mistake_is_told_at_its_place_and_nothing_is_made() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let staff = app.staff().await;
    let lead = lead(&app, &staff, json!({ "email": null })).await;
    let input = json!({
        "id": lead["id"], "expectedVersion": 1, "client": { "name": " ", "phone": "1" },
        "project": { "name": "", "progressPercentage": 101, "totalQuote": "-1", "startDate": "2026-02-01",
            "estimatedCompletion": "2026-01-01" },
    });
    let payload = mutate(&app, &staff, CONVERT_LEAD, input.clone()).await;
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.project.name",
            "INVALID input.project.progressPercentage",
            "INVALID input.project.estimatedCompletion",
            "INVALID input.project.totalQuote",
            "REQUIRED input.client.email",
        ]
    );
    let with_email = also(
        conversion(&lead, "Villa"),
        "client",
        json!({ "email": "x", "name": " ", "phone": "1" }),
    );
    let payload = mutate(&app, &staff, CONVERT_LEAD, with_email).await;
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.client.name",
            "INVALID input.client.email",
            "INVALID input.client.phone"
        ]
    );
    for (input, error) in [
        (
            also(conversion(&lead, "Villa"), "expectedVersion", json!(9)),
            "CONFLICT input.expectedVersion",
        ),
        (
            also(
                conversion(&lead, "Villa"),
                "clientId",
                json!("cli_01h2xcejqtf2nbrexx3vqjhp41"),
            ),
            "NOT_FOUND input.clientId",
        ),
        (
            also(conversion(&lead, "Villa"), "clientId", json!("x")),
            "INVALID input.clientId",
        ),
        (
            also(
                conversion(&lead, "Villa"),
                "id",
                json!("led_01h2xcejqtf2nbrexx3vqjhp41"),
            ),
            "NOT_FOUND input.id",
        ),
    ] {
        let payload = mutate(&app, &staff, CONVERT_LEAD, input.clone()).await;
        assert_eq!(errors(&payload), [error], "{input}");
    }
    assert_eq!(totals(&app, &staff).await, (json!(0), json!(0)));
}

#[tokio::test]
async fn fifty_at_once_make_one_client_and_one_project() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, colleague) = tokio::join!(app.staff(), app.staff());
    let lead = lead(&app, &staff, json!({})).await;
    let calls = (0..50).map(|number| {
        let who = if number % 2 == 0 { &staff } else { &colleague };
        mutate(
            &app,
            who,
            CONVERT_LEAD,
            conversion(&lead, &format!("Villa {number}")),
        )
    });
    let payloads = join_all(calls).await;
    let made: Vec<&Value> = payloads.iter().filter(|it| !it["project"].is_null()).collect();
    assert_eq!(made.len(), 1);
    for payload in payloads.iter().filter(|it| it["project"].is_null()) {
        assert_eq!(errors(payload), ["LOCKED input.id"]);
    }
    assert_eq!(totals(&app, &staff).await, (json!(1), json!(1)));
}

#[tokio::test]
async fn one_key_is_one_conversion_and_one_answer() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let staff = app.staff().await;
    let lead = lead(&app, &staff, json!({})).await;
    let input = also(conversion(&lead, "Villa"), "idempotencyKey", json!("k"));
    let payloads = join_all((0..20).map(|_| app.run(&staff, CONVERT_LEAD, input.clone()))).await;
    assert!(payloads.iter().all(|it| *it == payloads[0]), "{payloads:?}");
    assert_eq!(totals(&app, &staff).await, (json!(1), json!(1)));
}

//! `anonymiseClient`: afterwards nothing in any table names the client but what was issued.

use belle_house::features::clients::commands::{ClientFields, create_client_with_password};
use chrono::TimeDelta;
use platform::actor::Actor;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::billing_world::{done, draft_input, key, look, on_invoice, on_payment, pay, with};
use crate::lead_world::{SUBMIT_INQUIRY, SUBMIT_LEAD, inquiry_form, lead, lead_form, submit};
use crate::privacy_page::schema;
use crate::project_world::{CREATE_UPDATE, errors, mutate, query, upload};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};
use crate::support::subscription::PATIENCE;

const ANONYMISE: &str = "mutation($input: AnonymiseClientInput!) { anonymiseClient(input: $input) { client { id version \
    name email phone address anonymisedAt disabledAt } userErrors { code message field } } }";
const UPDATE_CLIENT: &str = "mutation($input: UpdateClientInput!) { updateClient(input: $input) { client { id version } \
    userErrors { code field } } }";
const PROFILE: &str = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { client { version } \
    userErrors { code field } } }";

const NAME: &str = "Ramatou Plantee Djibo";
const MARRIED: &str = "Ramatou Plantee Garba";
const EMAIL: &str = "ramatou.plantee@example.ne";
const ADDRESS: &str = "Rue Plantee 12, Niamey";
/// In lower case and without accents, as a search finds them.
const PLANTED: [&str; 7] = [
    "ramatou plantee",
    "ramatou.plantee",
    "90998877",
    "90 99 88 77",
    "rue plantee",
    "android-plantee",
    "telephone plantee",
];

/// Where one of the planted values stands: `table.column`.
async fn places(app: &TestApp, planted: &str) -> Vec<String> {
    let db = &app.ctx().db;
    let mut found = Vec::new();
    for (table, columns) in schema(db).await {
        for column in columns {
            let issued = if table == "invoices" {
                " AND state = 'DRAFT'"
            } else {
                ""
            };
            let sql = format!(
                "SELECT COUNT(*) FROM \"{table}\" WHERE LOWER(CAST(\"{column}\" AS TEXT)) LIKE '%{planted}%'{issued}"
            );
            let rows = db
                .reader()
                .query_all_raw(Statement::from_string(db.backend(), sql))
                .await
                .unwrap();
            if rows[0].try_get_by_index::<i64>(0).unwrap() > 0 {
                found.push(format!("{table}.{column}"));
            }
        }
    }
    found
}

async fn sign_in(app: &TestApp, email: &str, device: &str) -> Value {
    let login = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken refreshToken } \
        viewer { client { id } } userErrors { code } } }";
    let input = json!({ "input": { "email": email, "password": PASSWORD, "deviceName": device } });
    app.graphql(None, login, input).await.data()["login"].clone()
}

/// A client of whom every table knows something.
async fn planted(app: &TestApp, staff: &Person) -> (Person, Value) {
    let fields = ClientFields {
        name: Some(Some(NAME.to_owned())),
        email: Some(Some(EMAIL.to_owned())),
        ..ClientFields::default()
    };
    create_client_with_password(app.ctx(), &Actor::System, fields, PASSWORD.into())
        .await
        .unwrap();
    let signed_in = sign_in(app, EMAIL, "Telephone plantee").await;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let client = Person {
        email: EMAIL.to_owned(),
        token: text(&signed_in["session"]["accessToken"]),
        refresh_token: text(&signed_in["session"]["refreshToken"]),
        client_id: Some(text(&signed_in["viewer"]["client"]["id"])),
    };
    let register = "mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) { device { id } \
        userErrors { code } } }";
    let device = json!({ "token": "android-plantee-token-of-a-phone", "platform": "ANDROID" });
    app.run(&client, register, device).await;
    let patch = json!({ "phone": "90 99 88 77", "address": ADDRESS });
    app.run(&client, PROFILE, json!({ "expectedVersion": 1, "patch": patch }))
        .await;
    let accept = "mutation($input: AcceptPrivacyNoticeInput!) { acceptPrivacyNotice(input: $input) { \
        userErrors { code } } }";
    app.run(&client, accept, json!({ "version": "1" })).await;

    // Before they were a client, once with an address and once without.
    let theirs = json!({ "name": NAME, "email": EMAIL, "phone": "90 99 88 77", "locationOfLand": ADDRESS,
        "message": format!("Je suis {NAME}.") });
    submit(app, SUBMIT_LEAD, with(lead_form(app, "k1"), theirs)).await;
    let by_phone =
        json!({ "name": "Ramatou Plantee", "email": null, "phone": "90 99 88 77", "message": null });
    lead(app, staff, by_phone).await;
    let asks =
        json!({ "name": NAME, "email": EMAIL.to_uppercase(), "phone": "90 99 88 77", "subject": NAME });
    submit(app, SUBMIT_INQUIRY, with(inquiry_form(app, "k2"), asks)).await;

    // The house.
    let create = "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } \
        userErrors { code } } }";
    let named = json!({ "clientId": client.client(), "name": format!("Villa {NAME}") });
    let project = text(&app.run(staff, create, named).await["project"]["id"]);
    let told = format!(
        "Bonjour {}, appelez le 90 99 88 77 ou écrivez à {EMAIL}.",
        NAME.to_uppercase()
    );
    let update = json!({ "projectId": project, "title": format!("Dalle chez {NAME}"), "description": told, "post": true,
        "uploadIds": [upload(app, staff, 640).await] });
    app.run(staff, CREATE_UPDATE, update).await;

    // The books.
    let subject = json!({ "subject": format!("Plan pour {NAME}") });
    let draft = with(draft_input(&project, "1000"), subject.clone());
    done(on_invoice(app, staff, "createInvoice", draft).await, "invoice");
    let issued = with(
        with(draft_input(&project, "1500000"), subject),
        json!({ "issue": true }),
    );
    let invoice = done(on_invoice(app, staff, "createInvoice", issued).await, "invoice");
    done(
        pay(app, staff, &project, invoice["id"].as_str(), "500").await,
        "payment",
    );

    // They marry, are mailed a link, and somebody else tries to get in.
    app.run(
        &client,
        PROFILE,
        json!({ "expectedVersion": 2, "patch": { "name": MARRIED } }),
    )
    .await;
    let reset =
        "mutation($input: RequestPasswordResetInput!) { requestPasswordReset(input: $input) { requested } }";
    app.graphql(None, reset, json!({ "input": { "email": EMAIL } }))
        .await
        .data();
    app.graphql(
        None,
        "mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }",
        json!({ "input": { "email": EMAIL, "password": "faux faux faux" } }),
    )
    .await
    .data();
    app.run_jobs().await;
    (client, invoice)
}

#[tokio::test]
async fn nothing_names_the_client_any_more_but_what_was_issued() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, other) = tokio::join!(app.staff(), app.admin(), app.client());
    let (client, invoice) = planted(&app, &staff).await;
    let id = client.client();
    for value in PLANTED {
        assert!(!places(&app, value).await.is_empty(), "{value} isn't planted");
    }
    let known = places(&app, PLANTED[0]).await;
    for place in [
        "accounts.name",
        "audit_entries.changes",
        "clients.name",
        "clients.search_text",
        "construction_leads.name",
        "contact_inquiries.subject",
        "deliveries.data",
        "invoices.subject",
        "project_updates.description",
        "projects.search_text",
    ] {
        assert!(
            known.iter().any(|it| it == place),
            "{place} isn't among {known:?}"
        );
    }
    let mut theirs = app
        .subscribe(&client, "subscription { viewerEvents { __typename } }", json!({}))
        .await;

    // Not by the staff, not by mistake, not over somebody's change.
    let input = json!({ "id": id, "expectedVersion": 3, "confirm": MARRIED });
    assert_eq!(
        app.graphql(&staff, ANONYMISE, json!({ "input": input }))
            .await
            .code(),
        "FORBIDDEN"
    );
    let by_mistake = mutate(
        &app,
        &admin,
        ANONYMISE,
        with(input.clone(), json!({ "confirm": NAME })),
    )
    .await;
    assert_eq!(errors(&by_mistake), ["INVALID input.confirm"]);
    let stale = mutate(
        &app,
        &admin,
        ANONYMISE,
        with(input.clone(), json!({ "expectedVersion": 2 })),
    )
    .await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(stale["client"]["name"], MARRIED);

    let gone = mutate(&app, &admin, ANONYMISE, input.clone()).await;
    assert_eq!(errors(&gone), [""; 0], "{gone}");
    let gone = &gone["client"];
    assert_eq!(
        (&gone["name"], &gone["phone"], &gone["address"], &gone["version"]),
        (&json!("Client anonymisé"), &Value::Null, &Value::Null, &json!(4))
    );
    assert!(gone["email"].as_str().unwrap().ends_with("@anonyme.invalid"));
    assert!(gone["anonymisedAt"].is_string() && gone["disabledAt"].is_string());

    for value in PLANTED {
        assert_eq!(places(&app, value).await, Vec::<String>::new(), "{value}");
    }
    // What was issued is as it was, on paper too.
    let id_of_invoice = invoice["id"].as_str().unwrap();
    let still = look(&app, &staff, id_of_invoice).await;
    assert_eq!(
        (&still["clientName"], &still["clientAddress"], &still["number"]),
        (&json!(NAME), &json!(ADDRESS), &invoice["number"])
    );
    // The house is there, without the name.
    let document = "query($id: ID!) { client(id: $id) { projects { nodes { name amountPaid { amount } updates { nodes { \
        title images { id } } } } } } }";
    let house = app.graphql(&staff, document, json!({ "id": id })).await.data();
    let house = &house["client"]["projects"]["nodes"][0];
    assert_eq!(house["name"], "Villa Client anonymisé");
    assert_eq!(house["amountPaid"]["amount"], "500");
    assert_eq!(
        house["updates"]["nodes"][0]["title"],
        "Dalle chez Client anonymisé"
    );
    assert_eq!(
        house["updates"]["nodes"][0]["images"].as_array().unwrap().len(),
        1
    );

    // The account is shut, and so is what was open.
    let (code, _) = theirs.closed_within(PATIENCE).await;
    assert_eq!(code, 4401);
    assert_eq!(
        app.graphql(&client, "{ viewer { id } }", json!({})).await.status,
        401
    );
    assert_eq!(
        sign_in(&app, EMAIL, "x").await["userErrors"][0]["code"],
        "INVALID"
    );
    // It is written down, once and for good.
    let log = "query($filter: AuditFilterInput) { auditLog(filter: $filter) { nodes { action changes { field old } } } }";
    let variables = json!({ "filter": { "recordId": id, "action": ["ANONYMISE"] } });
    let entries = app.graphql(&staff, log, variables).await.data();
    let changes = &entries["auditLog"]["nodes"][0]["changes"];
    assert!(
        changes
            .as_array()
            .unwrap()
            .contains(&json!({ "field": "forms", "old": "3" })),
        "{entries}"
    );
    let again = json!({ "id": id, "expectedVersion": 4, "confirm": "Client anonymisé" });
    assert_eq!(
        errors(&mutate(&app, &admin, ANONYMISE, again).await),
        ["LOCKED input.id"]
    );
    let renamed = json!({ "id": id, "expectedVersion": 4, "patch": { "name": "Quelqu’un" } });
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_CLIENT, renamed).await),
        ["LOCKED input.id"]
    );
    for job in ["enableClient", "resendClientCredentials"] {
        let document = format!(
            "mutation($input: ClientIdInput!) {{ {job}(input: $input) {{ userErrors {{ code field }} }} }}"
        );
        let refused = mutate(&app, &staff, &document, json!({ "id": id })).await;
        assert_eq!(errors(&refused), ["LOCKED input.id"], "{job}");
    }
    // Others are as they were.
    let neighbour = query(&app, &other, "{ viewer { email client { name } } }").await;
    assert_eq!(neighbour["viewer"]["email"], json!(other.email));
}

/// Payments are the books: they stay as they were recorded, voided ones too.
#[tokio::test]
async fn a_payment_stays_as_it_was_recorded() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let project = app.project(&staff, &client).await;
    let name = query(&app, &client, "{ viewer { name } }").await["viewer"]["name"].clone();
    let name = name.as_str().unwrap();
    for voided in [false, true] {
        let input = json!({ "projectId": project, "amount": "500", "paidOn": "2026-11-20", "mode": "MOBILE_MONEY",
            "reference": format!("OM {name}"), "idempotencyKey": key() });
        let payment = done(on_payment(&app, &staff, "recordPayment", input).await, "payment");
        if voided {
            let void = json!({ "id": payment["id"], "expectedVersion": 1, "reason": format!("{name} a payé deux fois") });
            done(on_payment(&app, &staff, "voidPayment", void).await, "payment");
        }
    }
    let input = json!({ "id": client.client(), "expectedVersion": 1, "confirm": name });
    app.run(&admin, ANONYMISE, input).await;
    let payments = query(&app, &admin, "{ payments { nodes { reference } } }").await;
    let told = json!({ "reference": format!("OM {name}") });
    // Voided ones are listed for who asks for them.
    assert_eq!(payments["payments"]["nodes"], json!([told]));
}

/// A family shares a telephone; the form of one is not the other's.
#[tokio::test]
async fn a_form_with_somebody_elses_address_stays() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, client) = tokio::join!(app.admin(), app.client());
    app.run(
        &client,
        PROFILE,
        json!({ "expectedVersion": 1, "patch": { "phone": "90 12 34 56" } }),
    )
    .await;
    submit(&app, SUBMIT_LEAD, lead_form(&app, "k1")).await;
    app.advance(TimeDelta::seconds(1));
    let name = query(&app, &client, "{ viewer { name } }").await["viewer"]["name"].clone();
    let input = json!({ "id": client.client(), "expectedVersion": 2, "confirm": name });
    app.run(&admin, ANONYMISE, input).await;
    let leads = query(&app, &admin, "{ leads { nodes { name phone email } } }").await;
    assert_eq!(
        leads["leads"]["nodes"],
        json!([{ "name": "Zaïnab Issa", "phone": "+22790123456", "email": "Zainab@example.ne" }])
    );
}

//! `updateProfile`, `acceptPrivacyNotice`: what people say of themselves, and what they agree to.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::project_world::{errors, mutate, query};
use crate::support::app::TestApp;
use crate::support::people::Person;

const UPDATE: &str = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { \
    client { version name phone address locale whatsappEnabled } staffMember { version name locale role } \
    userErrors { code message field } } }";
const ACCEPT: &str = "mutation($input: AcceptPrivacyNoticeInput!) { acceptPrivacyNotice(input: $input) { \
    privacyNotice { version acceptedVersion acceptedAt } userErrors { code message field } } }";
const NOTICE: &str = "{ viewer { privacyNotice { version url acceptedVersion acceptedAt } } }";

async fn audited(app: &TestApp, staff: &Person, record: &str) -> Value {
    let document = "query($filter: AuditFilterInput) { auditLog(filter: $filter, first: 2) { nodes { action \
        actor { name } changes { field old new } } } }";
    let variables = json!({ "filter": { "recordId": record, "action": ["UPDATE"] } });
    let data = app.graphql(staff, document, variables).await.data();
    // What changed in a client and in the account behind it.
    let nodes = data["auditLog"]["nodes"].as_array().unwrap();
    let changes: Vec<&Value> = nodes
        .iter()
        .flat_map(|entry| entry["changes"].as_array().unwrap())
        .collect();
    json!({ "actor": nodes[0]["actor"], "changes": changes })
}

#[tokio::test]
async fn a_client_corrects_their_name_and_number_and_the_desk_hears_of_it() {
    let app = TestApp::start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let mut desk = app
        .subscribe(
            &staff,
            "subscription { staffEvents { __typename ... on ClientChanged { client { id name phone } } } }",
            json!({}),
        )
        .await;
    let mut theirs = app
        .subscribe(&other, "subscription { viewerEvents { __typename } }", json!({}))
        .await;
    let patch = json!({ "name": " Zaïnab Issoufou ", "phone": "90123456", "address": "Plateau, Niamey",
        "whatsappEnabled": true });
    let changed = mutate(
        &app,
        &client,
        UPDATE,
        json!({ "expectedVersion": 1, "patch": patch }),
    )
    .await;
    assert_eq!(
        changed,
        json!({ "client": { "version": 2, "name": "Zaïnab Issoufou", "phone": "+22790123456",
            "address": "Plateau, Niamey", "locale": "FR", "whatsappEnabled": true },
            "staffMember": null, "userErrors": [] })
    );
    let event = desk.next_event().await;
    assert_eq!(
        event,
        json!({ "__typename": "ClientChanged",
            "client": { "id": client.client(), "name": "Zaïnab Issoufou", "phone": "+22790123456" } })
    );
    theirs.expect_silence(std::time::Duration::from_millis(300)).await;
    let viewer = query(
        &app,
        &client,
        "{ viewer { name client { name } staffMember { id } } }",
    )
    .await;
    assert_eq!(
        viewer["viewer"],
        json!({ "name": "Zaïnab Issoufou", "client": { "name": "Zaïnab Issoufou" }, "staffMember": null })
    );
    let entry = audited(&app, &staff, client.client()).await;
    assert_eq!(entry["actor"]["name"], "Zaïnab Issoufou");
    let fields: Vec<&str> = entry["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| change["field"].as_str().unwrap())
        .collect();
    for field in ["name", "phone", "address", "whatsappEnabled"] {
        assert!(fields.contains(&field), "{field} in {entry}");
    }

    // All mistakes at once; nothing is written, nobody is told.
    let patch = json!({ "name": "", "phone": "12", "address": "x".repeat(501) });
    let refused = mutate(
        &app,
        &client,
        UPDATE,
        json!({ "expectedVersion": 2, "patch": patch }),
    )
    .await;
    assert_eq!(
        errors(&refused),
        [
            "REQUIRED input.patch.name",
            "INVALID input.patch.phone",
            "TOO_LONG input.patch.address"
        ]
    );
    let same = json!({ "expectedVersion": 2, "patch": { "name": "Zaïnab Issoufou" } });
    assert_eq!(mutate(&app, &client, UPDATE, same).await["client"]["version"], 2);
    desk.expect_silence(std::time::Duration::from_millis(300)).await;
}

#[tokio::test]
async fn staff_change_their_own_name_and_language_and_nothing_else() {
    let app = TestApp::start().await;
    let (staff, admin) = tokio::join!(app.staff(), app.admin());
    for who in [&staff, &admin] {
        let me = query(
            &app,
            who,
            "{ viewer { id staffMember { id version role } client { id } } }",
        )
        .await;
        assert_eq!(me["viewer"]["id"], me["viewer"]["staffMember"]["id"]);
        assert_eq!(me["viewer"]["client"], Value::Null);
        let version = me["viewer"]["staffMember"]["version"].clone();
        let input =
            json!({ "expectedVersion": version, "patch": { "name": "Moussa Garba", "locale": "EN" } });
        let changed = mutate(&app, who, UPDATE, input.clone()).await;
        assert_eq!(
            changed["staffMember"],
            json!({ "version": version.as_i64().unwrap() + 1, "name": "Moussa Garba", "locale": "EN",
                "role": me["viewer"]["staffMember"]["role"] }),
            "{changed}"
        );
        let stale = mutate(&app, who, UPDATE, input).await;
        assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
        assert_eq!(stale["staffMember"]["name"], "Moussa Garba");
        let patch = json!({ "phone": "90123456", "whatsappEnabled": true, "notificationPreferences": {} });
        let refused = mutate(&app, who, UPDATE, json!({ "expectedVersion": 1, "patch": patch })).await;
        assert_eq!(
            errors(&refused),
            [
                "INVALID input.patch.phone",
                "INVALID input.patch.whatsappEnabled",
                "INVALID input.patch.notificationPreferences"
            ]
        );
    }
    // What is an administrator's to change stays so, of oneself and of others.
    let id = query(&app, &staff, "{ viewer { id } }").await["viewer"]["id"].clone();
    let update = "mutation($input: UpdateStaffMemberInput!) { updateStaffMember(input: $input) { userErrors { code } } }";
    let input = json!({ "input": { "id": id, "expectedVersion": 2, "patch": { "role": "ADMIN" } } });
    assert_eq!(app.graphql(&staff, update, input).await.code(), "FORBIDDEN");
}

#[tokio::test]
async fn a_privacy_notice_is_accepted_with_its_version_and_time() {
    let app = TestApp::builder()
        .setting("PRIVACY_NOTICE_VERSION", "2026-12")
        .setting("WEBSITE_URL", "https://bellehouse.ne")
        .start()
        .await;
    let (client, staff) = tokio::join!(app.client(), app.staff());
    let before = query(&app, &client, NOTICE).await;
    assert_eq!(
        before["viewer"]["privacyNotice"],
        json!({ "version": "2026-12", "url": "https://bellehouse.ne/confidentialite",
            "acceptedVersion": null, "acceptedAt": null })
    );
    let old = mutate(&app, &client, ACCEPT, json!({ "version": "2025-01" })).await;
    assert_eq!(errors(&old), ["INVALID input.version"]);
    assert!(
        old["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("2026-12")
    );
    let accepted = mutate(&app, &client, ACCEPT, json!({ "version": "2026-12" })).await;
    assert_eq!(
        accepted["privacyNotice"]["acceptedVersion"], "2026-12",
        "{accepted}"
    );
    assert!(
        accepted["privacyNotice"]["acceptedAt"]
            .as_str()
            .unwrap()
            .starts_with("2026-11-21T05:00:00"),
        "{accepted}"
    );
    // Again, later: the first time is what counts.
    app.advance(TimeDelta::minutes(5));
    let again = mutate(&app, &client, ACCEPT, json!({ "version": "2026-12" })).await;
    assert_eq!(again["privacyNotice"], accepted["privacyNotice"]);
    let entry = audited(&app, &staff, client.client()).await;
    assert_eq!(entry["changes"][0]["field"], "privacyNotice", "{entry}");
    // Everybody for themselves.
    let mine = query(&app, &staff, NOTICE).await;
    assert_eq!(mine["viewer"]["privacyNotice"]["acceptedVersion"], Value::Null);
    assert_eq!(
        app.graphql(None, ACCEPT, json!({ "input": { "version": "2026-12" } }))
            .await
            .code(),
        "UNAUTHENTICATED"
    );
}

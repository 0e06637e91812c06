//! Who was removed for good isn't told of by the audit log either; what was done, when and by whom still is.

use chrono::TimeDelta;
use platform::audit;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::content_world::{DELETE, FORCE_DELETE, RESTORE};
use crate::lead_world::{SUBMIT_LEAD, UPDATE_LEAD, lead_form, with};
use crate::project_world::query;
use crate::support::app::TestApp;

/// Every entry, the oldest first.
async fn entries(app: &TestApp) -> Vec<audit::Model> {
    let all = audit::Entity::find().order_by_asc(audit::Column::Id);
    all.all(app.ctx().db.reader()).await.unwrap()
}

fn text(entries: &[audit::Model]) -> String {
    entries.iter().map(|entry| entry.changes.to_string()).collect()
}

#[tokio::test]
async fn of_a_client_who_was_removed_for_good_the_log_keeps_what_was_done() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, other) = tokio::join!(app.admin(), app.client());
    let create = "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id version } \
        userErrors { code message field } } }";
    let input = json!({ "name": "Zaïnab Unique", "email": "zainab.unique@example.ne", "phone": "90 11 22 33",
        "address": "Rue Unique 12, Niamey", "locale": "EN" });
    let made = app.run(&admin, create, input).await["client"].clone();
    let update = "mutation($input: UpdateClientInput!) { updateClient(input: $input) { client { id version } \
        userErrors { code message field } } }";
    let patch = json!({ "id": made["id"], "expectedVersion": made["version"],
        "patch": { "phone": "96 44 55 66", "address": "Rue Unique 14", "whatsappEnabled": true } });
    app.advance(TimeDelta::seconds(1));
    app.run(&admin, update, patch).await;
    for job in [DELETE, RESTORE] {
        app.advance(TimeDelta::seconds(1));
        app.run(&admin, job, json!({ "id": made["id"] })).await;
    }
    let named = ["Unique", "zainab", "90112233", "96445566"];
    let before = text(&entries(&app).await);
    assert!(named.iter().all(|name| before.contains(name)), "{before}");

    app.advance(TimeDelta::seconds(1));
    app.run(&admin, FORCE_DELETE, json!({ "id": made["id"] })).await;
    let after = entries(&app).await;
    let told = text(&after);
    for name in named {
        assert!(!told.contains(name), "{name} stands in {told}");
    }
    assert!(told.contains(&other.email), "another client's are as they were");
    // What was done to them is there, with what isn't theirs.
    let of_client: Vec<&audit::Model> = after
        .iter()
        .filter(|entry| entry.record_kind == "Client" && !entry.changes.to_string().contains("Moussa"))
        .collect();
    let actions: Vec<String> = of_client.iter().map(|it| format!("{:?}", it.action)).collect();
    assert_eq!(actions, ["Create", "Update", "Delete", "Restore", "ForceDelete"]);
    assert_eq!(
        of_client[1].changes,
        json!({
            "phone": { "old": "•••", "new": "•••" },
            "address": { "old": "•••", "new": "•••" },
            "whatsapp_enabled": { "old": false, "new": true },
        })
    );
    let last = &of_client[4].changes;
    assert_eq!(last["name"], json!({ "old": "•••", "new": null }));
    assert_eq!(last["locale"]["new"], Value::Null);
    assert_ne!(last["locale"]["old"], json!("•••"));
}

#[tokio::test]
async fn from_where_somebody_signed_in_goes_with_them() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (admin, client) = tokio::join!(app.admin(), app.client());
    let login = "mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }";
    let input = json!({ "email": client.email, "password": "wrong-password-9" });
    app.graphql(None, login, json!({ "input": input })).await.data();
    let events = "query($id: ID!) { securityEvents(filter: { accountId: $id }) { totalCount } }";
    let account = query(&app, &client, "{ viewer { id } }").await["viewer"]["id"].clone();
    let count = async || {
        let found = app.graphql(&admin, events, json!({ "id": account })).await.data();
        found["securityEvents"]["totalCount"].clone()
    };
    assert!(
        count().await.as_i64() >= Some(2),
        "the sign-in and the refused one"
    );
    app.run(&admin, FORCE_DELETE, json!({ "id": client.client() }))
        .await;
    assert_eq!(count().await, 0);
    assert!(!text(&entries(&app).await).contains(&client.email));
}

#[tokio::test]
async fn of_a_visitor_whose_lead_was_removed_for_good_too() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let admin = app.admin().await;
    let form = with(
        lead_form(&app, "unique-1"),
        json!({ "name": "Zaïnab Unique", "message": "Une villa unique" }),
    );
    app.run(None, SUBMIT_LEAD, form).await;
    let lead = query(&app, &admin, "{ leads { nodes { id version } } }").await["leads"]["nodes"][0].clone();
    let patch = json!({ "id": lead["id"], "expectedVersion": lead["version"],
        "patch": { "notes": "Rappeler Mme Unique", "isRead": true } });
    app.run(&admin, UPDATE_LEAD, patch).await;
    let before = text(&entries(&app).await).to_lowercase();
    assert!(before.matches("unique").count() >= 3, "{before}");
    app.run(&admin, FORCE_DELETE, json!({ "id": lead["id"] })).await;
    let after = text(&entries(&app).await).to_lowercase();
    assert!(!after.contains("unique"), "{after}");
    assert!(after.contains("is_read"), "{after}");
}

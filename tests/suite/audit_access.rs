//! The audit log tells who took lists home and which papers the staff fetched, and names everything by its typed id. Who
//! signed in is told by `security_events.rs`.

use serde_json::{Value, json};

use crate::billing_world::issued;
use crate::project_world::query;
use crate::support::app::TestApp;
use crate::support::people::Person;

const LOG: &str = "query($filter: AuditFilterInput) { auditLog(first: 100, filter: $filter) { nodes { action recordType \
    recordId actor { id } changes { field old new } } } }";

async fn log(app: &TestApp, who: &Person, filter: Value) -> Vec<Value> {
    let data = app.graphql(who, LOG, json!({ "filter": filter })).await.data();
    data["auditLog"]["nodes"].as_array().unwrap().clone()
}

async fn me(app: &TestApp, who: &Person) -> Value {
    query(app, who, "{ viewer { id } }").await["viewer"]["id"].clone()
}

#[tokio::test]
async fn lists_taken_home_and_papers_fetched_by_the_staff_are_told() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let me = me(&app, &staff).await;
    let export = "mutation($input: ExportLeadsInput!) { exportLeads(input: $input) { export { url fileName } userErrors { code message } } }";
    let made = app.run(&staff, export, json!({})).await["export"].clone();
    let url = made["url"].as_str().unwrap();
    assert_eq!(
        log(&app, &staff, json!({ "action": ["EXPORT"] })).await.len(),
        0,
        "a URL alone takes nothing"
    );
    assert_eq!(app.http().get(url).send().await.unwrap().status(), 200);
    let forged = url.replace("signature=", "signature=x");
    assert_eq!(app.http().get(&forged).send().await.unwrap().status(), 403);
    let entries = log(&app, &staff, json!({ "action": ["EXPORT"] })).await;
    assert_eq!(entries.len(), 1);
    assert_eq!(entries[0]["actor"]["id"], me);
    assert_eq!(
        entries[0]["changes"],
        json!([{ "field": "file", "old": null, "new": made["fileName"] }])
    );

    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await["id"].clone();
    let pdf = async |who: &Person| {
        let document = format!("{{ invoice(id: {invoice}) {{ pdfUrl }} }}");
        let url = query(&app, who, &document).await["invoice"]["pdfUrl"].clone();
        let answer = app.http().get(url.as_str().unwrap()).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let etag = answer.headers()["etag"].clone();
        let again = app
            .http()
            .get(url.as_str().unwrap())
            .header("if-none-match", etag);
        assert_eq!(again.send().await.unwrap().status(), 304);
    };
    pdf(&client).await;
    assert_eq!(
        log(&app, &staff, json!({ "action": ["DOWNLOAD"] })).await.len(),
        0,
        "their own is theirs to read"
    );
    pdf(&staff).await;
    let entries = log(&app, &staff, json!({ "action": ["DOWNLOAD"] })).await;
    assert_eq!(
        entries.len(),
        1,
        "what is in the reader's cache already isn't fetched"
    );
    assert_eq!(
        (
            &entries[0]["recordType"],
            &entries[0]["recordId"],
            &entries[0]["actor"]["id"]
        ),
        (&json!("Invoice"), &invoice, &me)
    );
}

/// All that the demo company's making has left in the log.
#[tokio::test]
async fn every_id_in_the_log_has_its_type() {
    let app = TestApp::builder()
        .with_demo()
        .leaves_deliveries_pending()
        .start()
        .await;
    let staff = app.staff().await;
    let page = "query($after: String) { auditLog(first: 100, after: $after) { pageInfo { hasNextPage endCursor } \
        nodes { recordType recordId changes { field old new } } } }";
    let (mut after, mut seen) = (Value::Null, 0);
    loop {
        let data = app.graphql(&staff, page, json!({ "after": after })).await.data();
        let log = &data["auditLog"];
        for entry in log["nodes"].as_array().unwrap() {
            seen += 1;
            let id = entry["recordId"].as_str().unwrap();
            let (prefix, rest) = id.split_once('_').unwrap_or_else(|| panic!("no type: {entry}"));
            assert_eq!((prefix.len(), rest.len()), (3, 26), "{entry}");
            for change in entry["changes"].as_array().unwrap() {
                for side in ["old", "new"] {
                    let text = change[side].as_str().unwrap_or_default();
                    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
                    for word in words {
                        assert!(
                            uuid::Uuid::parse_str(word).is_err(),
                            "a bare UUID: {change} of {entry}"
                        );
                    }
                }
            }
        }
        if log["pageInfo"]["hasNextPage"] != true {
            break;
        }
        after = log["pageInfo"]["endCursor"].clone();
    }
    assert!(seen > 50, "{seen}");
}

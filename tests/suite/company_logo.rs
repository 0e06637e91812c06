//! A logo that was replaced can be had back for a month, and stays for ever on what was issued with it.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::billing_world::issued;
use crate::content_world::status;
use crate::project_world::upload;
use crate::support::app::TestApp;
use crate::support::people::Person;

/// Gives the company a logo; answers the version and the picture's URL.
async fn set_logo(app: &TestApp, admin: &Person, version: &Value, upload: &Value) -> Value {
    let update = "mutation($input: UpdateCompanyProfileInput!) { updateCompanyProfile(input: $input) {
        companyProfile { version logo { url } } userErrors { code message field } } }";
    let input = json!({ "expectedVersion": version, "patch": { "logoUploadId": upload } });
    app.run(admin, update, input).await["companyProfile"].clone()
}

async fn replaced(app: &TestApp, who: &Person) -> Vec<Value> {
    let query = "{ replacedPictures { nodes { uploadId image { url } } } }";
    let data = app.graphql(who, query, json!({})).await.data();
    data["replacedPictures"]["nodes"].as_array().unwrap().clone()
}

#[tokio::test]
async fn a_replaced_logo_waits_a_month_unless_an_invoice_shows_it() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let project = app.project(&staff, &client).await;
    let (printed, unprinted) = (upload(&app, &staff, 600).await, upload(&app, &staff, 610).await);
    let first = set_logo(&app, &admin, &json!(1), &json!(printed)).await;
    issued(&app, &staff, &project, "1000").await;
    let second = set_logo(&app, &admin, &first["version"], &json!(unprinted)).await;
    let third = set_logo(&app, &admin, &second["version"], &Value::Null).await;
    // Two days later both are there, and one is taken back.
    app.advance(TimeDelta::days(2));
    app.media().sweep().await.unwrap();
    let admin = app.admin().await;
    let waiting = replaced(&app, &admin).await;
    assert_eq!(waiting.len(), 2, "{waiting:?}");
    for it in &waiting {
        assert_eq!(status(&app, &it["image"]["url"]).await, 200);
    }
    let fourth = set_logo(&app, &admin, &third["version"], &json!(unprinted)).await;
    assert_eq!(status(&app, &fourth["logo"]["url"]).await, 200);
    set_logo(&app, &admin, &fourth["version"], &Value::Null).await;
    // A month later that one is gone, and the one on the invoice is not: it is offered no more, and prints.
    app.advance(TimeDelta::days(31));
    app.media().sweep().await.unwrap();
    app.media().sweep().await.unwrap();
    let admin = app.admin().await;
    assert!(replaced(&app, &admin).await.is_empty());
    let invoices = "{ invoices { nodes { pdfUrl } } }";
    let data = app.graphql(&admin, invoices, json!({})).await.data();
    let pdf = data["invoices"]["nodes"][0]["pdfUrl"]
        .as_str()
        .unwrap()
        .to_owned();
    let pdf = app.http().get(pdf).send().await.unwrap().bytes().await.unwrap();
    let pictures = pdf.windows(14).filter(|it| it == b"/Subtype/Image").count();
    assert_eq!(pictures, 1, "the invoice has lost its logo");
}

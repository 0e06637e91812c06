//! A sign that no font has is told before it is on a receipt or a statement for ever.

use serde_json::{Value, json};

use crate::billing_world::{done, issued, key, message, on_invoice, on_payment};
use crate::project_world::{UPDATE_PROJECT, mutate};
use crate::support::app::TestApp;

fn errors(payload: &Value) -> Vec<String> {
    let errors = payload["userErrors"].as_array().unwrap();
    let told = |error: &Value| {
        let field: Vec<&str> = error["field"]
            .as_array()
            .unwrap()
            .iter()
            .filter_map(Value::as_str)
            .collect();
        format!("{} {}", error["code"].as_str().unwrap(), field.join("."))
    };
    errors.iter().map(told).collect()
}

#[tokio::test]
async fn a_receipt_is_refused_before_it_would_be_printed_with_boxes() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let payment = |reference: &str| {
        json!({ "projectId": project, "amount": "100", "paidOn": "2026-11-20", "mode": "TRANSFER",
            "reference": reference, "idempotencyKey": key() })
    };
    let refused = on_payment(&app, &staff, "recordPayment", payment("Virement 🏠 de 家")).await;
    assert_eq!(errors(&refused), ["INVALID input.reference"]);
    assert!(message(&refused).contains("🏠 家"), "{refused}");
    let paid = done(
        on_payment(&app, &staff, "recordPayment", payment("Virement Ɓ nº 7")).await,
        "payment",
    );
    // Why it was voided stands on it as well.
    let void = |reason: &str| json!({ "id": paid["id"], "expectedVersion": 1, "reason": reason, "idempotencyKey": key() });
    let refused = on_payment(&app, &staff, "voidPayment", void("Impayé 🏠")).await;
    assert_eq!(errors(&refused), ["INVALID input.reason"]);

    let invoice = issued(&app, &staff, &project, "1000").await;
    let cancel = json!({ "id": invoice["id"], "expectedVersion": invoice["version"], "reason": "家", "idempotencyKey": key() });
    let refused = on_invoice(&app, &staff, "cancelInvoice", cancel).await;
    assert_eq!(errors(&refused), ["INVALID input.reason"]);

    // The receipt names the project and the client as they are now.
    let rename = json!({ "id": project, "expectedVersion": 1, "patch": { "name": "Villa 家" } });
    let renamed = mutate(&app, &staff, UPDATE_PROJECT, rename).await;
    assert_eq!(renamed["userErrors"], json!([]), "{renamed}");
    let refused = on_payment(&app, &staff, "recordPayment", payment("Virement")).await;
    assert_eq!(errors(&refused), ["INVALID input.projectId"]);
    assert!(message(&refused).contains('家'), "{refused}");
    let settle = json!({ "id": invoice["id"], "expectedVersion": invoice["version"], "mode": "CASH", "idempotencyKey": key() });
    let refused = on_invoice(&app, &staff, "markInvoicePaid", settle).await;
    assert_eq!(errors(&refused), ["INVALID input.id"]);
}

//! What is sent twice happens once, however many phones send it at the same instant.

use serde_json::{Value, json};

use crate::billing_world::{done, draft_input, issued, key, on_invoice, on_payment, with};
use crate::project_world::{errors, query};
use crate::support::app::TestApp;

#[tokio::test]
async fn fifty_requests_with_one_key_make_one_invoice() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = with(draft_input(&project, "1000"), json!({ "issue": true }));
    let sending = (0..50).map(|_| on_invoice(&app, &staff, "createInvoice", input.clone()));
    let answers: Vec<Value> = futures_util::future::join_all(sending).await;
    let first = done(answers[0].clone(), "invoice");
    assert_eq!(first["number"], "BH/2026/1");
    for answer in &answers {
        assert_eq!(*answer, answers[0], "all are told the same");
    }
    let listed = query(&app, &staff, "{ invoices { totalCount } }").await;
    assert_eq!(listed["invoices"]["totalCount"], 1);
    let told = query(&app, &client, "{ viewer { notifications { totalCount } } }").await;
    assert_eq!(told["viewer"]["notifications"]["totalCount"], 1);
    let other = with(input, json!({ "subject": "Autre chose" }));
    let refused = on_invoice(&app, &staff, "createInvoice", other).await;
    assert_eq!(errors(&refused), ["KEY_REUSED input.idempotencyKey"]);
    let empty = with(draft_input(&project, "1"), json!({ "idempotencyKey": "" }));
    let refused = on_invoice(&app, &staff, "createInvoice", empty).await;
    assert_eq!(errors(&refused), ["INVALID input.idempotencyKey"]);
}

#[tokio::test]
async fn payments_credit_notes_and_cancellations_happen_once_a_key() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await;
    let id = invoice["id"].as_str().unwrap();
    let input = json!({
        "projectId": project, "invoiceId": id, "amount": "300", "paidOn": "2026-11-21", "mode": "MOBILE_MONEY",
        "idempotencyKey": key(),
    });
    let sending = (0..20).map(|_| on_payment(&app, &staff, "recordPayment", input.clone()));
    let answers: Vec<Value> = futures_util::future::join_all(sending).await;
    assert!(answers.iter().all(|answer| *answer == answers[0]));
    let payment = done(answers[0].clone(), "payment");
    let credit = json!({
        "invoiceId": id, "items": [{ "description": "Remise", "quantity": "1", "unitPrice": "100" }],
        "idempotencyKey": key(),
    });
    let one = on_invoice(&app, &staff, "createCreditNote", credit.clone()).await;
    let two = on_invoice(&app, &staff, "createCreditNote", credit).await;
    assert_eq!(one, two);
    let void = json!({
        "id": payment["id"], "expectedVersion": 1, "reason": "Rejeté", "idempotencyKey": key(),
    });
    let one = on_payment(&app, &staff, "voidPayment", void.clone()).await;
    assert_eq!(on_payment(&app, &staff, "voidPayment", void).await, one);
    let cancel = json!({ "id": id, "expectedVersion": 2, "reason": "Erreur", "idempotencyKey": key() });
    let one = on_invoice(&app, &staff, "cancelInvoice", cancel.clone()).await;
    assert_eq!(on_invoice(&app, &staff, "cancelInvoice", cancel).await, one);
    let cancelled = done(one, "invoice");
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(cancelled["creditNotes"].as_array().unwrap().len(), 2);
    assert_eq!(cancelled["creditNotes"][1]["totalTtc"]["amount"], "900");
}

//! What tests of billing say over and over.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use crate::project_world::mutate;
use crate::support::app::TestApp;
use crate::support::people::Person;

/// Everything of an invoice that tests look at.
pub const INVOICE: &str = "id version kind number subject status issueDate dueDate clientName clientAddress \
    items { id description quantity unitPrice { amount } totalPrice { amount } } taxPercentage paymentMode \
    advancePayment { amount } subtotal { amount } taxAmount { amount } totalTtc { amount } netToPay { amount } \
    amountPaid { amount } amountCredited { amount } balance { amount } refundDue { amount } \
    company { name nif } creditedInvoice { id } creditNotes { id number totalTtc { amount } } \
    payments { id amount { amount } } cancelReason project { id amountPaid { amount } balance { amount } }";

fn document(name: &str, field: &str) -> String {
    let input = format!("{}{}Input", name[..1].to_uppercase(), &name[1..]);
    format!(
        "mutation($input: {input}!) {{ {name}(input: $input) {{ {field} userErrors {{ code message field }} }} }}"
    )
}

/// The payload of a mutation that answers with an invoice, with whatever it says is wrong.
pub async fn on_invoice(app: &TestApp, who: &Person, name: &str, input: Value) -> Value {
    let field = match name {
        "createCreditNote" => format!("creditNote {{ {INVOICE} }}"),
        "issueInvoices" | "markInvoicesPaid" => {
            // Of a hundred invoices one doesn't ask for every line.
            "results { id invoice { id version number status amountPaid { amount } balance { amount } } \
             userErrors { code message field } }"
                .to_owned()
        }
        _ => format!("invoice {{ {INVOICE} }}"),
    };
    mutate(app, who, &document(name, &field), input).await
}

/// The payload of a mutation that answers with a payment.
pub async fn on_payment(app: &TestApp, who: &Person, name: &str, input: Value) -> Value {
    let field = "payment { id version amount { amount } voidedAt voidReason invoice { id } }";
    mutate(app, who, &document(name, field), input).await
}

/// A key that nobody has used.
pub fn key() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("key-{}", NEXT.fetch_add(1, Ordering::Relaxed))
}

/// A line.
pub fn item(description: &str, quantity: &str, price: &str) -> Value {
    json!({ "description": description, "quantity": quantity, "unitPrice": price })
}

/// A draft of one line at this price.
pub fn draft_input(project: &str, price: &str) -> Value {
    json!({
        "projectId": project, "subject": "Plan et suivi", "taxPercentage": "0",
        "items": [item("Étude", "1", price)], "idempotencyKey": key(),
    })
}

/// With other values.
pub fn with(mut input: Value, values: Value) -> Value {
    for (name, value) in values.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// The record of a payload without errors.
#[track_caller]
pub fn done(payload: Value, field: &str) -> Value {
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    payload[field].clone()
}

/// A draft of one line; the whole invoice.
pub async fn draft(app: &TestApp, staff: &Person, project: &str, price: &str) -> Value {
    let input = draft_input(project, price);
    done(on_invoice(app, staff, "createInvoice", input).await, "invoice")
}

/// An issued invoice of one line.
pub async fn issued(app: &TestApp, staff: &Person, project: &str, price: &str) -> Value {
    let input = with(draft_input(project, price), json!({ "issue": true }));
    done(on_invoice(app, staff, "createInvoice", input).await, "invoice")
}

/// A payment, tied to an invoice or not.
pub async fn pay(app: &TestApp, staff: &Person, project: &str, invoice: Option<&str>, amount: &str) -> Value {
    let input = json!({
        "projectId": project, "invoiceId": invoice, "amount": amount, "paidOn": "2026-11-20", "mode": "TRANSFER",
        "reference": "VIR 12", "idempotencyKey": key(),
    });
    on_payment(app, staff, "recordPayment", input).await
}

/// An invoice as somebody sees it; null when they don't.
pub async fn look(app: &TestApp, who: &Person, id: &str) -> Value {
    let document = format!("query($id: ID!) {{ invoice(id: $id) {{ {INVOICE} }} }}");
    app.graphql(who, &document, json!({ "id": id })).await.data()["invoice"].clone()
}

/// An amount's text.
pub fn amount<'a>(record: &'a Value, field: &str) -> &'a str {
    record[field]["amount"].as_str().unwrap()
}

/// The first message of a payload's errors.
pub fn message(payload: &Value) -> &str {
    payload["userErrors"][0]["message"].as_str().unwrap_or_default()
}

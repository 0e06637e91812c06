//! Payments, advances, credit notes and cancellation: DESIGN.md 2.5 with its worked example.

use serde_json::{Value, json};

use crate::billing_world::{
    amount, done, draft, draft_input, issued, item, key, look, message, on_invoice, on_payment, pay, with,
};
use crate::project_world::{errors, mutate};
use crate::support::app::TestApp;

#[tokio::test]
async fn the_worked_example() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    // The advance isn't covered: how much is missing is said, and nothing is written.
    let input = with(
        draft_input(&project, "1000000"),
        json!({ "advancePayment": "300000", "issue": true }),
    );
    done(pay(&app, &staff, &project, None, "100000").await, "payment");
    let refused = on_invoice(&app, &staff, "createInvoice", input.clone()).await;
    assert_eq!(errors(&refused), ["INVALID input.advancePayment"]);
    assert!(
        message(&refused).contains("enregistrez d’abord 200\u{202f}000"),
        "{}",
        message(&refused)
    );

    done(pay(&app, &staff, &project, None, "200000").await, "payment");
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    assert_eq!(invoice["number"], "BH/2026/1");
    assert_eq!(amount(&invoice, "totalTtc"), "1000000");
    assert_eq!(amount(&invoice, "netToPay"), "700000");
    assert_eq!(amount(&invoice, "balance"), "700000");
    assert_eq!(amount(&invoice["project"], "amountPaid"), "300000");

    let id = invoice["id"].as_str().unwrap();
    done(pay(&app, &staff, &project, Some(id), "200000").await, "payment");
    let invoice = look(&app, &client, id).await;
    assert_eq!(amount(&invoice, "balance"), "500000");
    assert_eq!(amount(&invoice, "amountPaid"), "200000");
    assert_eq!(amount(&invoice["project"], "amountPaid"), "500000");
    assert_eq!(invoice["status"], "SENT");
    assert_eq!(invoice["version"], 2, "payments don't change the invoice");

    // The advance is taken: another invoice finds nothing of it.
    let second = with(
        draft_input(&project, "50000"),
        json!({ "advancePayment": "1", "issue": true }),
    );
    let refused = on_invoice(&app, &staff, "createInvoice", second).await;
    assert_eq!(errors(&refused), ["INVALID input.advancePayment"]);

    let refused = pay(&app, &staff, &project, Some(id), "500001").await;
    assert_eq!(errors(&refused), ["INVALID input.amount"]);
    assert!(
        message(&refused).contains("500\u{202f}000"),
        "{}",
        message(&refused)
    );
    let input = json!({ "id": id, "expectedVersion": 2, "mode": "CASH", "idempotencyKey": key() });
    let paid = done(
        on_invoice(&app, &staff, "markInvoicePaid", input).await,
        "invoice",
    );
    assert_eq!(paid["status"], "PAID");
    assert_eq!(amount(&paid["project"], "amountPaid"), "1000000");
    let again = json!({ "id": id, "expectedVersion": 2, "mode": "CASH", "idempotencyKey": key() });
    let refused = on_invoice(&app, &staff, "markInvoicePaid", again).await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);
}

#[tokio::test]
async fn credit_notes_take_back_what_is_left_and_no_more() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = with(
        draft_input(&project, "1000"),
        json!({ "taxPercentage": "19", "issue": true }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let id = invoice["id"].as_str().unwrap();
    assert_eq!(amount(&invoice, "totalTtc"), "1190");
    done(pay(&app, &staff, &project, Some(id), "1190").await, "payment");

    let part = json!({ "invoiceId": id, "items": [item("Remise", "1", "333")], "idempotencyKey": key() });
    let note = done(
        on_invoice(&app, &staff, "createCreditNote", part).await,
        "creditNote",
    );
    assert_eq!(note["number"], "AV/2026/1");
    assert_eq!(note["kind"], "CREDIT_NOTE");
    assert_eq!(amount(&note, "totalTtc"), "396"); // 333 + 63.27 → 63
    assert_eq!(note["creditedInvoice"]["id"], id);
    assert_eq!(amount(&note, "balance"), "0");
    let seen = look(&app, &client, id).await;
    assert_eq!(amount(&seen, "balance"), "-396");
    assert_eq!(amount(&seen, "refundDue"), "396");
    assert_eq!(seen["status"], "PAID");
    assert_eq!(seen["creditNotes"][0]["number"], "AV/2026/1");

    for (items, wrong) in [
        (json!([item("Trop", "1", "668")]), "INVALID input.items"),
        (json!([item("Négatif", "1", "-5")]), "INVALID input.items"),
        (json!([]), "INVALID input.items"),
        (json!([item("Zéro", "0", "5")]), "INVALID input.items.0.quantity"),
    ] {
        let input = json!({ "invoiceId": id, "items": items, "idempotencyKey": key() });
        let refused = on_invoice(&app, &staff, "createCreditNote", input).await;
        assert_eq!(errors(&refused), [wrong], "{refused}");
    }
    // The rest, to the unit.
    let rest = json!({ "invoiceId": id, "idempotencyKey": key() });
    let note = done(
        on_invoice(&app, &staff, "createCreditNote", rest).await,
        "creditNote",
    );
    assert_eq!(note["number"], "AV/2026/2");
    assert_eq!(amount(&note, "totalTtc"), "794");
    let nothing = json!({ "invoiceId": id, "idempotencyKey": key() });
    let refused = on_invoice(&app, &staff, "createCreditNote", nothing).await;
    assert_eq!(errors(&refused), ["LOCKED input.invoiceId"]);
    let seen = look(&app, &staff, id).await;
    assert_eq!(amount(&seen, "balance"), "-1190");
    // Nothing is paid on a credit note.
    let refused = pay(&app, &staff, &project, note["id"].as_str(), "1").await;
    assert_eq!(errors(&refused), ["LOCKED input.invoiceId"]);
}

#[tokio::test]
async fn cancelling_releases_the_advance_and_zeroes_the_balance() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let ahead = done(pay(&app, &staff, &project, None, "300").await, "payment");
    let with_advance = |price: &str| {
        with(
            draft_input(&project, price),
            json!({ "advancePayment": "300", "issue": true }),
        )
    };
    let invoice = done(
        on_invoice(&app, &staff, "createInvoice", with_advance("1000")).await,
        "invoice",
    );
    let id = invoice["id"].as_str().unwrap();
    // The payment that the advance was taken from stays.
    let void = json!({ "id": ahead["id"], "expectedVersion": 1, "reason": "Chèque sans provision" });
    let refused = on_payment(&app, &staff, "voidPayment", void.clone()).await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);

    let payment = done(pay(&app, &staff, &project, Some(id), "200").await, "payment");
    let cancel = json!({ "id": id, "expectedVersion": 2, "reason": "Erreur de client" });
    let refused = on_invoice(&app, &staff, "cancelInvoice", cancel.clone()).await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);
    assert!(message(&refused).contains("voidPayment"));
    let tied = json!({ "id": payment["id"], "expectedVersion": 1, "reason": "Rejeté" });
    let voided = done(
        on_payment(&app, &staff, "voidPayment", tied.clone()).await,
        "payment",
    );
    assert_eq!(voided["voidReason"], "Rejeté");
    let again = on_payment(&app, &staff, "voidPayment", tied).await;
    assert_eq!(errors(&again), ["LOCKED input.id"]);

    let without = with(cancel.clone(), json!({ "reason": " " }));
    let refused = on_invoice(&app, &staff, "cancelInvoice", without).await;
    assert_eq!(errors(&refused), ["REQUIRED input.reason"]);
    let cancelled = done(
        on_invoice(&app, &staff, "cancelInvoice", cancel.clone()).await,
        "invoice",
    );
    assert_eq!(cancelled["status"], "CANCELLED");
    assert_eq!(cancelled["cancelReason"], "Erreur de client");
    assert_eq!(amount(&cancelled, "balance"), "0");
    assert_eq!(cancelled["number"], "BH/2026/1", "a number is kept for good");
    assert_eq!(amount(&cancelled["creditNotes"][0], "totalTtc"), "1000");
    let refused = on_invoice(
        &app,
        &staff,
        "cancelInvoice",
        with(cancel, json!({ "expectedVersion": 3 })),
    )
    .await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);

    // The advance is free again: for the next invoice, or to be voided.
    let next = done(
        on_invoice(&app, &staff, "createInvoice", with_advance("400")).await,
        "invoice",
    );
    assert_eq!(amount(&next, "netToPay"), "100");
    assert_eq!(next["number"], "BH/2026/2");
    assert_eq!(amount(&next["project"], "amountPaid"), "300");
    let refused = on_payment(&app, &staff, "voidPayment", void).await;
    assert_eq!(errors(&refused), ["LOCKED input.id"]);
}

#[tokio::test]
async fn many_payments_at_once_never_overpay() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await;
    let id = invoice["id"].as_str().unwrap();
    let paying = (0..20).map(|_| pay(&app, &staff, &project, Some(id), "130"));
    let answers = futures_util::future::join_all(paying).await;
    let accepted = answers
        .iter()
        .filter(|payload| errors(payload).is_empty())
        .count();
    assert_eq!(accepted, 7, "7 × 130 fit into 1000");
    let seen = look(&app, &staff, id).await;
    assert_eq!(amount(&seen, "balance"), "90");
    assert_eq!(amount(&seen["project"], "amountPaid"), "910");
}

#[tokio::test]
async fn a_draft_changes_in_one_patch_and_shows_its_totals() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = json!({
        "projectId": project, "subject": "Gros œuvre", "taxPercentage": "19", "dueDate": "2026-12-31",
        "items": [item("Ciment", "12.5", "5200"), item("Sable", "3", "9000"), item("Fer", "1", "70000")],
        "idempotencyKey": key(),
    });
    let draft = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    assert_eq!(draft["status"], "DRAFT");
    assert_eq!(draft["number"], json!(null));
    assert_eq!(amount(&draft, "subtotal"), "162000");
    assert_eq!(amount(&draft, "taxAmount"), "30780");
    let line = |index: usize| draft["items"][index]["id"].clone();
    // Reordered, one changed, one removed, one added.
    let patch = json!({ "items": [
        with(item("Fer à béton", "2", "70000"), json!({ "id": line(2) })),
        item("Remise", "1", "-1000"),
        with(item("Ciment", "12.5", "5200"), json!({ "id": line(0) })),
    ], "dueDate": null });
    let change =
        |version: i32, patch| json!({ "id": draft["id"], "expectedVersion": version, "patch": patch });
    let changed = done(
        on_invoice(&app, &staff, "updateInvoice", change(1, patch)).await,
        "invoice",
    );
    assert_eq!(changed["version"], 2);
    assert_eq!(changed["dueDate"], json!(null));
    assert_eq!(changed["items"][0]["id"], line(2));
    assert_eq!(changed["items"][2]["id"], line(0));
    assert_eq!(amount(&changed, "subtotal"), "204000");
    let fields = [
        (json!({ "subject": null }), "REQUIRED input.patch.subject"),
        (
            json!({ "taxPercentage": "101" }),
            "INVALID input.patch.taxPercentage",
        ),
        (
            json!({ "advancePayment": "0.5" }),
            "INVALID input.patch.advancePayment",
        ),
        (
            json!({ "items": [with(item("x", "1", "1"), json!({ "id": "itm_01h2xcejqtf2nbrexx3vqjhp41" }))] }),
            "NOT_FOUND input.patch.items.0.id",
        ),
        (
            json!({ "items": [item("", "1", "1")] }),
            "REQUIRED input.patch.items.0.description",
        ),
        (
            json!({ "items": [item("x", "0.0001", "1")] }),
            "INVALID input.patch.items.0.quantity",
        ),
        (
            json!({ "items": [item("x", "1", "0.5")] }),
            "INVALID input.patch.items.0.unitPrice",
        ),
    ];
    for (patch, wrong) in fields {
        let refused = on_invoice(&app, &staff, "updateInvoice", change(2, patch)).await;
        assert_eq!(errors(&refused), [wrong], "{refused}");
    }
    let stale = on_invoice(
        &app,
        &staff,
        "updateInvoice",
        change(1, json!({ "subject": "x" })),
    )
    .await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(stale["invoice"]["version"], 2);
    // Nothing changed, nothing written.
    let same = done(
        on_invoice(
            &app,
            &staff,
            "updateInvoice",
            change(2, json!({ "subject": "Gros œuvre" })),
        )
        .await,
        "invoice",
    );
    assert_eq!(same["version"], 2);
}

#[tokio::test]
async fn what_cannot_be_issued_says_what_is_missing() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let issue = |values| {
        with(
            with(draft_input(&project, "100"), json!({ "issue": true })),
            values,
        )
    };
    for (values, wrong) in [
        (json!({ "items": [] }), "INVALID input.items"),
        (
            json!({ "items": [item("Rien", "1", "0")] }),
            "INVALID input.items",
        ),
        (json!({ "dueDate": "2026-11-20" }), "INVALID input.dueDate"),
        (json!({ "advancePayment": "101" }), "INVALID input.advancePayment"),
    ] {
        let refused = on_invoice(&app, &staff, "createInvoice", issue(values)).await;
        assert_eq!(errors(&refused), [wrong], "{refused}");
    }
    // None of them took a number.
    let invoice = issued(&app, &staff, &project, "100").await;
    assert_eq!(invoice["number"], "BH/2026/1");
    assert_eq!(invoice["issueDate"], "2026-11-21");
    assert_eq!(invoice["company"]["name"], "Belle House");
    // In bulk: each row by itself.
    let one = draft(&app, &staff, &project, "1").await;
    let two = draft(&app, &staff, &project, "2").await;
    let rows = json!({ "rows": [
        { "id": one["id"], "expectedVersion": 1 },
        { "id": invoice["id"], "expectedVersion": 2 },
        { "id": two["id"], "expectedVersion": 9 },
        { "id": two["id"], "expectedVersion": 1 },
    ], "idempotencyKey": key() });
    let payload = on_invoice(&app, &staff, "issueInvoices", rows.clone()).await;
    let told = |payload: &serde_json::Value| {
        let results = payload["results"].as_array().unwrap().clone();
        let told: Vec<String> = results
            .iter()
            .map(|row| match errors(row).first() {
                Some(error) => error.clone(),
                None => row["invoice"]["number"].as_str().unwrap().to_owned(),
            })
            .collect();
        told
    };
    let expected = [
        "BH/2026/2",
        "LOCKED input.rows.1.id",
        "CONFLICT input.rows.2.expectedVersion",
        "BH/2026/3",
    ];
    assert_eq!(told(&payload), expected);
    // Sent again, the rows that were done answer the same.
    let again = told(&on_invoice(&app, &staff, "issueInvoices", rows).await);
    assert_eq!((again[0].as_str(), again[3].as_str()), ("BH/2026/2", "BH/2026/3"));
    let rows = json!({ "rows": [
        { "id": one["id"], "expectedVersion": 2 }, { "id": two["id"], "expectedVersion": 2 },
    ], "mode": "CASH", "idempotencyKey": key() });
    let payload = on_invoice(&app, &staff, "markInvoicesPaid", rows).await;
    for row in payload["results"].as_array().unwrap() {
        assert_eq!(row["invoice"]["status"], "PAID", "{payload}");
    }
}

#[tokio::test]
async fn a_clock_set_back_dates_no_credit_note_before_its_invoice() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await;
    assert_eq!(invoice["issueDate"], "2026-11-21");
    app.clock.set("2026-11-20T22:30:00Z".parse().unwrap());
    let note =
        json!({ "invoiceId": invoice["id"], "items": [item("Geste", "1", "100")], "idempotencyKey": key() });
    let note = done(
        on_invoice(&app, &staff, "createCreditNote", note).await,
        "creditNote",
    );
    assert_eq!(note["issueDate"], "2026-11-21");
}

#[tokio::test]
async fn what_a_project_is_paid_stays_within_what_can_be_counted() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let most = "1000000000000";
    done(pay(&app, &staff, &project, None, most).await, "payment");
    let refused = pay(&app, &staff, &project, None, "1").await;
    assert_eq!(errors(&refused), ["INVALID input.amount"]);
    assert!(message(&refused).contains("vérifiez le montant"), "{refused}");
}

#[tokio::test]
async fn a_letterhead_can_be_written_to() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let document = "mutation($input: UpdateCompanyProfileInput!) { updateCompanyProfile(input: $input) { companyProfile { phone email } \
                    userErrors { code message field } } }";
    let patch = async |patch: Value| {
        let input = json!({ "expectedVersion": 1, "patch": patch });
        mutate(&app, &admin, document, input).await
    };
    let wrong =
        patch(json!({ "email": "nope", "phone": "abc", "logoUploadId": "upl_01h2xcejqtf2nbrexx3vqjhp41" }))
            .await;
    assert_eq!(
        errors(&wrong),
        [
            "INVALID input.patch.email",
            "INVALID input.patch.phone",
            "NOT_FOUND input.patch.logoUploadId",
        ]
    );
    let wrong = patch(json!({ "logoUploadId": "upl_01h2xcejqtf2nbrexx3vqjhp41" })).await;
    assert_eq!(errors(&wrong), ["NOT_FOUND input.patch.logoUploadId"]);
    let right =
        patch(json!({ "email": "contact@bellehouse.ne", "phone": "+227 20 12 34 56 / +227 90 12 34 56" }))
            .await;
    assert_eq!(
        done(right, "companyProfile"),
        json!({ "phone": "+227 20 12 34 56 / +227 90 12 34 56", "email": "contact@bellehouse.ne" })
    );
}

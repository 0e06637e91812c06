//! What the accountant takes home: the list of invoices, the journal, and the figures on the first page.

use std::collections::BTreeMap;

use serde_json::json;

use crate::billing_world::{done, draft, draft_input, item, key, on_invoice, on_payment, pay, with};
use crate::support::app::TestApp;
use crate::support::people::Person;

/// The rows of an export, without the heading.
async fn export(app: &TestApp, staff: &Person, name: &str, input: &str) -> Vec<Vec<String>> {
    let document = format!(
        "mutation {{ {name}(input: {{ {input} }}) {{ export {{ url fileName }} userErrors {{ code field }} }} }}"
    );
    let data = app.graphql(staff, &document, json!({})).await.data();
    let url = data[name]["export"]["url"]
        .as_str()
        .unwrap_or_else(|| panic!("{data}"));
    let answer = app.http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text).to_owned();
    text.split("\r\n")
        .skip(1)
        .filter(|line| !line.is_empty())
        .map(|line| line.trim_matches('"').split("\",\"").map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn a_spreadsheet_set_to_french_adds_up_what_it_reads() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = with(
        draft_input(&project, "1500000"),
        json!({ "taxPercentage": "19.25", "issue": true, "subject": "Clôture;=cmd|'/C calc'!A0" }),
    );
    done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let document =
        "mutation { exportInvoices(input: { separator: SEMICOLON }) { export { url } userErrors { code } } }";
    let data = app.graphql(&staff, document, json!({})).await.data();
    let url = data["exportInvoices"]["export"]["url"].as_str().unwrap();
    let file = app.http().get(url).send().await.unwrap().bytes().await.unwrap();
    assert!(file.starts_with("\u{feff}\"Numéro\";".as_bytes()), "{file:?}");
    let file = String::from_utf8(file[3..].to_vec()).unwrap();
    let row: Vec<&str> = file.lines().nth(1).unwrap().split("\";\"").collect();
    assert_eq!(row[7], "Clôture;'=cmd|'/C calc'!A0");
    assert_eq!(row[9..13], ["1500000", "19,25", "288750", "1788750"]);
}

#[tokio::test]
async fn the_books_come_home_balanced() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let other = app.project(&staff, &client).await;
    done(pay(&app, &staff, &project, None, "300").await, "payment");
    let input = with(
        draft_input(&project, "1000"),
        json!({ "taxPercentage": "19", "advancePayment": "300", "issue": true, "dueDate": "2026-11-21" }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let id = invoice["id"].as_str().unwrap();
    let paid = done(pay(&app, &staff, &project, Some(id), "90").await, "payment");
    let note = json!({ "invoiceId": id, "items": [item("Geste", "1", "100")], "idempotencyKey": key() });
    done(
        on_invoice(&app, &staff, "createCreditNote", note).await,
        "creditNote",
    );
    let void = json!({ "id": paid["id"], "expectedVersion": 1, "reason": "Rejeté" });
    done(on_payment(&app, &staff, "voidPayment", void).await, "payment");
    let cancel = json!({ "id": id, "expectedVersion": 2, "reason": "Erreur" });
    done(on_invoice(&app, &staff, "cancelInvoice", cancel).await, "invoice");
    let input = with(
        draft_input(&other, "5000"),
        json!({ "issue": true, "dueDate": "2026-11-21", "subject": "=1+1" }),
    );
    let second = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    done(
        pay(&app, &staff, &other, second["id"].as_str(), "2000").await,
        "payment",
    );
    draft(&app, &staff, &other, "77").await;

    let rows = export(&app, &staff, "exportInvoices", "").await;
    let mut told: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|row| (row[0].as_str(), row[4].as_str(), row[17].as_str()))
        .collect();
    told.sort_unstable();
    assert_eq!(
        told,
        [
            ("AV/2026/1", "Envoyée", "0"),
            ("AV/2026/2", "Envoyée", "0"),
            ("BH/2026/1", "Annulée", "0"),
            ("BH/2026/2", "Envoyée", "3000"),
        ]
    );
    assert!(rows.iter().any(|row| row[7] == "'=1+1"), "no cell is a formula");
    let drafts = export(&app, &staff, "exportInvoices", "filter: { status: [DRAFT] }").await;
    assert_eq!(drafts.len(), 1);

    let days = "from: \"2026-11-01\", until: \"2026-11-30\"";
    let lines = export(&app, &staff, "exportAccountingJournal", days).await;
    let number = |text: &str| text.parse::<i64>().unwrap_or(0);
    // Debits equal credits in every entry: journal, day, piece and label name one.
    let mut entries: BTreeMap<(&str, &str, &str, &str), (i64, i64)> = BTreeMap::new();
    let mut accounts: BTreeMap<&str, i64> = BTreeMap::new();
    for line in &lines {
        let (debit, credit) = (number(&line[5]), number(&line[6]));
        assert!((debit == 0) != (credit == 0), "{line:?}");
        let entry = entries
            .entry((&line[0], &line[1], &line[2], &line[4]))
            .or_default();
        *entry = (entry.0 + debit, entry.1 + credit);
        *accounts.entry(&line[3]).or_default() += debit - credit;
    }
    assert!(
        entries
            .values()
            .all(|(debit, credit)| debit == credit && *debit > 0),
        "{entries:?}"
    );
    // Two invoices, two credit notes, an advance given back, three payments, one of them voided.
    assert_eq!(entries.len(), 9, "{entries:?}");
    // The clients owe 3000 on the second invoice, and have 300 to their credit.
    assert_eq!(accounts["4111"], 3000);
    assert_eq!(accounts["4191"], -300);
    assert_eq!(accounts["7051"], -5000);
    assert_eq!(accounts.get("4431").copied().unwrap_or(0), 0);
    assert_eq!(accounts["5211"], 2300);
    let none = export(
        &app,
        &staff,
        "exportAccountingJournal",
        "from: \"2026-10-01\", until: \"2026-10-31\"",
    )
    .await;
    assert_eq!(none.len(), 0);

    // The first page; after midnight the second invoice is late.
    app.clock.set("2026-11-21T23:00:01Z".parse().unwrap());
    let staff = app.sign_in(&staff.email, crate::support::people::PASSWORD).await;
    let document = "{ dashboard { billing { outstanding { amount currency } overdue { amount } overdueCount \
        issuedThisMonth { amount } paidThisMonth { amount } byProject { project { id } outstanding { amount } \
        overdue { amount } } } } }";
    let page = app.graphql(&staff, document, json!({})).await.data();
    assert_eq!(
        page["dashboard"]["billing"],
        json!({
            "outstanding": [{ "amount": "3000", "currency": "XOF" }], "overdue": [{ "amount": "3000" }], "overdueCount": 1,
            "issuedThisMonth": [{ "amount": "5000" }], "paidThisMonth": [{ "amount": "2300" }],
            "byProject": [{ "project": { "id": other }, "outstanding": { "amount": "3000" },
                "overdue": { "amount": "3000" } }],
        })
    );
}

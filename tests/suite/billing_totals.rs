//! Three hundred invoices as chance makes them: what the API says equals an exact computation that shares no code with
//! the server's.

use num_bigint::BigInt;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::billing_world::{amount, done, draft, issued, item, key, look, on_invoice, pay, with};
use crate::support::app::TestApp;

/// An exact decimal: `digits / 10^scale`.
#[derive(Clone)]
struct Exact {
    digits: BigInt,
    scale: u32,
}

impl Exact {
    fn read(text: &str) -> Self {
        let (whole, part) = text.split_once('.').unwrap_or((text, ""));
        Self {
            digits: format!("{whole}{part}").parse().unwrap(),
            scale: u32::try_from(part.len()).unwrap(),
        }
    }

    fn times(&self, other: &Self) -> Self {
        Self {
            digits: &self.digits * &other.digits,
            scale: self.scale + other.scale,
        }
    }

    fn plus(&self, other: &Self) -> Self {
        let scale = self.scale.max(other.scale);
        Self {
            digits: self.at(scale) + other.at(scale),
            scale,
        }
    }

    fn at(&self, scale: u32) -> BigInt {
        &self.digits * BigInt::from(10).pow(scale - self.scale)
    }

    /// Rounds as people do it on paper: looks at the first digit that goes, and carries by one away from zero.
    fn rounded(&self, scale: u32) -> Self {
        if self.scale <= scale {
            return Self {
                digits: self.at(scale),
                scale,
            };
        }
        let text = self.digits.magnitude().to_string();
        let gone = usize::try_from(self.scale - scale).unwrap();
        let text = format!("{text:0>width$}", width = gone + 1);
        let (kept, dropped) = text.split_at(text.len() - gone);
        let mut kept: BigInt = kept.parse().unwrap();
        if dropped.as_bytes()[0] >= b'5' {
            kept += 1;
        }
        if self.digits < BigInt::from(0) {
            kept = -kept;
        }
        Self { digits: kept, scale }
    }

    fn text(&self) -> String {
        let sign = if self.digits < BigInt::from(0) { "-" } else { "" };
        let digits = format!(
            "{:0>width$}",
            self.digits.magnitude().to_string(),
            width = self.scale as usize + 1
        );
        let (whole, part) = digits.split_at(digits.len() - self.scale as usize);
        if part.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{part}")
        }
    }
}

fn decimal(chance: &mut StdRng, most: i64, decimals: u32) -> String {
    let decimals = chance.random_range(0..=decimals);
    let whole = chance.random_range(0..=most);
    if decimals == 0 {
        return whole.max(1).to_string();
    }
    let part = chance.random_range(1..10_i64.pow(decimals));
    format!("{whole}.{part:0width$}", width = decimals as usize)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn totals_equal_an_independent_exact_computation() {
    const INVOICES: usize = 330;
    let seed = rand::random_range(0..1_000_000_u64);
    println!("seed {seed}");
    let mut chance = StdRng::seed_from_u64(seed);
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let mut projects = Vec::new();
    for (currency, decimals) in [("XOF", 0), ("EUR", 2), ("USD", 2)] {
        let payload = app
            .run(
                &staff,
                "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } userErrors { message } } }",
                json!({ "clientId": client.client(), "name": currency, "currency": currency }),
            )
            .await;
        projects.push((payload["project"]["id"].as_str().unwrap().to_owned(), decimals));
    }
    let mut issued = 0;
    for number in 0..INVOICES {
        let (project, decimals) = &projects[number % projects.len()];
        let mut lines = Vec::new();
        for _ in 0..chance.random_range(1..=12) {
            let quantity = decimal(&mut chance, 5_000, 3);
            let discount = chance.random_bool(0.15);
            let price = decimal(&mut chance, if discount { 3_000 } else { 900_000 }, *decimals);
            lines.push((quantity, format!("{}{price}", if discount { "-" } else { "" })));
        }
        let tax = ["0", "5.5", "17", "18", "19", "19.25", "0.01", "99.99"][number % 8];
        let mut subtotal = Exact::read("0").rounded(*decimals);
        let mut totals = Vec::new();
        for (quantity, price) in &lines {
            let total = Exact::read(quantity)
                .times(&Exact::read(price))
                .rounded(*decimals);
            subtotal = subtotal.plus(&total);
            totals.push(total.text());
        }
        // tax / 100
        let mut rate = Exact::read(tax);
        rate.scale += 2;
        let tax_amount = subtotal.times(&rate).rounded(*decimals);
        let total = subtotal.plus(&tax_amount);
        let issue = total.digits > BigInt::from(0);
        let items: Vec<Value> = lines
            .iter()
            .map(|(quantity, price)| item("Ligne", quantity, price))
            .collect();
        let input = json!({
            "projectId": project, "subject": format!("Facture {number}"), "taxPercentage": tax, "items": items,
            "issue": issue, "idempotencyKey": key(),
        });
        let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
        let told: Vec<&str> = invoice["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| amount(item, "totalPrice"))
            .collect();
        assert_eq!(told, totals, "seed {seed}, invoice {number}: {lines:?}");
        assert_eq!(
            amount(&invoice, "subtotal"),
            subtotal.text(),
            "seed {seed}, invoice {number}"
        );
        assert_eq!(
            amount(&invoice, "taxAmount"),
            tax_amount.text(),
            "seed {seed}, invoice {number}"
        );
        assert_eq!(
            amount(&invoice, "totalTtc"),
            total.text(),
            "seed {seed}, invoice {number}"
        );
        assert_eq!(amount(&invoice, "netToPay"), total.text());
        issued += usize::from(issue);
        if issue {
            assert_eq!(invoice["number"], format!("BH/2026/{issued}"));
        }
    }
    assert!(issued > 250, "{issued}");
}

const PREVIEW: &str = "query($input: PreviewInvoiceInput!) { previewInvoice(input: $input) { lines { amount } \
    subtotal { amount } taxAmount { amount } totalTtc { amount } netToPay { amount } amountInWords(locale: FR) \
    advanceAvailable { amount } userErrors { code field message } } }";

#[tokio::test]
async fn a_preview_says_what_the_invoice_will_and_writes_nothing() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    done(pay(&app, &staff, &project, None, "5000").await, "payment");
    let preview = async |input: Value| {
        let answer = app.graphql(&staff, PREVIEW, json!({ "input": input })).await;
        answer.data()["previewInvoice"].clone()
    };
    let line = |quantity: &str, price: &str| json!({ "quantity": quantity, "unitPrice": price });
    let figures = json!({
        "projectId": project, "taxPercentage": "19", "advancePayment": "5000",
        "items": [line("2.5", "10001"), line("1", "-501")],
    });
    let before = crate::permissions::fingerprint(&app).await;
    let told = preview(figures.clone()).await;
    assert_eq!(told["userErrors"], json!([]));
    let lines = &told["lines"];
    assert_eq!(*lines, json!([{ "amount": "25003" }, { "amount": "-501" }]));
    assert_eq!(told["advanceAvailable"]["amount"], "5000");

    // Each mistake at its place, as creating and issuing would say it; and no totals from half of the figures.
    let wrong = preview(with(
        figures.clone(),
        json!({ "taxPercentage": "101", "items": [line("0", "1"), line("1", "1.5")] }),
    ))
    .await;
    let places: Vec<&Value> = wrong["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["field"])
        .collect();
    assert_eq!(
        places,
        [
            &json!(["input", "taxPercentage"]),
            &json!(["input", "items", "0", "quantity"]),
            &json!(["input", "items", "1", "unitPrice"]),
        ]
    );
    assert_eq!((&wrong["totalTtc"], &wrong["lines"]), (&json!(null), &json!([])));
    let beyond = preview(with(figures.clone(), json!({ "advancePayment": "5001" }))).await;
    assert_eq!(
        beyond["userErrors"][0]["field"],
        json!(["input", "advancePayment"])
    );
    assert_eq!(beyond["netToPay"]["amount"], json!("24156"), "{beyond}");
    let nowhere = preview(with(
        figures,
        json!({ "projectId": "prj_01h2xcejqtf2nbrexx3vqjhp41" }),
    ))
    .await;
    assert_eq!(nowhere["userErrors"][0]["code"], "NOT_FOUND");
    assert_eq!(crate::permissions::fingerprint(&app).await, before);

    let input = json!({
        "projectId": project, "subject": "Dalle", "taxPercentage": "19", "advancePayment": "5000", "issue": true,
        "items": [item("Béton", "2.5", "10001"), item("Remise", "1", "-501")], "idempotencyKey": key(),
    });
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    for total in ["subtotal", "taxAmount", "totalTtc", "netToPay"] {
        assert_eq!(told[total], invoice[total], "{total}");
    }
    let id = invoice["id"].as_str().unwrap();
    let words = "query($id: ID!) { invoice(id: $id) { amountInWords(locale: FR) } }";
    let printed = app.graphql(&staff, words, json!({ "id": id })).await.data();
    assert_eq!(told["amountInWords"], printed["invoice"]["amountInWords"]);
    assert!(told["amountInWords"].is_string());
}

#[tokio::test]
async fn an_invoice_is_made_again_as_a_draft_once_a_key() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let original = issued(&app, &staff, &project, "1000").await;
    let cancel = json!({ "id": original["id"], "expectedVersion": original["version"], "reason": "Erreur" });
    let cancelled = done(on_invoice(&app, &staff, "cancelInvoice", cancel).await, "invoice");
    let input = json!({ "id": original["id"], "idempotencyKey": key() });
    let (one, two) = tokio::join!(
        on_invoice(&app, &staff, "duplicateInvoice", input.clone()),
        on_invoice(&app, &staff, "duplicateInvoice", input),
    );
    let copy = done(one, "invoice");
    assert_eq!(done(two, "invoice")["id"], copy["id"], "one draft a key");
    assert_ne!(copy["id"], original["id"]);
    assert_eq!(
        (&copy["status"], &copy["number"], &copy["dueDate"]),
        (&json!("DRAFT"), &json!(null), &json!(null))
    );
    for same in ["subject", "totalTtc", "taxPercentage"] {
        assert_eq!(copy[same], original[same], "{same}");
    }
    assert_eq!(
        copy["items"][0]["description"],
        original["items"][0]["description"]
    );
    assert_ne!(copy["items"][0]["id"], original["items"][0]["id"]);
    // The original is as it was, and the copy a draft like any other.
    let now = look(&app, &staff, original["id"].as_str().unwrap()).await;
    assert_eq!(now["version"], cancelled["version"]);
    let issue = json!({ "id": copy["id"], "expectedVersion": copy["version"] });
    assert_eq!(
        done(on_invoice(&app, &staff, "issueInvoice", issue).await, "invoice")["status"],
        "SENT"
    );

    let note = cancelled["creditNotes"][0]["id"].clone();
    let refused = on_invoice(
        &app,
        &staff,
        "duplicateInvoice",
        json!({ "id": note, "idempotencyKey": key() }),
    )
    .await;
    assert_eq!(refused["userErrors"][0]["code"], "LOCKED", "{refused}");
    let theirs = draft(&app, &staff, &project, "5").await;
    let input = json!({ "id": theirs["id"], "idempotencyKey": key() });
    let answer = app
        .graphql(
            &client,
            "mutation($input: DuplicateInvoiceInput!) { duplicateInvoice(input: $input) \
        { invoice { id } } }",
            json!({ "input": input }),
        )
        .await;
    assert_eq!(answer.code(), "FORBIDDEN");
}

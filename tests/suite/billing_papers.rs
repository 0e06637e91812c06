//! Printed documents over the front door: who may have which, what they say, and that what was issued stays as it is.

use chrono::TimeDelta;
use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use crate::billing_world::{done, draft, draft_input, issued, item, key, on_invoice, on_payment, pay, with};
use crate::project_world::{UPDATE_PROJECT, mutate, upload};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

fn id(record: &Value) -> &str {
    record["id"].as_str().unwrap()
}

/// One field of an invoice as somebody sees it; null when they don't see the invoice.
async fn of_invoice(app: &TestApp, who: &Person, invoice: &str, field: &str) -> Value {
    let document = format!("query($id: ID!) {{ invoice(id: $id) {{ it: {field} }} }}");
    let data = app.graphql(who, &document, json!({ "id": invoice })).await.data();
    data["invoice"]["it"].clone()
}

async fn pdf_url(app: &TestApp, who: &Person, invoice: &str) -> String {
    let url = of_invoice(app, who, invoice, "pdfUrl").await;
    url.as_str()
        .unwrap_or_else(|| panic!("no URL of {invoice}"))
        .to_owned()
}

async fn get(app: &TestApp, url: &str) -> Response {
    app.http().get(url).send().await.unwrap()
}

/// The bytes of a document that is there.
async fn bytes(app: &TestApp, url: &str) -> Vec<u8> {
    let answer = get(app, url).await;
    assert_eq!(answer.status(), 200, "{url}");
    answer.bytes().await.unwrap().to_vec()
}

/// Its text without spaces, which readers of PDF only guess.
fn dense(pdf: &[u8]) -> String {
    let text = pdf_extract::extract_text_from_mem(pdf).unwrap();
    text.split_whitespace().collect()
}

/// The text says each of these.
#[track_caller]
fn says(text: &str, expected: &[&str]) {
    for it in expected {
        let it: String = it.split_whitespace().collect();
        assert!(text.contains(&it), "no «{it}» in {text}");
    }
}

async fn refusal(app: &TestApp, url: &str) -> (StatusCode, String) {
    let answer = get(app, url).await;
    let status = answer.status();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let problem: Value = answer.json().await.unwrap();
    (status, problem["code"].as_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_client_has_the_pdf_of_an_issued_invoice_and_it_stays() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = with(
        draft_input(&project, "1234567"),
        json!({
            "issue": true, "taxPercentage": "19", "dueDate": "2026-12-01", "paymentMode": "TRANSFER",
            "items": [item("Gros œuvre #1 *béton*\nSemelles & longrines", "2.5", "400000"), item("Remise", "1", "-1")],
        }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let url = pdf_url(&app, &client, id(&invoice)).await;
    assert_eq!(
        url,
        pdf_url(&app, &client, id(&invoice)).await,
        "stable within the half-day"
    );
    let answer = app
        .http()
        .get(&url)
        .header("accept-encoding", "br, gzip")
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status(), 200);
    let headers = answer.headers().clone();
    assert!(
        !headers.contains_key("content-encoding"),
        "nothing is gained by compressing it again"
    );
    assert_eq!(headers["content-type"], "application/pdf");
    assert_eq!(
        headers["content-disposition"],
        "inline; filename=\"BH-2026-1.pdf\""
    );
    assert_eq!(headers["cache-control"], "private, no-cache");
    assert_eq!(headers["x-content-type-options"], "nosniff");
    let first = answer.bytes().await.unwrap().to_vec();
    let text = dense(&first);
    says(
        &text,
        &[
            "Facture",
            "BH/2026/1",
            "Gros œuvre #1 *béton*",
            "Semelles & longrines",
            "999 999 F CFA",
            "190 000 F CFA",
            "Net à payer 1 189 999 F CFA",
            "21 novembre 2026",
            "1er décembre 2026",
            "Virement bancaire",
            "Page 1 / 1",
        ],
    );
    // In words as the API says it, too.
    let words = of_invoice(&app, &client, id(&invoice), "amountInWords").await;
    let words = words.as_str().unwrap();
    assert_eq!(
        words,
        "un million cent quatre-vingt-neuf mille neuf cent quatre-vingt-dix-neuf francs CFA"
    );
    says(
        &text,
        &[&format!("Arrêté la présente facture à la somme de {words}.")],
    );
    let english = of_invoice(&app, &client, id(&invoice), "amountInWords(locale: EN)").await;
    assert_eq!(
        english,
        "one million one hundred and eighty-nine thousand nine hundred and ninety-nine CFA francs"
    );

    // Again, for somebody else, and without the body when it is known.
    assert!(bytes(&app, &url).await == first);
    let staffs = pdf_url(&app, &staff, id(&invoice)).await;
    assert!(staffs != url && bytes(&app, &staffs).await == first);
    let known = app.http().get(&url).header("if-none-match", &headers["etag"]);
    let known = known.send().await.unwrap();
    assert_eq!(known.status(), 304);
    assert!(known.bytes().await.unwrap().is_empty());

    // Company and project change; what was issued doesn't.
    let rename = json!({ "id": project, "expectedVersion": 1, "patch": { "name": "Villa renommée" } });
    done(mutate(&app, &staff, UPDATE_PROJECT, rename).await, "project");
    assert!(bytes(&app, &url).await == first);
    let admin = app.admin().await;
    let rename = "mutation { updateCompanyProfile(input: { expectedVersion: 1, patch: { name: \"Autre Nom\" } }) { \
        companyProfile { name } userErrors { code } } }";
    let renamed = app.graphql(&admin, rename, json!({})).await.data();
    assert_eq!(
        renamed["updateCompanyProfile"]["companyProfile"]["name"], "Autre Nom",
        "{renamed}"
    );
    assert!(bytes(&app, &url).await == first);

    // It comes from where it was kept: what stands there is what is served.
    let folder = app.ctx().config.data_dir.join("media/papers").join(id(&invoice));
    let kept: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|it| it.unwrap().path())
        .collect();
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert!(std::fs::read(&kept[0]).unwrap() == first);
    std::fs::write(&kept[0], b"%PDF-kept\n%%EOF\n").unwrap();
    assert_eq!(bytes(&app, &url).await, b"%PDF-kept\n%%EOF\n");
    // What was lost or damaged is made again, the same to the byte.
    std::fs::remove_file(&kept[0]).unwrap();
    assert!(bytes(&app, &url).await == first);
    for damaged in [&first[..first.len() / 2], b"", b"x"] {
        std::fs::write(&kept[0], damaged).unwrap();
        assert!(bytes(&app, &url).await == first);
        assert!(std::fs::read(&kept[0]).unwrap() == first, "it is whole again");
    }
}

#[tokio::test]
async fn nobody_gets_what_is_not_theirs() {
    let app = start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await;
    let written = draft(&app, &staff, &project, "77").await;
    let paid = done(
        pay(&app, &staff, &project, Some(id(&invoice)), "400").await,
        "payment",
    );

    // No URL is handed out of what isn't seen.
    for (who, what) in [(&other, &invoice), (&client, &written), (&other, &written)] {
        assert_eq!(of_invoice(&app, who, id(what), "pdfUrl").await, Value::Null);
    }
    let theirs = app.project(&staff, &other).await;
    let own = issued(&app, &staff, &theirs, "5").await;
    let url = pdf_url(&app, &other, id(&own)).await;
    assert_eq!(get(&app, &url).await.status(), 200);

    // No part of a URL can be exchanged: not the record, its kind, the reader or the time.
    let forged = (StatusCode::FORBIDDEN, "BAD_SIGNATURE".to_owned());
    let clients = pdf_url(&app, &client, id(&invoice)).await;
    let audience = |url: &str| {
        let (_, rest) = url.split_once("audience=").unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    let expires = |url: &str| {
        let (_, rest) = url.split_once("expires=").unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    for changed in [
        url.replace(id(&own), id(&invoice)),
        url.replace(id(&own), id(&written)),
        url.replace(id(&own), id(&paid)),
        url.replace(id(&own), &project),
        url.replace(&audience(&url), &audience(&clients)),
        url.replace(&expires(&url), "99999999999"),
        url.split_once('?').unwrap().0.to_owned(),
        format!("{}x", url),
        // Made for another purpose.
        url.replace("/papers/", "/exports/").replace(".pdf", ".csv"),
    ] {
        let (status, code) = refusal(&app, &changed).await;
        assert!(
            (status, code.clone()) == forged
                || (status, code.as_str()) == (StatusCode::NOT_FOUND, "NOT_FOUND"),
            "{changed}: {status} {code}"
        );
    }
    let nothing = url.split_once("/papers/").unwrap().0.to_owned() + "/papers/cli_nothing.pdf";
    assert_eq!(refusal(&app, &nothing).await.0, StatusCode::NOT_FOUND);

    // A true URL is worth what its person may see at the moment.
    let of_draft = pdf_url(&app, &staff, id(&written)).await;
    assert_eq!(get(&app, &of_draft).await.status(), 200);
    let delete = json!({ "id": id(&written), "expectedVersion": 1 });
    let deleted =
        "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { userErrors { code } } }";
    app.run(&staff, deleted, delete).await;
    assert_eq!(refusal(&app, &of_draft).await.0, StatusCode::NOT_FOUND);

    // And nothing once its sign-in has ended, or its time.
    let elsewhere = app.sign_in(&client.email, PASSWORD).await;
    let second = pdf_url(&app, &elsewhere, id(&invoice)).await;
    app.run(
        &elsewhere,
        "mutation($input: LogoutInput) { logout(input: $input) { signedOut userErrors { code } } }",
        json!({}),
    )
    .await;
    assert_eq!(
        refusal(&app, &second).await,
        (StatusCode::FORBIDDEN, "SESSION_ENDED".to_owned())
    );
    assert_eq!(get(&app, &clients).await.status(), 200);
    app.advance(TimeDelta::hours(25));
    assert_eq!(
        refusal(&app, &clients).await,
        (StatusCode::GONE, "EXPIRED".to_owned())
    );
}

#[tokio::test]
async fn drafts_and_cancelled_ones_say_so_and_credit_notes_name_their_invoice() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let written = draft(&app, &staff, &project, "77").await;
    let url = pdf_url(&app, &staff, id(&written)).await;
    let answer = get(&app, &url).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename=\"brouillon.pdf\""
    );
    says(
        &dense(&answer.bytes().await.unwrap()),
        &["BROUILLON", "77 F CFA", "soixante-dix-sept francs CFA"],
    );
    // A draft that changes is drawn anew, and never kept.
    let change = json!({ "id": id(&written), "expectedVersion": 1, "patch": { "subject": "Nouveau titre" } });
    done(on_invoice(&app, &staff, "updateInvoice", change).await, "invoice");
    says(&dense(&bytes(&app, &url).await), &["Nouveau titre"]);
    assert!(!app.ctx().config.data_dir.join("media/papers").exists());

    let invoice = issued(&app, &staff, &project, "5000").await;
    let url = pdf_url(&app, &client, id(&invoice)).await;
    let valid = bytes(&app, &url).await;
    assert!(!dense(&valid).contains("ANNULÉE"));
    let cancel = json!({
        "id": id(&invoice), "expectedVersion": invoice["version"], "reason": "Doublon de saisie",
    });
    let payload = on_invoice(&app, &staff, "cancelInvoice", cancel).await;
    let cancelled = done(payload, "invoice");
    // The same URL shows at once what has become of it.
    let answer = get(&app, &url).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename=\"BH-2026-1-annulee.pdf\""
    );
    says(
        &dense(&answer.bytes().await.unwrap()),
        &["ANNULÉE", "Doublon de saisie", "n’est plus à payer"],
    );
    let note = &cancelled["creditNotes"][0];
    let url = pdf_url(&app, &client, id(note)).await;
    let answer = get(&app, &url).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename=\"AV-2026-1.pdf\""
    );
    says(
        &dense(&answer.bytes().await.unwrap()),
        &[
            "Avoir",
            "AV/2026/1",
            "BH/2026/1",
            "Net à votre crédit 5 000 F CFA",
        ],
    );
}

#[tokio::test]
async fn receipts_and_statements_follow_the_books() {
    let app = start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    done(pay(&app, &staff, &project, None, "300").await, "payment");
    let input = with(
        draft_input(&project, "1000"),
        json!({ "advancePayment": "300", "issue": true }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let first = done(
        pay(&app, &staff, &project, Some(id(&invoice)), "500").await,
        "payment",
    );
    app.advance(TimeDelta::minutes(1));
    let second = done(
        pay(&app, &staff, &project, Some(id(&invoice)), "200").await,
        "payment",
    );

    let ask = "query($id: ID!) { project(id: $id) { statementUrl payments { nodes { id receiptUrl } } } }";
    let seen = app.graphql(&client, ask, json!({ "id": project })).await.data()["project"].clone();
    let receipt = |payment: &Value| {
        let nodes = seen["payments"]["nodes"].as_array().unwrap();
        let node = nodes.iter().find(|node| node["id"] == payment["id"]).unwrap();
        node["receiptUrl"].as_str().unwrap().to_owned()
    };
    let answer = get(&app, &receipt(&first)).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename=\"recu-2026-11-20.pdf\""
    );
    // What was left then, whatever came later.
    says(
        &dense(&answer.bytes().await.unwrap()),
        &[
            "Reçu de paiement",
            "20 novembre 2026",
            "500 F CFA",
            "cinq cents francs CFA",
            "VIR 12",
            "BH/2026/1",
            "Reste à payer sur la facture : 200 F CFA",
        ],
    );
    says(
        &dense(&bytes(&app, &receipt(&second)).await),
        &["200 F CFA", "Facture soldée"],
    );

    let statement = seen["statementUrl"].as_str().unwrap();
    let answer = get(&app, statement).await;
    assert_eq!(
        answer.headers()["content-disposition"],
        "inline; filename=\"releve-2026-11-21.pdf\""
    );
    let text = dense(&answer.bytes().await.unwrap());
    says(
        &text,
        &[
            "Relevé de compte",
            "Facture BH/2026/1",
            "Totaux 1 000 1 000 0",
            "Compte soldé",
        ],
    );
    // A voided payment leaves the statement, its receipt is worth nothing, and those of later ones say what was left then.
    app.advance(TimeDelta::minutes(1));
    let void = json!({ "id": id(&first), "expectedVersion": 1, "reason": "Chèque impayé" });
    done(on_payment(&app, &staff, "voidPayment", void).await, "payment");
    says(&dense(&bytes(&app, &receipt(&second)).await), &["Facture soldée"]);
    done(
        pay(&app, &staff, &project, Some(id(&invoice)), "500").await,
        "payment",
    );
    let void = json!({ "id": id(&second), "expectedVersion": 1, "reason": "Rejeté" });
    done(on_payment(&app, &staff, "voidPayment", void).await, "payment");
    says(
        &dense(&bytes(&app, statement).await),
        &["Totaux 1 000 800 200", "Solde à payer 200 F CFA"],
    );
    says(
        &dense(&bytes(&app, &receipt(&second)).await),
        &["ANNULÉ", "n’est plus valable"],
    );
    let note =
        json!({ "invoiceId": id(&invoice), "items": [item("Geste", "1", "100")], "idempotencyKey": key() });
    done(
        on_invoice(&app, &staff, "createCreditNote", note).await,
        "creditNote",
    );
    says(
        &dense(&bytes(&app, statement).await),
        &["Avoir AV/2026/1", "Solde à payer 100 F CFA"],
    );

    let others = app.graphql(&other, ask, json!({ "id": project })).await.data();
    assert_eq!(others["project"], Value::Null);
}

#[tokio::test]
async fn the_logo_and_the_clients_language_are_on_it() {
    let app = start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let project = app.project(&staff, &client).await;
    let before = issued(&app, &staff, &project, "1000").await;
    let logo = upload(&app, &staff, 600).await;
    let payload = app
        .run(
            &admin,
            "mutation($input: UpdateCompanyProfileInput!) { updateCompanyProfile(input: $input) { companyProfile { name } \
             userErrors { code message field } } }",
            json!({ "expectedVersion": 1, "patch": { "logoUploadId": logo, "nif": "45 871/P" } }),
        )
        .await;
    assert_eq!(payload["userErrors"], json!([]), "{payload}");
    let with_logo = issued(&app, &staff, &project, "1000").await;
    let bare = bytes(&app, &pdf_url(&app, &client, id(&before)).await).await;
    let drawn = bytes(&app, &pdf_url(&app, &client, id(&with_logo)).await).await;
    let pictures = |pdf: &[u8]| pdf.windows(14).filter(|it| it == b"/Subtype/Image").count();
    assert_eq!((pictures(&bare), pictures(&drawn)), (0, 1));
    says(&dense(&drawn), &["NIF 45 871/P"]);
    assert!(!dense(&bare).contains("45871/P"));

    let profile = "query { viewer { client { version } } }";
    let version =
        app.graphql(&client, profile, json!({})).await.data()["viewer"]["client"]["version"].clone();
    let english = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code message } } }";
    app.run(
        &client,
        english,
        json!({ "expectedVersion": version, "patch": { "locale": "EN" } }),
    )
    .await;
    let url = pdf_url(&app, &client, id(&with_logo)).await;
    says(
        &dense(&bytes(&app, &url).await),
        &[
            "Invoice",
            "Net to pay 1,000 F CFA",
            "This invoice amounts to one thousand CFA francs.",
        ],
    );
}

#[tokio::test]
async fn every_instance_gives_the_same_bytes() {
    if !crate::support::database::TestDatabase::on_postgres() {
        // SQLite has one serving process; its second request is in the first test.
        return;
    }
    let app = TestApp::builder()
        .instances(2)
        .leaves_deliveries_pending()
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let invoice = issued(&app, &staff, &project, "1000").await;
    let url = pdf_url(&app, &client, id(&invoice)).await;
    let elsewhere = url.replace(&app.address_of(0).to_string(), &app.address_of(1).to_string());
    assert_ne!(url, elsewhere);
    let (here, there) = tokio::join!(bytes(&app, &url), bytes(&app, &elsewhere));
    assert!(here == there, "the instances disagree");
    assert!(bytes(&app, &elsewhere).await == here);
}

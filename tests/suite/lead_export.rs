//! `exportLeads`, `exportInquiries`: what the files hold, who gets them, and that a long one costs no memory.

use chrono::TimeDelta;
use futures_util::StreamExt;
use sea_orm::{ConnectionTrait, DbBackend, Statement};
use serde_json::{Value, json};

use crate::lead_world::{SUBMIT_INQUIRY, inquiry_form, lead, portfolio_item, submit, with};
use crate::project_world::{errors, mutate};
use crate::support::app::TestApp;
use crate::support::people::Person;
use platform::clock::Clock;

const EXPORT_LEADS: &str = "mutation($input: ExportLeadsInput!) { exportLeads(input: $input) { \
    export { url expiresAt fileName } userErrors { code message field } } }";
const EXPORT_INQUIRIES: &str = "mutation($input: ExportInquiriesInput!) { exportInquiries(input: $input) { \
    export { url expiresAt fileName } userErrors { code message field } } }";

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

async fn url(app: &TestApp, staff: &Person, mutation: &str, input: Value) -> String {
    let payload = app.run(staff, mutation, input).await;
    payload["export"]["url"].as_str().unwrap().to_owned()
}

async fn download(app: &TestApp, url: &str) -> String {
    let answer = app.http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.text().await.unwrap()
}

async fn refusal(app: &TestApp, url: &str) -> (u16, String) {
    let answer = app.http().get(url).send().await.unwrap();
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.unwrap();
    (status, body["code"].as_str().unwrap().to_owned())
}

/// The cells of each line, as a spreadsheet reads them.
fn rows(file: &str, separator: u8) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator)
        .has_headers(false)
        .from_reader(file.trim_start_matches('\u{feff}').as_bytes());
    let rows = reader.records();
    rows.map(|row| row.unwrap().iter().map(str::to_owned).collect())
        .collect()
}

#[tokio::test]
async fn the_file_opens_with_its_accents_right_and_runs_nothing() {
    let app = start().await;
    let staff = app.staff().await;
    let item = portfolio_item(&app, "=Villa Awa", Some(app.clock.now())).await;
    lead(
        &app,
        &staff,
        json!({
            "name": "=HYPERLINK(\"http://evil.example\",\"clic\")", "locationOfLand": "@SUM(1+1)",
            "message": "-2+3;=1+1\n\"dit-elle\"", "interestedIn": item,
        }),
    )
    .await;
    app.advance(TimeDelta::minutes(1));
    lead(&app, &staff, json!({ "name": "Zaïnab Ôtélé", "email": null })).await;
    let payload = app.run(&staff, EXPORT_LEADS, json!({})).await;
    assert_eq!(payload["export"]["fileName"], "prospects-2026-11-21.csv");
    let url = payload["export"]["url"].as_str().unwrap();
    let answer = app.http().get(url).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(
        header("content-disposition"),
        "attachment; filename=\"prospects-2026-11-21.csv\""
    );
    assert_eq!(header("cache-control"), "no-store");
    assert_eq!(header("x-content-type-options"), "nosniff");
    let bytes = answer.bytes().await.unwrap();
    assert!(bytes.starts_with(b"\xef\xbb\xbf\"Re\xc3\xa7u le\",\"Nom\","));
    let file = String::from_utf8(bytes.to_vec()).unwrap();
    assert_eq!(file.matches("\r\n").count(), 3);
    let rows = rows(&file, b',');
    assert_eq!(rows.len(), 3);
    assert_eq!(
        rows[1][..7],
        [
            "2026-11-21 06:01",
            "Zaïnab Ôtélé",
            "(+227) 90 12 34 56",
            "",
            "oui",
            "Koira Kano",
            ""
        ]
    );
    assert_eq!(rows[2][1], "'=HYPERLINK(\"http://evil.example\",\"clic\")");
    assert_eq!(rows[2][5], "'@SUM(1+1)");
    assert_eq!(rows[2][6], "'=Villa Awa");
    assert_eq!(rows[2][7], "'-2+3;'=1+1\n\"dit-elle\"");
    assert_eq!(rows[2][8..11], ["Nouveau", "non", ""]);
    for cell in rows.iter().flatten() {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[tokio::test]
async fn filters_and_separators_are_the_caller_s() {
    let app = start().await;
    let staff = app.staff().await;
    lead(&app, &staff, json!({ "name": "Zaïnab" })).await;
    lead(
        &app,
        &staff,
        json!({ "name": "Moussa", "hasLand": false, "locationOfLand": null }),
    )
    .await;
    let input = json!({ "filter": { "hasLand": false, "search": "moussa" }, "separator": "SEMICOLON" });
    let url = url(&app, &staff, EXPORT_LEADS, input).await;
    assert!(
        !url.split('?').next().unwrap().contains("moussa"),
        "no name in the path"
    );
    let rows = rows(&download(&app, &url).await, b';');
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][1], "Moussa");
    let wrong = json!({ "filter": { "interestedIn": "x" } });
    let payload = mutate(&app, &staff, EXPORT_LEADS, wrong).await;
    assert_eq!(errors(&payload), ["INVALID input.filter.interestedIn"]);

    let form = with(inquiry_form(&app, "k"), json!({ "subject": "+1 question" }));
    submit(&app, SUBMIT_INQUIRY, form).await;
    let list = self::url(
        &app,
        &staff,
        EXPORT_INQUIRIES,
        json!({ "filter": { "read": false } }),
    )
    .await;
    let rows = self::rows(&download(&app, &list).await, b',');
    assert_eq!(
        rows[1][1..6],
        [
            "Élodie Maïga",
            "elodie@example.ne",
            "(+227) 96 11 22 33",
            "'+1 question",
            "Combien de mois pour une villa ?"
        ]
    );
}

#[tokio::test]
async fn a_url_is_good_for_its_time_its_list_and_its_sign_in() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    lead(&app, &staff, json!({})).await;
    let good = url(&app, &staff, EXPORT_LEADS, json!({})).await;
    assert_eq!(
        app.graphql(&client, EXPORT_LEADS, json!({ "input": {} }))
            .await
            .code(),
        "FORBIDDEN"
    );
    let other = url(&app, &staff, EXPORT_LEADS, json!({ "filter": { "read": true } })).await;
    let list = |url: &str| {
        url.split("list=")
            .nth(1)
            .unwrap()
            .split('&')
            .next()
            .unwrap()
            .to_owned()
    };
    let forged = || (403, "BAD_SIGNATURE".to_owned());
    for url in [
        good.replace("leads.csv", "inquiries.csv"),
        good.replace(&list(&good), &list(&other)),
        good.replace("expires=", "expires=9"),
        good.replace("signature=", "signature=A"),
        good.replace("audience=ses_", "audience=ses_0"),
        good.split('?').next().unwrap().to_owned(),
    ] {
        assert_eq!(refusal(&app, &url).await, forged(), "{url}");
    }
    let missing = good.replace("leads.csv", "passwords.csv");
    assert_eq!(refusal(&app, &missing).await, (404, "NOT_FOUND".to_owned()));
    app.advance(TimeDelta::minutes(9));
    download(&app, &good).await;
    app.advance(TimeDelta::minutes(1));
    assert_eq!(refusal(&app, &good).await, (410, "EXPIRED".to_owned()));

    let fresh = url(&app, &staff, EXPORT_LEADS, json!({})).await;
    app.run(
        &staff,
        "mutation { logout(input: {}) { userErrors { code } } }",
        json!({}),
    )
    .await;
    assert_eq!(refusal(&app, &fresh).await, (403, "SESSION_ENDED".to_owned()));
}

/// Many leads at once, made of one by the database.
async fn multiply(app: &TestApp, copies: u32) {
    let db = &app.ctx().db;
    let columns = "version, created_at, created_by, updated_at, updated_by, deleted_at, deleted_by, deletion_batch, phone, \
         email, email_normalized, has_land, location_of_land, interested_in_id, message, status, is_read, assignee_id, \
         notes, doubt, converted_at, client_id, project_id, sort_name, search_text";
    let sql = match db.backend() {
        DbBackend::Sqlite => format!(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {copies}) \
             INSERT INTO construction_leads (id, name, {columns}) \
             SELECT randomblob(16), 'Copie ' || n.i, {columns} FROM construction_leads, n"
        ),
        _ => format!(
            "INSERT INTO construction_leads (id, name, {columns}) \
             SELECT gen_random_uuid(), 'Copie ' || n.i, {columns} FROM construction_leads, generate_series(1, {copies}) n(i)"
        ),
    };
    db.migrator()
        .execute_raw(Statement::from_string(db.backend(), sql))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_long_list_is_read_as_fast_as_it_is_taken() {
    let app = start().await;
    let staff = app.staff().await;
    lead(&app, &staff, json!({ "message": "x".repeat(2_000) })).await;
    multiply(&app, 10_000).await;
    let url = url(&app, &staff, EXPORT_LEADS, json!({})).await;
    let (file, statements) = app.statements.of(download(&app, &url)).await;
    let rows = rows(&file, b',');
    assert_eq!(rows.len(), 10_002, "headings, the first and its copies");
    let names: std::collections::HashSet<&String> = rows.iter().map(|row| &row[1]).collect();
    assert_eq!(names.len(), 10_002, "each once");
    let pages = statements
        .iter()
        .filter(|sql| sql.contains("FROM \"construction_leads\""))
        .count();
    assert!((21..=23).contains(&pages), "{pages} pages of 500");

    // Whoever takes nothing more makes the server read nothing more: the list waits for its reader, page by page.
    let (read, statements) = app
        .statements
        .of(async {
            let answer = app.http().get(&url).send().await.unwrap();
            let mut stream = answer.bytes_stream();
            let first = stream.next().await.unwrap().unwrap();
            tokio::time::sleep(std::time::Duration::from_millis(800)).await;
            first.len()
        })
        .await;
    assert!(read > 0);
    let pages = statements
        .iter()
        .filter(|sql| sql.contains("FROM \"construction_leads\""))
        .count();
    assert!(pages < 21, "{pages} pages were read for nobody");
}

#[tokio::test]
async fn a_download_ends_with_the_sign_in() {
    let app = start().await;
    let staff = app.staff().await;
    lead(&app, &staff, json!({ "message": "x".repeat(5_000) })).await;
    multiply(&app, 10_000).await;
    let url = url(&app, &staff, EXPORT_LEADS, json!({})).await;
    let mut stream = app.http().get(&url).send().await.unwrap().bytes_stream();
    stream.next().await.unwrap().unwrap();
    app.run(
        &staff,
        "mutation { logout(input: {}) { userErrors { code } } }",
        json!({}),
    )
    .await;
    let mut outcome = Ok(());
    while let Some(chunk) = stream.next().await {
        if let Err(error) = chunk {
            outcome = Err(error);
            break;
        }
    }
    assert!(
        outcome.is_err(),
        "the file must be cut off, not end as if it were whole"
    );
}

//! Which messages people want: chosen in the app, by the former flags, and by the link in an e-mail.

use chrono::TimeDelta;
use migration::{Migrator, MigratorTrait, SchemaManager};
use platform::mail::Mail;
use reqwest::{StatusCode, header};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::billing_world::{done, draft_input, issued, on_invoice, with};
use crate::lead_world::{SUBMIT_LEAD, lead_form, submit};
use crate::project_world::{errors, mutate, query};
use crate::support::app::TestApp;
use crate::support::people::{PASSWORD, Person};

const CHOOSE: &str = "mutation($input: UpdateNotificationPreferencesInput!) { \
    updateNotificationPreferences(input: $input) { notificationPreferences { topic channel mode } \
    userErrors { code message field } } }";
const MINE: &str = "{ viewer { notificationPreferences { topic channel mode choices } } }";
const FORMER: &str = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { \
    client { version notificationPreferences { emailUpdates pushUpdates } } userErrors { code message field } } }";
const AUDIT: &str = "{ auditLog(filter: { action: [UPDATE] }, first: 50) { nodes { actor { name } \
    changes { field old new } } } }";

fn choice(topic: &str, channel: &str, mode: &str) -> Value {
    json!({ "preferences": [{ "topic": topic, "channel": channel, "mode": mode }] })
}

/// What holds, as `PROJECT_UPDATES EMAIL IMMEDIATE`.
fn told(list: &Value) -> Vec<String> {
    let text = |row: &Value, field: &str| row[field].as_str().unwrap().to_owned();
    list.as_array()
        .unwrap()
        .iter()
        .map(|row| {
            format!(
                "{} {} {}",
                text(row, "topic"),
                text(row, "channel"),
                text(row, "mode")
            )
        })
        .collect()
}

async fn mine(app: &TestApp, who: &Person) -> Vec<String> {
    told(&query(app, who, MINE).await["viewer"]["notificationPreferences"])
}

async fn is_off(app: &TestApp, who: &Person, which: &str) -> bool {
    mine(app, who).await.contains(&format!("{which} OFF"))
}

/// What was sent about updates since the last call, after all is sent.
async fn mails(app: &TestApp, known: &mut usize) -> Vec<Mail> {
    app.run_jobs().await;
    let sent = app.mail.sent();
    let new = sent[*known..].to_vec();
    *known = sent.len();
    new
}

#[tokio::test]
async fn a_client_chooses_topic_by_topic_and_invoices_come_all_the_same() {
    let app = TestApp::start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let list = query(&app, &client, MINE).await["viewer"]["notificationPreferences"].clone();
    assert_eq!(
        told(&list),
        [
            "PROJECT_UPDATES EMAIL IMMEDIATE",
            "PROJECT_UPDATES PUSH IMMEDIATE",
            "INVOICES_AND_PAYMENTS EMAIL IMMEDIATE",
            "INVOICES_AND_PAYMENTS PUSH IMMEDIATE",
            "REMINDERS EMAIL IMMEDIATE",
            "REMINDERS PUSH IMMEDIATE",
            "ACCOUNT_AND_SECURITY EMAIL IMMEDIATE",
        ]
    );
    assert_eq!(
        list[2]["choices"],
        json!(["IMMEDIATE"]),
        "invoices can't be turned off"
    );
    assert_eq!(list[0]["choices"][1], "OFF");

    let mut known = 0;
    app.post_update(&staff, &project, "Dalle").await;
    assert_eq!(mails(&app, &mut known).await.len(), 1);
    let payload = mutate(&app, &client, CHOOSE, choice("PROJECT_UPDATES", "EMAIL", "OFF")).await;
    assert_eq!(
        told(&payload["notificationPreferences"])[..2],
        ["PROJECT_UPDATES EMAIL OFF", "PROJECT_UPDATES PUSH IMMEDIATE"]
    );
    let again = mutate(&app, &client, CHOOSE, choice("PROJECT_UPDATES", "EMAIL", "OFF")).await;
    assert_eq!(again, payload, "twice changes nothing");
    app.post_update(&staff, &project, "Murs").await;
    assert_eq!(mails(&app, &mut known).await, []);
    issued(&app, &staff, &project, "100").await;
    assert_eq!(mails(&app, &mut known).await.len(), 1, "invoices come");
    let inbox = query(&app, &client, "{ viewer { notifications { totalCount } } }").await;
    assert_eq!(
        inbox["viewer"]["notifications"]["totalCount"], 3,
        "the inbox has everything"
    );

    // All mistakes at once, and nothing of the rest is written.
    let wrong = json!({ "preferences": [
        { "topic": "PROJECT_UPDATES", "channel": "EMAIL", "mode": "IMMEDIATE" },
        { "topic": "INVOICES_AND_PAYMENTS", "channel": "EMAIL", "mode": "OFF" },
        { "topic": "ACCOUNT_AND_SECURITY", "channel": "PUSH", "mode": "OFF" },
        { "topic": "LEADS", "channel": "EMAIL", "mode": "OFF" },
    ] });
    let refused = mutate(&app, &client, CHOOSE, wrong).await;
    assert_eq!(
        errors(&refused),
        [
            "INVALID input.preferences.1.mode",
            "INVALID input.preferences.2.channel",
            "INVALID input.preferences.3.topic"
        ]
    );
    assert!(is_off(&app, &client, "PROJECT_UPDATES EMAIL").await);

    // Named twice, the last counts, also where it is what holds already.
    let twice = |modes: [&str; 2]| {
        let rows = modes.map(|mode| json!({ "topic": "REMINDERS", "channel": "EMAIL", "mode": mode }));
        json!({ "preferences": rows })
    };
    mutate(&app, &client, CHOOSE, twice(["OFF", "IMMEDIATE"])).await;
    assert!(!is_off(&app, &client, "REMINDERS EMAIL").await);
    mutate(&app, &client, CHOOSE, twice(["IMMEDIATE", "OFF"])).await;
    assert!(is_off(&app, &client, "REMINDERS EMAIL").await);
    mutate(&app, &client, CHOOSE, choice("REMINDERS", "EMAIL", "IMMEDIATE")).await;

    // Everybody their own; the staff see a client's, and what was changed.
    assert!(!is_off(&app, &other, "PROJECT_UPDATES EMAIL").await);
    let document = "query($id: ID!) { client(id: $id) { messagePreferences { topic channel mode } } }";
    let seen = app
        .graphql(&staff, document, json!({ "id": client.client() }))
        .await
        .data();
    assert_eq!(
        told(&seen["client"]["messagePreferences"]),
        mine(&app, &client).await
    );
    let hidden = app
        .graphql(&other, document, json!({ "id": client.client() }))
        .await;
    assert!(
        !hidden.body.to_string().contains("PROJECT_UPDATES"),
        "{}",
        hidden.body
    );
    let log = query(&app, &staff, AUDIT).await.to_string();
    assert_eq!(
        log.matches(r#""new":"PROJECT_UPDATES EMAIL: OFF""#).count(),
        1,
        "{log}"
    );
    assert_eq!(
        app.graphql(None, CHOOSE, json!({ "input": { "preferences": [] } }))
            .await
            .code(),
        "UNAUTHENTICATED"
    );
}

#[tokio::test]
async fn the_former_flags_read_and_write_the_same() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let input = |patch: Value| json!({ "expectedVersion": 1, "patch": { "notificationPreferences": patch } });
    let payload = mutate(&app, &client, FORMER, input(json!({ "emailUpdates": false }))).await;
    assert_eq!(
        payload["client"]["notificationPreferences"],
        json!({ "emailUpdates": false, "pushUpdates": true }),
        "{payload}"
    );
    assert!(is_off(&app, &client, "PROJECT_UPDATES EMAIL").await);
    assert!(
        !is_off(&app, &client, "REMINDERS EMAIL").await,
        "reminders are no news of the site"
    );
    let null = mutate(&app, &client, FORMER, input(json!({ "pushUpdates": null }))).await;
    assert_eq!(
        errors(&null),
        ["REQUIRED input.patch.notificationPreferences.pushUpdates"]
    );
    let payload = mutate(&app, &client, FORMER, input(json!({ "pushUpdates": false }))).await;
    assert_eq!(
        payload["client"]["notificationPreferences"],
        json!({ "emailUpdates": false, "pushUpdates": false })
    );
    for topic in ["PROJECT_UPDATES", "INVOICES_AND_PAYMENTS", "REMINDERS"] {
        assert!(is_off(&app, &client, &format!("{topic} PUSH")).await, "{topic}");
    }
    issued(&app, &staff, &project, "100").await;
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 1);
    assert_eq!(app.push.sent(), []);
}

#[tokio::test]
async fn staff_turn_off_what_they_needn_t_hear_and_others_hear_it() {
    let app = TestApp::start().await;
    let (staff, other) = tokio::join!(app.staff(), app.staff());
    assert_eq!(
        mine(&app, &staff).await,
        [
            "LEADS EMAIL IMMEDIATE",
            "INQUIRIES EMAIL IMMEDIATE",
            "ACCOUNT_AND_SECURITY EMAIL IMMEDIATE"
        ]
    );
    let payload = mutate(&app, &staff, CHOOSE, choice("LEADS", "EMAIL", "OFF")).await;
    assert_eq!(errors(&payload), [""; 0]);
    submit(&app, SUBMIT_LEAD, lead_form(&app, "k1")).await;
    app.run_jobs().await;
    let to: Vec<String> = app.mail.sent().into_iter().map(|mail| mail.to).collect();
    assert_eq!(to, [other.email]);
    let refused = mutate(&app, &staff, CHOOSE, choice("REMINDERS", "EMAIL", "OFF")).await;
    assert_eq!(errors(&refused), ["INVALID input.preferences.0.topic"]);
}

/// The same address at the test's own server: what is built from `PUBLIC_URL` leads to no real one.
fn here(app: &TestApp, link: &str) -> String {
    let rest = link
        .strip_prefix("https://api.bellehouse.example")
        .unwrap_or_else(|| panic!("not of PUBLIC_URL: {link}"));
    format!("http://{}{rest}", app.address())
}

#[tokio::test]
async fn a_link_in_the_mail_ends_such_mails_by_its_button_and_not_by_being_looked_at() {
    let app = TestApp::builder()
        .setting("PUBLIC_URL", "https://api.bellehouse.example/")
        .setting("ALLOWED_HOSTS", "127.0.0.1")
        .start()
        .await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let theirs = app.project(&staff, &other).await;
    let mut known = 0;
    app.post_update(&staff, &project, "Dalle").await;
    let mail = mails(&app, &mut known).await.remove(0);
    let link = mail.unsubscribe.clone().unwrap();
    assert!(
        link.starts_with("https://api.bellehouse.example/unsubscribe?lang=fr&token="),
        "{link}"
    );
    assert!(mail.text.contains(&link), "{}", mail.text);
    let html = mail.html.replace("&#x2f;", "/").replace("&amp;", "&");
    assert!(html.contains(&format!("href=\"{link}\"")), "{html}");

    // Looking, as scanners do, changes nothing.
    for _ in 0..3 {
        let page = app.http().get(here(&app, &link)).send().await.unwrap();
        assert_eq!(page.status(), StatusCode::OK);
        assert_eq!(page.headers()[header::CACHE_CONTROL], "no-store");
        let html = page.text().await.unwrap();
        assert!(
            html.contains("<form method=\"post\">") && html.contains("votre chantier"),
            "{html}"
        );
    }
    let english = here(&app, &link).replace("lang=fr", "lang=en");
    let html = app
        .http()
        .get(&english)
        .send()
        .await
        .unwrap()
        .text()
        .await
        .unwrap();
    assert!(
        html.contains("lang=\"en\"") && html.contains("Stop these e-mails"),
        "{html}"
    );
    assert!(!is_off(&app, &client, "PROJECT_UPDATES EMAIL").await);

    // One click, as RFC 8058 has it; again, and nothing more happens.
    for _ in 0..2 {
        let done = app
            .http()
            .post(here(&app, &link))
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body("List-Unsubscribe=One-Click")
            .send()
            .await
            .unwrap();
        assert_eq!(done.status(), StatusCode::OK);
        assert!(done.text().await.unwrap().contains("C’est fait"));
    }
    assert!(is_off(&app, &client, "PROJECT_UPDATES EMAIL").await);
    assert!(!is_off(&app, &client, "PROJECT_UPDATES PUSH").await);
    assert!(!is_off(&app, &client, "REMINDERS EMAIL").await);
    assert!(!is_off(&app, &other, "PROJECT_UPDATES EMAIL").await);
    let log = query(&app, &staff, AUDIT).await.to_string();
    assert_eq!(
        log.matches(r#""new":"PROJECT_UPDATES EMAIL: OFF""#).count(),
        1,
        "{log}"
    );
    app.post_update(&staff, &project, "Murs").await;
    app.post_update(&staff, &theirs, "Fouilles").await;
    let sent = mails(&app, &mut known).await;
    assert_eq!(sent.len(), 1, "{sent:?}");
    assert_eq!(sent[0].to, other.email);

    // Changing one's mind in the app is all it takes to get them again.
    app.run(&client, CHOOSE, choice("PROJECT_UPDATES", "EMAIL", "IMMEDIATE"))
        .await;
    app.post_update(&staff, &project, "Toit").await;
    assert_eq!(mails(&app, &mut known).await.len(), 1);
}

#[tokio::test]
async fn what_must_come_has_no_link_and_forged_links_do_nothing() {
    let app = TestApp::builder()
        .setting("PUBLIC_URL", "https://api.bellehouse.example/")
        .setting("ALLOWED_HOSTS", "127.0.0.1")
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let mut known = 0;
    let input = with(
        draft_input(&project, "1000"),
        json!({ "issue": true, "dueDate": "2026-11-24" }),
    );
    done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    let invoice = mails(&app, &mut known).await.remove(0);
    assert_eq!(invoice.unsubscribe, None);
    assert!(!invoice.html.contains("unsubscribe"), "{}", invoice.html);

    app.clock.set("2026-11-27T07:00:00Z".parse().unwrap());
    belle_house::features::billing::reminders::catch_up(app.ctx())
        .await
        .unwrap();
    let reminder = mails(&app, &mut known).await.remove(0);
    let link = here(&app, &reminder.unsubscribe.unwrap());
    // The first sign-in is long over by now.
    let client = app.sign_in(&client.email, PASSWORD).await;
    let (front, token) = link.split_once("token=").unwrap();
    let mut other = token.to_owned();
    other.replace_range(..1, if token.starts_with('A') { "B" } else { "A" });
    for forged in [
        String::new(),
        "x".to_owned(),
        other,
        format!("{token}AAAA"),
        "%00%ff".to_owned(),
    ] {
        for ask in [reqwest::Method::GET, reqwest::Method::POST] {
            let answer = app
                .http()
                .request(ask, format!("{front}token={forged}"))
                .send()
                .await
                .unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{forged}");
            assert!(!answer.text().await.unwrap().contains("<form"));
        }
    }
    assert!(!mine(&app, &client).await.iter().any(|row| row.ends_with("OFF")));
    let done = app.http().post(&link).send().await.unwrap();
    assert_eq!(done.status(), StatusCode::OK);
    assert!(is_off(&app, &client, "REMINDERS EMAIL").await);

    // Whoever tries a hundred times has to wait; after that it goes again.
    let mut last = StatusCode::OK;
    for _ in 0..120 {
        last = app
            .http()
            .post(format!("{front}token=x"))
            .send()
            .await
            .unwrap()
            .status();
        if last == StatusCode::TOO_MANY_REQUESTS {
            break;
        }
    }
    assert_eq!(last, StatusCode::TOO_MANY_REQUESTS);
    let refused = app.http().post(&link).send().await.unwrap();
    assert!(refused.headers().contains_key(header::RETRY_AFTER));
    app.advance(TimeDelta::minutes(20));
    assert_eq!(
        app.http().post(&link).send().await.unwrap().status(),
        StatusCode::OK
    );
}

#[tokio::test]
async fn what_was_chosen_before_holds_after_the_update() {
    let app = TestApp::start().await;
    let (quiet, still, loud) = tokio::join!(app.client(), app.client(), app.client());
    let db = app.ctx().db.migrator();
    let preferences = Migrator::migrations()
        .into_iter()
        .find(|migration| migration.name().ends_with("_preferences"))
        .unwrap();
    let manager = SchemaManager::new(db);
    preferences.down(&manager).await.unwrap();
    for (who, flag) in [(&quiet, "email_updates"), (&still, "push_updates")] {
        let account = query(&app, who, "{ viewer { email } }").await["viewer"]["email"].clone();
        let address = account.as_str().unwrap();
        db.execute_unprepared(&format!(
            "UPDATE clients SET {flag} = false WHERE account_id = \
             (SELECT id FROM accounts WHERE email = '{address}')"
        ))
        .await
        .unwrap();
    }
    preferences.up(&manager).await.unwrap();
    let off = async |who: &Person| -> Vec<String> {
        let all = mine(&app, who).await;
        all.into_iter().filter(|row| row.ends_with(" OFF")).collect()
    };
    assert_eq!(off(&quiet).await, ["PROJECT_UPDATES EMAIL OFF"]);
    assert_eq!(
        off(&still).await,
        [
            "PROJECT_UPDATES PUSH OFF",
            "INVOICES_AND_PAYMENTS PUSH OFF",
            "REMINDERS PUSH OFF"
        ]
    );
    assert_eq!(off(&loud).await, [""; 0]);
}

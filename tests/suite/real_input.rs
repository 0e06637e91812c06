//! What people type, paste and dictate on real devices arrives as they meant it, or is refused with the reason.

use serde_json::{Value, json};

use crate::billing_world::{done, draft_input, issued, item, key, on_invoice, with};
use crate::content_world;
use crate::lead_world::{SUBMIT_INQUIRY, SUBMIT_LEAD, inquiry_form, lead_form, submit};
use crate::people_world::{PASSWORD, world};
use crate::project_world::{errors, query};
use crate::support::app::TestApp;

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

#[tokio::test]
async fn lines_end_on_an_invoice_where_they_ended_in_word() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let items = [
        "350 kg\u{b}Ferraillage",
        "Sable\rGravier",
        "Béton\u{2028}Coffrage",
        "Enduit\u{85}Peinture",
    ]
    .map(|text| item(text, "1", "100"));
    let input = with(
        draft_input(&project, "1"),
        json!({ "items": items, "subject": "Gros œuvre\u{b}Villa\u{2029}Awa" }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", input).await, "invoice");
    assert_eq!(invoice["subject"], "Gros œuvre Villa Awa");
    let told: Vec<&str> = (0..4)
        .map(|line| invoice["items"][line]["description"].as_str().unwrap())
        .collect();
    assert_eq!(
        told,
        [
            "350 kg\nFerraillage",
            "Sable\nGravier",
            "Béton\nCoffrage",
            "Enduit\nPeinture"
        ]
    );
    let blank = with(
        draft_input(&project, "1"),
        json!({ "items": [item("\u{3164}\u{2800}", "1", "100")], "subject": "\u{ad}\u{180e}\u{200d}" }),
    );
    let payload = on_invoice(&app, &staff, "createInvoice", blank).await;
    assert_eq!(
        errors(&payload),
        ["REQUIRED input.subject", "REQUIRED input.items.0.description"]
    );
}

#[tokio::test]
async fn a_visitor_s_form_is_taken_whatever_nobody_sees_in_it() {
    let app = start().await;
    let staff = app.staff().await;
    let changes = json!({
        "name": "Zaïnab\u{b}Issa\u{7}\u{fffc}", "phone": "\u{202a}٩٠ ١٢\u{202f}٣٤ ٥٦\u{202c}", "email": "zainab@exämple.ne\u{200b}",
        "locationOfLand": "Koira\u{2028}Kano", "message": "Bonjour\u{b}une villa\r\u{1}à étage\u{c}",
    });
    let payload = submit(&app, SUBMIT_LEAD, with(lead_form(&app, "k"), changes)).await;
    assert_eq!(errors(&payload), Vec::<String>::new());
    let leads = query(
        &app,
        &staff,
        "{ leads(filter: { search: \"٩٠١٢٣٤٥٦\" }) { nodes { name phone email locationOfLand message } } }",
    )
    .await;
    assert_eq!(
        leads["leads"]["nodes"],
        json!([{
            "name": "Zaïnab Issa", "phone": "+22790123456", "email": "zainab@xn--exmple-cua.ne",
            "locationOfLand": "Koira Kano", "message": "Bonjour\nune villa\nà étage",
        }])
    );
}

#[tokio::test]
async fn answers_to_the_website_s_mails_go_to_whoever_wrote() {
    let app = TestApp::builder()
        .setting("STAFF_EMAIL", "bureau@bellehouse.example")
        .start()
        .await;
    submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "a")).await;
    submit(&app, SUBMIT_LEAD, lead_form(&app, "b")).await;
    let silent = with(lead_form(&app, "c"), json!({ "email": null, "name": "Issa" }));
    submit(&app, SUBMIT_LEAD, silent).await;
    app.run_jobs().await;
    let mut told: Vec<_> = app
        .mail
        .sent()
        .into_iter()
        .map(|mail| (mail.subject, mail.reply_to.map(|to| (to.name, to.address))))
        .collect();
    told.sort();
    let to = |name: &str, address: &str| Some((Some(name.to_owned()), address.to_owned()));
    assert_eq!(
        told,
        [
            (
                "Nouveau message : Délais".to_owned(),
                to("Élodie Maïga", "elodie@example.ne")
            ),
            ("Nouvelle demande : Issa".to_owned(), None),
            (
                "Nouvelle demande : Zaïnab Issa".to_owned(),
                to("Zaïnab Issa", "Zainab@example.ne")
            ),
        ]
    );
}

#[tokio::test]
async fn an_invoice_s_mail_says_what_it_is_for() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    issued(&app, &staff, &project, "1000").await;
    app.run_jobs().await;
    let mails = app.mail.sent();
    let mail = mails
        .iter()
        .find(|mail| mail.subject.starts_with("Facture BH/2026/1"))
        .unwrap();
    assert!(mail.text.contains("\n    Plan et suivi\n"), "{}", mail.text);
    assert!(mail.html.contains(">Plan et suivi<br>"), "{}", mail.html);
    let title = format!("<title>{}</title>", mail.subject.replace('/', "&#x2f;"));
    assert!(mail.html.contains(&title), "{}", mail.html);
}

/// The messages that a payment on this day is refused with, sent as a variable and written into the document.
async fn refusals(
    app: &TestApp,
    staff: &crate::support::people::Person,
    project: &str,
    day: &str,
) -> [String; 2] {
    let input = json!({
        "projectId": project, "amount": "100", "paidOn": day, "mode": "CASH", "idempotencyKey": key(),
    });
    let payload = "{ payment { paidOn } userErrors { code message field } }";
    let document =
        format!("mutation($input: RecordPaymentInput!) {{ recordPayment(input: $input) {payload} }}");
    let sent = app.graphql(staff, &document, json!({ "input": input })).await;
    let document = format!(
        "mutation {{ recordPayment(input: {{ projectId: \"{project}\", amount: \"100\", paidOn: \"{day}\", mode: CASH, \
         idempotencyKey: \"{}\" }}) {payload} }}",
        key()
    );
    let written = app.graphql(staff, &document, json!({})).await;
    [sent, written].map(|answer| {
        let message: &Value = &answer.body["errors"][0]["message"];
        message
            .as_str()
            .unwrap_or_else(|| panic!("{day}: {}", answer.body))
            .to_owned()
    })
}

#[tokio::test]
async fn a_day_is_four_two_and_two_digits_of_our_time() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    for day in ["0026-05-31", "1899-12-31", "2201-01-01"] {
        for message in refusals(&app, &staff, &project, day).await {
            assert!(message.contains("1900 to 2200"), "{day}: {message}");
        }
    }
    for day in ["26-05-31", "+026-05-31", "2026-5-031", "31/05/2026"] {
        for message in refusals(&app, &staff, &project, day).await {
            assert!(message.contains("YYYY-MM-DD"), "{day}: {message}");
        }
    }
    let document = "query($since: DateTime!) { blogPosts(filter: { publishedFrom: $since }) { totalCount } }";
    let since = json!({ "since": "2026-05-31T08:00:00" });
    let answer = app.graphql(&staff, document, since).await;
    let message = answer.body["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains("has no time zone"), "{}", answer.body);
}

#[tokio::test]
async fn an_address_is_one_whether_its_domain_is_written_in_letters_or_in_punycode() {
    let world = world().await;
    world.client("Awa Diallo", "awa@exämple.ne").await;
    for typed in ["awa@exämple.ne", "AWA@EXÄMPLE.NE", "awa@xn--exmple-cua.ne"] {
        let payload = world.login(typed, PASSWORD).await;
        assert_eq!(payload["viewer"]["email"], "awa@xn--exmple-cua.ne", "{payload}");
    }
}

#[tokio::test]
async fn a_password_is_the_same_from_a_mac_and_from_a_phone() {
    let world = world().await;
    world.client("Awa Diallo", "awa@example.ne").await;
    let session = world.sign_in("awa@example.ne", PASSWORD).await;
    for easy in ["Belle-House-2026", "www.bellehouse.ne"] {
        let payload = world.change_password(&session, PASSWORD, easy).await;
        assert_eq!(errors(&payload), ["INVALID input.newPassword"], "{easy}");
    }
    let composed = "tabourèt lune girafé";
    let payload = world.change_password(&session, PASSWORD, composed).await;
    assert_eq!(errors(&payload), Vec::<String>::new());
    let decomposed = "taboure\u{300}t\u{a0}lune\u{202f}girafe\u{301}";
    let session = world.sign_in("awa@example.ne", decomposed).await;
    let payload = world.change_password(&session, decomposed, composed).await;
    assert_eq!(
        errors(&payload),
        ["INVALID input.newPassword"],
        "it is the present one"
    );
}

#[tokio::test]
async fn a_lot_s_number_is_no_degree() {
    let app = start().await;
    let staff = app.staff().await;
    let item = content_world::draft_item(&app, &staff, "Lot n° 12").await;
    assert_eq!(item["slug"], "lot-n-12");
}

#[tokio::test]
async fn what_no_font_has_is_told_before_it_is_issued() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let boxes = with(
        draft_input(&project, "100"),
        json!({ "issue": true, "subject": "Villa 😀", "items": [item("Plan 你好", "1", "100")] }),
    );
    let payload = on_invoice(&app, &staff, "createInvoice", boxes).await;
    assert_eq!(errors(&payload), ["INVALID input.subject", "INVALID input.items"]);
    let message = payload["userErrors"][1]["message"].as_str().unwrap();
    assert!(message.starts_with("Une ligne contient 你 好, que"), "{message}");
    let local = with(
        draft_input(&project, "100"),
        json!({ "issue": true, "subject": "Ƙofar gida, Ŋalan", "items": [item("بيت جميل", "1", "100")] }),
    );
    let invoice = done(on_invoice(&app, &staff, "createInvoice", local).await, "invoice");
    assert_eq!(invoice["number"], "BH/2026/1", "no number was spent");
}

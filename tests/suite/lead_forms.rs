//! `submitConstructionLead`, `submitContactInquiry`: what is taken, what is refused, what is dropped.

use chrono::TimeDelta;
use futures_util::StreamExt;
use serde_json::{Value, json};

use crate::lead_world::{
    SUBMIT_INQUIRY, SUBMIT_LEAD, ago, inquiry_form, lead_form, portfolio_item, submit, with,
};
use crate::project_world::{errors, query};
use crate::support::app::TestApp;
use crate::support::people::Person;
use platform::clock::Clock;

const LEADS: &str = "{ leads { totalCount nodes { id name phone phoneFormatted email hasLand locationOfLand message status \
    isRead doubt createdBy { id } timeline { nodes { kind by { id } delivery { template status address } } } } } }";

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

async fn count(app: &TestApp, staff: &Person, list: &str) -> i64 {
    let data = query(app, staff, &format!("{{ {list}(scope: ALL) {{ totalCount }} }}")).await;
    data[list]["totalCount"].as_i64().unwrap()
}

fn accepted() -> Value {
    json!({ "accepted": true, "retryAfterSeconds": null, "userErrors": [] })
}

#[tokio::test]
async fn a_visitor_asks_for_a_house_and_the_staff_are_told() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let item = portfolio_item(&app, "Villa Awa", Some(app.clock.now())).await;
    let form = with(lead_form(&app, "k1"), json!({ "interestedIn": item }));
    assert_eq!(submit(&app, SUBMIT_LEAD, form).await, accepted());
    app.run_jobs().await;
    let listed = query(&app, &staff, LEADS).await["leads"].clone();
    let lead = &listed["nodes"][0];
    assert_eq!(listed["totalCount"], 1);
    assert_eq!(lead["phone"], "+22790123456");
    assert_eq!(lead["phoneFormatted"], "+227 90 12 34 56");
    assert_eq!(lead["email"], "Zainab@example.ne");
    assert_eq!((&lead["status"], &lead["isRead"]), (&json!("NEW"), &json!(false)));
    assert_eq!((&lead["doubt"], &lead["createdBy"]), (&json!(null), &json!(null)));
    assert_eq!(
        lead["timeline"]["nodes"],
        json!([
            { "kind": "RECEIVED", "by": null, "delivery": null },
            { "kind": "EMAIL", "by": null,
              "delivery": { "template": "lead_received", "status": "SENT", "address": staff.email } },
        ])
    );
    let mail = &app.mail.sent()[0];
    assert_eq!(mail.to, staff.email);
    assert_eq!(mail.subject, "Nouvelle demande : Zaïnab Issa");
    for part in [
        "+227 90 12 34 56",
        "oui, Koira Kano",
        "Villa Awa",
        "Une villa à étage.",
    ] {
        assert!(mail.text.contains(part), "{part}: {}", mail.text);
    }
}

#[tokio::test]
async fn a_visitor_asks_a_question() {
    let app = TestApp::builder()
        .setting(
            "STAFF_EMAIL",
            "bureau@bellehouse.example, chef@bellehouse.example",
        )
        .start()
        .await;
    let staff = app.staff().await;
    assert_eq!(
        submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "k1")).await,
        accepted()
    );
    app.run_jobs().await;
    let told: Vec<String> = app.mail.sent().into_iter().map(|mail| mail.to).collect();
    assert_eq!(told, ["bureau@bellehouse.example", "chef@bellehouse.example"]);
    assert_eq!(app.mail.sent()[0].subject, "Nouveau message : Délais");
    let listed = query(
        &app,
        &staff,
        "{ inquiries(filter: { search: \"MAIGA delais\" }) { nodes { name email phone subject message isRead doubt } } \
         deliveries { nodes { recipient { id } address } } }",
    )
    .await;
    assert_eq!(
        listed["inquiries"]["nodes"],
        json!([{ "name": "Élodie Maïga", "email": "elodie@example.ne", "phone": "+22796112233", "subject": "Délais",
            "message": "Combien de mois pour une villa ?", "isRead": false, "doubt": null }])
    );
    assert_eq!(listed["deliveries"]["nodes"][0]["recipient"], json!(null));
}

#[tokio::test]
async fn every_mistake_is_told_at_its_place_and_nothing_is_stored() {
    let app = start().await;
    let staff = app.staff().await;
    let draft = portfolio_item(&app, "Secret", None).await;
    let future = portfolio_item(&app, "Demain", Some(app.clock.now() + TimeDelta::hours(1))).await;
    let wrong = json!({ "name": " ", "phone": "12", "email": "nobody", "locationOfLand": " ",
        "message": "x".repeat(5_001), "interestedIn": draft });
    let payload = submit(&app, SUBMIT_LEAD, with(lead_form(&app, "k"), wrong)).await;
    assert_eq!(payload["accepted"], false);
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.name",
            "INVALID input.phone",
            "INVALID input.email",
            "REQUIRED input.locationOfLand",
            "TOO_LONG input.message",
            "NOT_FOUND input.interestedIn",
        ]
    );
    for (changes, error) in [
        (json!({ "phone": "" }), "REQUIRED input.phone"),
        (
            json!({ "name": "\u{3164}\u{2800}\u{200b}" }),
            "REQUIRED input.name",
        ),
        (json!({ "name": "é".repeat(121) }), "TOO_LONG input.name"),
        (
            json!({ "locationOfLand": "é".repeat(201) }),
            "TOO_LONG input.locationOfLand",
        ),
        (json!({ "email": "zaïnab@example.ne" }), "INVALID input.email"),
        (json!({ "interestedIn": future }), "NOT_FOUND input.interestedIn"),
        (
            json!({ "interestedIn": "pfi_01h2xcejqtf2nbrexx3vqjhp41" }),
            "NOT_FOUND input.interestedIn",
        ),
        (
            json!({ "interestedIn": "prj_01h2xcejqtf2nbrexx3vqjhp41" }),
            "INVALID input.interestedIn",
        ),
        (json!({ "idempotencyKey": " " }), "INVALID input.idempotencyKey"),
        (
            json!({ "idempotencyKey": "k".repeat(129) }),
            "INVALID input.idempotencyKey",
        ),
    ] {
        let payload = submit(&app, SUBMIT_LEAD, with(lead_form(&app, "k"), changes.clone())).await;
        assert_eq!(errors(&payload), [error], "{changes}");
    }
    let wrong = json!({ "name": "", "email": "", "phone": "1", "subject": " ", "message": "" });
    let payload = submit(&app, SUBMIT_INQUIRY, with(inquiry_form(&app, "k"), wrong)).await;
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.name",
            "REQUIRED input.email",
            "INVALID input.phone",
            "REQUIRED input.subject",
            "REQUIRED input.message",
        ]
    );
    assert_eq!(count(&app, &staff, "leads").await, 0);
    assert_eq!(count(&app, &staff, "inquiries").await, 0);
    // Mistakes cost nothing of the quota, and the key stayed free.
    assert_eq!(submit(&app, SUBMIT_LEAD, lead_form(&app, "k")).await, accepted());
    // Without land nobody needs to say where it is.
    let landless = json!({ "hasLand": false, "locationOfLand": null, "email": null, "message": null });
    let form = with(lead_form(&app, "k2"), landless);
    assert_eq!(submit(&app, SUBMIT_LEAD, form).await, accepted());
}

#[tokio::test]
async fn programs_are_told_that_all_went_well_and_nothing_is_stored() {
    let app = start().await;
    let staff = app.staff().await;
    for changes in [
        json!({ "website": "http://spam.example" }),
        json!({ "website": "x", "name": "", "phone": "" }),
        json!({ "formRenderedAt": ago(&app, 0) }),
        json!({ "formRenderedAt": ago(&app, 2) }),
        json!({ "formRenderedAt": ago(&app, 3_600), "formSubmittedAt": ago(&app, 3_599) }),
    ] {
        let lead = with(lead_form(&app, "k"), changes.clone());
        assert_eq!(submit(&app, SUBMIT_LEAD, lead).await, accepted(), "{changes}");
        let inquiry = with(inquiry_form(&app, "k"), changes.clone());
        assert_eq!(
            submit(&app, SUBMIT_INQUIRY, inquiry).await,
            accepted(),
            "{changes}"
        );
    }
    assert_eq!(count(&app, &staff, "leads").await, 0);
    assert_eq!(count(&app, &staff, "inquiries").await, 0);
    assert_eq!(count_deliveries(&app, &staff).await, 0);
}

async fn count_deliveries(app: &TestApp, staff: &Person) -> i64 {
    let data = query(app, staff, "{ deliveries { totalCount } }").await;
    data["deliveries"]["totalCount"].as_i64().unwrap()
}

#[tokio::test]
async fn a_wrong_clock_loses_nobody() {
    let app = start().await;
    let staff = app.staff().await;
    for (key, changes, doubt) in [
        ("a", json!({ "formRenderedAt": null }), json!("NO_FORM_TIME")),
        (
            "b",
            json!({ "formRenderedAt": ago(&app, -3_600) }),
            json!("FORM_TIME_IN_FUTURE"),
        ),
        (
            "c",
            json!({ "formRenderedAt": "1970-01-01T00:00:00Z" }),
            json!("FORM_TIME_TOO_OLD"),
        ),
        (
            "d",
            json!({ "formRenderedAt": "1970-01-01T00:00:00Z", "formSubmittedAt": "1970-01-01T00:00:09Z" }),
            json!(null),
        ),
        (
            "e",
            json!({ "formRenderedAt": ago(&app, 2 * 86_400) }),
            json!(null),
        ),
    ] {
        let form = with(lead_form(&app, key), changes.clone());
        assert_eq!(submit(&app, SUBMIT_LEAD, form).await, accepted());
        let listed = query(&app, &staff, LEADS).await;
        let latest = &listed["leads"]["nodes"][0];
        assert_eq!(latest["doubt"], doubt, "{changes}");
        app.advance(TimeDelta::minutes(1));
    }
    let flagged = query(
        &app,
        &staff,
        "{ leads(filter: { doubtful: true }) { totalCount } }",
    )
    .await;
    assert_eq!(flagged["leads"]["totalCount"], 3);
}

#[tokio::test]
async fn a_thousand_forms_from_one_address_leave_five() {
    let app = start().await;
    let staff = app.staff().await;
    let forms = (0..1_000).map(|number| submit(&app, SUBMIT_LEAD, lead_form(&app, &format!("k{number}"))));
    let answers: Vec<Value> = futures_util::stream::iter(forms)
        .buffer_unordered(16)
        .collect()
        .await;
    let taken = answers.iter().filter(|answer| answer["accepted"] == true).count();
    assert_eq!(taken, 5);
    for answer in answers.iter().filter(|answer| answer["accepted"] == false) {
        assert_eq!(errors(answer), ["RATE_LIMITED "]);
        let wait = answer["retryAfterSeconds"].as_i64().unwrap();
        assert!((1..=601).contains(&wait), "{wait}");
        assert!(
            answer["userErrors"][0]["message"]
                .as_str()
                .unwrap()
                .contains("10\u{a0}min")
                || answer["userErrors"][0]["message"]
                    .as_str()
                    .unwrap()
                    .contains("11\u{a0}min"),
            "{answer}"
        );
    }
    assert_eq!(count(&app, &staff, "leads").await, 5);
    // The other form has a quota of its own; ten minutes later the first is open again.
    assert_eq!(
        submit(&app, SUBMIT_INQUIRY, inquiry_form(&app, "i")).await,
        accepted()
    );
    app.advance(TimeDelta::minutes(9));
    let early = submit(&app, SUBMIT_LEAD, lead_form(&app, "early")).await;
    assert_eq!(errors(&early), ["RATE_LIMITED "]);
    assert_eq!(early["retryAfterSeconds"], 61);
    app.advance(TimeDelta::seconds(61));
    assert_eq!(
        submit(&app, SUBMIT_LEAD, lead_form(&app, "late")).await,
        accepted()
    );
}

#[tokio::test]
async fn a_form_sent_again_is_one_lead_and_the_same_answer() {
    let app = start().await;
    let staff = app.staff().await;
    let form = lead_form(&app, "once");
    let sent = (0..30).map(|_| submit(&app, SUBMIT_LEAD, form.clone()));
    let answers: Vec<Value> = futures_util::future::join_all(sent).await;
    assert!(answers.iter().all(|answer| *answer == accepted()), "{answers:?}");
    assert_eq!(count(&app, &staff, "leads").await, 1);
    assert_eq!(count_deliveries(&app, &staff).await, 1);
    // A later attempt with a later clock is the same form; another form under the key is not.
    app.advance(TimeDelta::minutes(1));
    let again = with(form.clone(), json!({ "formRenderedAt": ago(&app, 10) }));
    assert_eq!(submit(&app, SUBMIT_LEAD, again).await, accepted());
    let other = submit(&app, SUBMIT_LEAD, with(form.clone(), json!({ "name": "Autre" }))).await;
    assert_eq!(errors(&other), ["KEY_REUSED input.idempotencyKey"]);
    // Once the quota is spent a repetition is still answered, and costs nothing.
    for number in 0..4 {
        let form = lead_form(&app, &format!("k{number}"));
        assert_eq!(submit(&app, SUBMIT_LEAD, form).await, accepted());
    }
    let more = submit(&app, SUBMIT_LEAD, lead_form(&app, "more")).await;
    assert_eq!(errors(&more), ["RATE_LIMITED "]);
    assert_eq!(submit(&app, SUBMIT_LEAD, form).await, accepted());
    assert_eq!(count(&app, &staff, "leads").await, 5);
}

#[tokio::test]
async fn addresses_are_told_apart_behind_our_own_proxy_alone() {
    let app = TestApp::builder()
        .setting("TRUSTED_PROXIES", "127.0.0.1")
        .leaves_deliveries_pending()
        .start()
        .await;
    let send = async |address: &str, key: String| {
        let body = json!({ "query": SUBMIT_LEAD, "variables": { "input": lead_form(&app, &key) } });
        let answer = app
            .http()
            .post(format!("http://{}/graphql", app.address()))
            .header("x-forwarded-for", address)
            .json(&body)
            .send()
            .await
            .unwrap();
        let answer: Value = answer.json().await.unwrap();
        answer["data"]["submitConstructionLead"]["accepted"] == true
    };
    for number in 0..6 {
        // One subscriber's network, another address each time.
        let taken = send(&format!("2001:db8:1:2::{number}"), format!("six-{number}")).await;
        assert_eq!(taken, number < 5, "{number}");
    }
    assert!(send("2001:db8:1:3::1", "neighbour".to_owned()).await);
    assert!(send("198.51.100.7", "v4".to_owned()).await);
}

#[tokio::test]
async fn two_instances_share_the_quota() {
    if !crate::support::database::TestDatabase::on_postgres() {
        return;
    }
    let app = TestApp::builder()
        .instances(2)
        .leaves_deliveries_pending()
        .start()
        .await;
    let forms = (0..40).map(|number: usize| {
        let app = &app;
        async move {
            let input = json!({ "input": lead_form(app, &format!("k{number}")) });
            let answer = app
                .graphql_at(app.address_of(number % 2), None, SUBMIT_LEAD, input)
                .await;
            answer.data()["submitConstructionLead"]["accepted"] == true
        }
    });
    let taken = futures_util::future::join_all(forms).await;
    assert_eq!(taken.into_iter().filter(|taken| *taken).count(), 5);
}

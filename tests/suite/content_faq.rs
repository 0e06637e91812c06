//! Frequently asked questions: what visitors read, and what staff do with them.

use serde_json::{Value, json};

use crate::content_world::*;
use crate::project_world::{errors, mutate};
use crate::support::app::TestApp;

const REORDER: &str = "mutation($input: ReorderFaqsInput!) { reorderFaqs(input: $input) { faqs { question order } \
    userErrors { code message field } } }";

#[tokio::test]
async fn visitors_read_questions_in_order_and_in_their_language() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let both = json!({
        "question": "Où construisez-vous ?", "questionEn": "Where do you build?",
        "answer": "Partout au Niger.\nHors de Niamey aussi.", "answerEn": "All over Niger.",
    });
    let first = app.run(&staff, CREATE_FAQ, both).await["faq"].clone();
    assert_eq!(first["order"], 1);
    let french = json!({ "question": "Combien ?", "answer": "Cela dépend de l'étage." });
    let second = app.run(&staff, CREATE_FAQ, french).await["faq"].clone();
    assert_eq!(
        (&second["order"], &second["questionEn"]),
        (&json!(2), &Value::Null)
    );

    let page = "{ fr: faqs { totalCount nodes { question answer } } en: faqs(locale: EN) { nodes { question answer } } }";
    let read = visit(&app, page).await;
    assert_eq!(read["fr"]["totalCount"], 2);
    assert_eq!(
        values(&read["fr"]["nodes"], "question"),
        ["Où construisez-vous ?", "Combien ?"]
    );
    assert_eq!(
        read["fr"]["nodes"][0]["answer"],
        "Partout au Niger.\nHors de Niamey aussi."
    );
    // Where nobody has written English, French answers.
    assert_eq!(
        values(&read["en"]["nodes"], "question"),
        ["Where do you build?", "Combien ?"]
    );
    assert_eq!(
        values(&read["en"]["nodes"], "answer"),
        ["All over Niger.", "Cela dépend de l'étage."]
    );

    let search = "{ faqs(filter: { search: \"BUILD ou\" }) { nodes { question } } other: faqs(filter: { search: \"etage\" }) { \
                  nodes { question } } }";
    let found = visit(&app, search).await;
    assert_eq!(
        values(&found["faqs"]["nodes"], "question"),
        ["Où construisez-vous ?"]
    );
    assert_eq!(values(&found["other"]["nodes"], "question"), ["Combien ?"]);

    let ordered = app.run(&staff, REORDER, json!({ "ids": [second["id"]] })).await;
    assert_eq!(
        values(&ordered["faqs"], "question"),
        ["Combien ?", "Où construisez-vous ?"]
    );
    let paged = visit(
        &app,
        "{ faqs(page: 2, pageSize: 1) { page { count } nodes { question } } }",
    )
    .await;
    assert_eq!(paged["faqs"]["page"]["count"], 2);
    assert_eq!(
        values(&paged["faqs"]["nodes"], "question"),
        ["Où construisez-vous ?"]
    );
}

#[tokio::test]
async fn every_mistake_is_told_and_nothing_is_written() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let wrong = json!({ "question": "é".repeat(301), "answer": " \n", "questionEn": "e".repeat(301) });
    assert_eq!(
        errors(&mutate(&app, &staff, CREATE_FAQ, wrong).await),
        [
            "TOO_LONG input.question",
            "TOO_LONG input.questionEn",
            "REQUIRED input.answer"
        ]
    );
    assert_eq!(
        visit(&app, "{ faqs { totalCount } }").await["faqs"]["totalCount"],
        0
    );

    let input = json!({ "question": "Q", "answer": "A", "answerEn": "A", "idempotencyKey": "once" });
    let faq = app.run(&staff, CREATE_FAQ, input.clone()).await["faq"].clone();
    assert_eq!(app.run(&staff, CREATE_FAQ, input).await["faq"]["id"], faq["id"]);
    let cleared = change(&faq, json!({ "answerEn": null, "question": "Quoi ?" }));
    let changed = app.run(&staff, UPDATE_FAQ, cleared.clone()).await["faq"].clone();
    assert_eq!(
        (&changed["answerEn"], &changed["answer"]),
        (&Value::Null, &json!("A"))
    );
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_FAQ, cleared).await),
        ["CONFLICT input.expectedVersion"]
    );
    let emptied = change(&changed, json!({ "answer": null }));
    assert_eq!(
        errors(&mutate(&app, &staff, UPDATE_FAQ, emptied).await),
        ["REQUIRED input.patch.answer"]
    );
}

#[tokio::test]
async fn a_deleted_question_is_in_the_bin_and_its_history_is_kept() {
    let app = TestApp::start().await;
    let (staff, admin) = tokio::join!(app.staff(), app.admin());
    let faq = app
        .run(&staff, CREATE_FAQ, json!({ "question": "Q", "answer": "A" }))
        .await["faq"]
        .clone();
    let asked = change(&faq, json!({ "question": "Qui ?" }));
    app.run(&staff, UPDATE_FAQ, asked).await;
    app.run(&staff, DELETE, json!({ "id": faq["id"] })).await;
    assert_eq!(
        visit(&app, "{ faqs { nodes { id } } }").await["faqs"]["nodes"],
        json!([])
    );
    let bin = "{ faqs(scope: DELETED) { nodes { id question deletedBy { name } } } }";
    let deleted = app.graphql(&staff, bin, json!({})).await.data();
    assert_eq!(deleted["faqs"]["nodes"][0]["id"], faq["id"]);
    let refused = app.graphql(None, bin, json!({})).await;
    assert!(
        refused.body["errors"][0]["message"].is_string(),
        "{:?}",
        refused.body
    );
    app.run(&staff, RESTORE, json!({ "id": faq["id"] })).await;
    let read = visit(&app, "{ faqs { nodes { question } } }").await;
    assert_eq!(values(&read["faqs"]["nodes"], "question"), ["Qui ?"]);
    app.run(&admin, FORCE_DELETE, json!({ "id": faq["id"] })).await;

    let log = "query($id: ID!) { auditLog(first: 20, filter: { recordId: $id }) { nodes { action recordType recordId \
               changes { field old new } } } }";
    let log = app.graphql(&staff, log, json!({ "id": faq["id"] })).await.data();
    let entries = &log["auditLog"]["nodes"];
    assert_eq!(
        values(entries, "action"),
        ["FORCE_DELETE", "RESTORE", "DELETE", "UPDATE", "CREATE"]
    );
    assert_eq!(
        entries[3]["changes"],
        json!([{ "field": "question", "old": "Q", "new": "Qui ?" }])
    );
    assert_eq!(
        (&entries[0]["recordType"], &entries[0]["recordId"]),
        (&json!("Faq"), &faq["id"])
    );
}

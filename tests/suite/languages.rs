//! Everybody is told in their own language: the account's, a visitor's by `Accept-Language`, and French where neither
//! says, over HTTP and WebSocket.

use belle_house_bench::ws::{Incoming, Socket};
use platform::actor::Locale;
use serde_json::{Value, json};
use std::time::Duration;

use crate::schema::types;
use crate::support::app::TestApp;
use crate::support::people::Person;

const LOGIN: &str =
    "mutation($input: LoginInput!) { login(input: $input) { userErrors { code message field } } }";
const WRONG: &str = "L’adresse e-mail ou le mot de passe est incorrect.";
const WRONG_IN_ENGLISH: &str = "The e-mail address or the password is wrong.";
const SPEAK_ENGLISH: &str = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { \
     client { locale } userErrors { code message field } } }";
const QUOTE: &str = "mutation($input: UpdateProjectInput!) { updateProject(input: $input) { \
     project { id } userErrors { code message field } } }";

/// A password that is too long to be anybody's isn't counted as an attempt.
fn nobody_s_login() -> Value {
    let password = "x".repeat(200);
    json!({ "input": { "email": "nobody@example.com", "password": password, "deviceName": "Test" } })
}

/// Sends a document as somebody or nobody whose device asks for a language.
async fn ask(
    app: &TestApp,
    who: Option<&Person>,
    language: Option<&str>,
    query: &str,
    variables: Value,
) -> Value {
    let mut request = app
        .http()
        .post(format!("http://{}/graphql", app.address()))
        .header("Accept", "application/graphql-response+json")
        .json(&json!({ "query": query, "variables": variables }));
    if let Some(person) = who {
        request = request.bearer_auth(&person.token);
    }
    if let Some(language) = language {
        request = request.header("Accept-Language", language);
    }
    let answer = request.send().await.unwrap();
    let mut vary = answer.headers().get_all("vary").iter();
    assert!(vary.any(|names| names.to_str().unwrap().contains("Accept-Language")));
    answer.json().await.unwrap()
}

#[tokio::test]
async fn a_visitor_is_told_in_the_language_of_the_device() {
    let app = TestApp::start().await;
    for (language, told) in [
        (None, WRONG),
        (Some("fr"), WRONG),
        (Some("fr-NE,fr;q=0.9,en;q=0.8"), WRONG),
        (Some("en;q=0.1, fr"), WRONG),
        (Some("de"), WRONG),
        (Some("!!, ;q=;;"), WRONG),
        (Some("en"), WRONG_IN_ENGLISH),
        (Some("en-US,en;q=0.9"), WRONG_IN_ENGLISH),
        (Some("fr;q=0.2, en;q=0.3"), WRONG_IN_ENGLISH),
    ] {
        let answer = ask(&app, None, language, LOGIN, nobody_s_login()).await;
        let error = &answer["data"]["login"]["userErrors"][0];
        assert_eq!(
            error,
            &json!({ "code": "INVALID", "message": told, "field": null }),
            "{language:?}"
        );
    }
    // Top-level errors, of guards and of queries, with their codes as they are.
    for (language, sign_in, first) in [
        (
            None,
            "Connectez-vous d’abord.",
            "Demandez de 0 à 100 lignes par page.",
        ),
        (Some("en"), "Sign in first.", "Ask for 0 to 100 rows a page."),
    ] {
        let answer = ask(&app, None, language, "{ leads { totalCount } }", json!({})).await;
        let error = &answer["errors"][0];
        assert_eq!(
            (&error["message"], &error["extensions"]["code"]),
            (&json!(sign_in), &json!("UNAUTHENTICATED"))
        );
        let answer = ask(
            &app,
            None,
            language,
            "{ services(first: 101) { totalCount } }",
            json!({}),
        )
        .await;
        let error = &answer["errors"][0];
        assert_eq!(error["message"], first, "{answer}");
        assert_eq!(
            error["extensions"],
            json!({ "code": "BAD_REQUEST", "reason": "INVALID", "field": ["first"] })
        );
    }
    // A number decides about the plural.
    let again =
        json!({ "input": { "email": "nobody@example.com", "password": "wrong", "deviceName": "Test" } });
    let mut refused = Value::Null;
    for _ in 0..20 {
        let mut answer = ask(&app, None, None, LOGIN, again.clone()).await;
        if !answer["errors"].is_null() {
            refused = answer["errors"][0].take();
            break;
        }
    }
    let seconds = refused["extensions"]["retryAfterSeconds"].as_i64().unwrap();
    assert!((2..1000).contains(&seconds), "{refused}");
    let told = format!("Trop de tentatives\u{a0}: réessayez dans {seconds} secondes.");
    assert_eq!(refused["message"], told, "{refused}");
    // The document's own mistakes are its developer's, in English.
    let answer = ask(&app, None, Some("fr"), "{ nothing }", json!({})).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"],
        "GRAPHQL_VALIDATION_FAILED"
    );
    assert!(
        answer["errors"][0]["message"].to_string().contains("field"),
        "{answer}"
    );
}

#[tokio::test]
async fn whoever_is_signed_in_is_told_in_the_language_of_the_account() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let quote = json!({ "id": project, "expectedVersion": 1, "patch": { "totalQuote": "1500000" } });
    app.run(&staff, QUOTE, quote).await;
    let change =
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { userErrors { message } } }";
    let input = json!({ "input": { "currentPassword": "wrong", "newPassword": "quatre mots sans rapport" } });
    let money = "query($id: ID!) { project(id: $id) { totalQuote { formatted fr: formatted(locale: FR) } } }";
    let id = json!({ "id": project });
    for (locale, language, wrong, forbidden, quote) in [
        (
            Locale::Fr,
            Some("en"),
            "Ce n’est pas votre mot de passe actuel.",
            "Votre rôle ne permet pas cette action.",
            "1\u{202f}500\u{202f}000\u{a0}F\u{a0}CFA",
        ),
        (
            Locale::En,
            Some("fr"),
            "This is not your present password.",
            "Your role does not allow this.",
            "1,500,000\u{a0}F\u{a0}CFA",
        ),
    ] {
        if locale == Locale::En {
            let english = json!({ "expectedVersion": 1, "patch": { "locale": "EN" } });
            let payload = app.run(&client, SPEAK_ENGLISH, english).await;
            assert_eq!(payload["client"]["locale"], "EN");
        }
        let answer = ask(&app, Some(&client), language, change, input.clone()).await;
        assert_eq!(
            answer["data"]["changePassword"]["userErrors"][0]["message"], wrong,
            "{answer}"
        );
        let answer = ask(
            &app,
            Some(&client),
            language,
            "{ leads { totalCount } }",
            json!({}),
        )
        .await;
        assert_eq!(answer["errors"][0]["message"], forbidden);
        let answer = ask(&app, Some(&client), language, money, id.clone()).await;
        let told = &answer["data"]["project"]["totalQuote"];
        assert_eq!(told["formatted"], quote, "{answer}");
        assert_eq!(
            told["fr"], "1\u{202f}500\u{202f}000\u{a0}F\u{a0}CFA",
            "asked for, it is French"
        );
    }
    // A token that is none has no account: the device's language counts.
    let nobody = Person {
        token: "nonsense".to_owned(),
        ..client
    };
    let answer = ask(&app, Some(&nobody), Some("en"), "{ __typename }", json!({})).await;
    assert_eq!(
        answer["errors"][0]["message"],
        "This sign-in is not valid: sign in again."
    );
}

/// What a mutation over WebSocket is told, and what a subscription that isn't allowed is.
async fn over_websocket(
    app: &TestApp,
    dialect: (&str, &str),
    language: Option<&str>,
    token: Option<&str>,
) -> [Value; 2] {
    let headers: Vec<_> = language
        .map(|value| ("Accept-Language", value))
        .into_iter()
        .collect();
    let (protocol, start) = dialect;
    let mut socket = Socket::connect_with(app.address(), Some(protocol), &headers)
        .await
        .unwrap();
    let init = json!({ "type": "connection_init", "payload": { "accessToken": token } });
    let login = json!({ "query": LOGIN, "variables": nobody_s_login() });
    let staff_only = json!({ "query": "subscription { staffEvents { __typename } }" });
    socket.send(&init).await.unwrap();
    let mut told = [Value::Null, Value::Null];
    for (place, payload) in [login, staff_only].into_iter().enumerate() {
        socket
            .send(&json!({ "type": start, "id": place.to_string(), "payload": payload }))
            .await
            .unwrap();
        while told[place].is_null() {
            let incoming = tokio::time::timeout(Duration::from_secs(10), socket.receive());
            let Incoming::Message(message) = incoming.await.unwrap().unwrap() else {
                panic!("it was closed")
            };
            told[place] = match message["type"].as_str() {
                Some("next" | "data") => {
                    message["payload"]["data"]["login"]["userErrors"][0]["message"].clone()
                }
                Some("error") if message["payload"].is_array() => message["payload"][0]["message"].clone(),
                Some("error") => message["payload"]["message"].clone(),
                _ => continue,
            };
        }
    }
    told
}

#[tokio::test]
async fn a_websocket_speaks_the_language_of_its_upgrade_or_of_its_account() {
    let app = TestApp::start().await;
    let client = app.client().await;
    for dialect in [("graphql-transport-ws", "subscribe"), ("graphql-ws", "start")] {
        for (language, token, told) in [
            (None, None, [WRONG, "Connectez-vous d’abord."]),
            (Some("en"), None, [WRONG_IN_ENGLISH, "Sign in first."]),
            // A French account on an English phone.
            (
                Some("en"),
                Some(&client.token),
                [WRONG, "Votre rôle ne permet pas cette action."],
            ),
        ] {
            let found = over_websocket(&app, dialect, language, token.map(String::as_str)).await;
            assert_eq!(found, told.map(|text| json!(text)), "{dialect:?} {language:?}");
        }
    }
}

#[tokio::test]
async fn files_are_refused_in_the_language_of_the_device() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let announced = app
        .run(
            &staff,
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { uploadUrl } userErrors { message } } }",
            json!({ "filename": "photo.heic", "contentType": "image/heic", "byteSize": 20 }),
        )
        .await;
    let url = announced["upload"]["uploadUrl"].as_str().unwrap();
    for (language, told) in [
        (None, "C’est une photo HEIC, que peu de navigateurs affichent"),
        (Some("en"), "This is an HEIC photo, which few browsers show"),
    ] {
        let mut request = app
            .http()
            .put(url)
            .body(b"\0\0\0\x18ftypheic\0\0\0\0mif1".to_vec());
        if let Some(language) = language {
            request = request.header("Accept-Language", language);
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 415);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["code"], "UNSUPPORTED_TYPE");
        assert!(body["message"].as_str().unwrap().starts_with(told), "{body}");
    }
}

/// Answers that are kept for every visitor are the same in every language: nothing below their fields is put into words.
#[test]
fn what_is_kept_for_visitors_has_no_language() {
    let types = types();
    let mut seen = std::collections::BTreeSet::new();
    let mut open: Vec<String> = belle_house::graphql::permissions::SAME_FOR_EVERY_VISITOR
        .iter()
        .map(|field| types["Query"][*field].clone())
        .collect();
    while let Some(name) = open.pop() {
        if let Some(fields) = types.get(&name)
            && seen.insert(name)
        {
            open.extend(fields.values().cloned());
        }
    }
    assert!(seen.len() > 20, "{seen:?}");
    for spoken in ["Money", "UserError"] {
        assert!(!seen.contains(spoken), "{spoken}: keep answers by language then");
    }
}

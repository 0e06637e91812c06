//! `createProject`.

use serde_json::json;

use crate::project_world::{CREATE_PROJECT, errors, mutate, query};
use crate::support::app::TestApp;

#[tokio::test]
async fn a_contract_is_entered_and_its_client_sees_it() {
    let app = TestApp::start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let input = json!({
        "clientId": client.client(), "name": "  Villa\n Awa ", "startDate": "2026-01-15",
        "estimatedCompletion": "2026-12-31", "totalQuote": "150000000", "progressPercentage": 5,
    });
    let project = app.run(&staff, CREATE_PROJECT, input).await["project"].clone();
    assert_eq!(project["name"], "Villa Awa");
    assert_eq!(project["version"], 1);
    assert_eq!(project["currentPhase"], "FOUNDATION");
    assert_eq!(project["client"]["id"], client.client());
    assert_eq!(
        project["totalQuote"],
        json!({
            "amount": "150000000", "currency": "XOF",
            "fr": "150\u{202f}000\u{202f}000\u{a0}F\u{a0}CFA", "en": "150,000,000\u{a0}F\u{a0}CFA",
        })
    );

    let id = project["id"].as_str().unwrap();
    let document = format!(
        "{{ project(id: \"{id}\") {{ name startDate estimatedCompletion client {{ id }} latestUpdate {{ id }} }} \
         viewer {{ projects {{ totalCount nodes {{ id }} }} }} }}"
    );
    let seen = query(&app, &client, &document).await;
    assert_eq!(seen["project"]["startDate"], "2026-01-15");
    assert_eq!(seen["viewer"]["projects"]["totalCount"], 1);
    let unseen = query(&app, &other, &document).await;
    assert_eq!(unseen["project"], json!(null));
    assert_eq!(
        unseen["viewer"]["projects"],
        json!({ "totalCount": 0, "nodes": [] })
    );
}

#[tokio::test]
async fn every_mistake_is_told_at_its_place_and_nothing_is_written() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let input = json!({
        "clientId": client.client(), "name": " ", "startDate": "2026-02-01", "estimatedCompletion": "2026-01-31",
        "totalQuote": "10.50", "progressPercentage": 101,
    });
    let payload = mutate(&app, &staff, CREATE_PROJECT, input).await;
    assert_eq!(payload["project"], json!(null));
    assert_eq!(
        errors(&payload),
        [
            "REQUIRED input.name",
            "INVALID input.progressPercentage",
            "INVALID input.estimatedCompletion",
            "INVALID input.totalQuote",
        ]
    );
    for (quote, currency, wrong) in [
        ("-1", "XOF", true),
        ("10.505", "EUR", true),
        ("10.50", "USD", false),
    ] {
        let input = json!({ "clientId": client.client(), "name": "Villa", "totalQuote": quote, "currency": currency });
        let payload = mutate(&app, &staff, CREATE_PROJECT, input).await;
        assert_eq!(!errors(&payload).is_empty(), wrong, "{quote} {currency}");
    }
    for (id, code) in [
        ("cli_01h2xcejqtf2nbrexx3vqjhp41", "NOT_FOUND input.clientId"),
        ("prj_01h2xcejqtf2nbrexx3vqjhp41", "INVALID input.clientId"),
        ("Moussa", "INVALID input.clientId"),
    ] {
        let payload = mutate(
            &app,
            &staff,
            CREATE_PROJECT,
            json!({ "clientId": id, "name": "Villa" }),
        )
        .await;
        assert_eq!(errors(&payload), [code]);
    }
    let listed = query(
        &app,
        &staff,
        "{ projects { totalCount } auditLogged: projects(scope: ALL) { totalCount } }",
    )
    .await;
    assert_eq!(listed["projects"]["totalCount"], 1, "the one in dollars");
    assert_eq!(listed["auditLogged"]["totalCount"], 1);
}

#[tokio::test]
async fn a_repeated_call_makes_one_project() {
    let app = TestApp::start().await;
    let (staff, colleague, client) = tokio::join!(app.staff(), app.staff(), app.client());
    let input = |name: &str| json!({ "clientId": client.client(), "name": name, "idempotencyKey": "k-1" });

    // A refused call leaves the key free.
    let refused = mutate(&app, &staff, CREATE_PROJECT, input("")).await;
    assert_eq!(errors(&refused), ["REQUIRED input.name"]);
    let first = app.run(&staff, CREATE_PROJECT, input("Villa")).await;
    let again = app.run(&staff, CREATE_PROJECT, input("Villa")).await;
    assert_eq!(first["project"]["id"], again["project"]["id"]);
    let reused = mutate(&app, &staff, CREATE_PROJECT, input("Autre villa")).await;
    assert_eq!(errors(&reused), ["KEY_REUSED input.idempotencyKey"]);
    // Keys are each caller's own.
    let theirs = app.run(&colleague, CREATE_PROJECT, input("Villa")).await;
    assert_ne!(first["project"]["id"], theirs["project"]["id"]);

    let input = json!({ "clientId": client.client(), "name": "Villa", "idempotencyKey": "k-2" });
    let many =
        futures_util::future::join_all((0..8).map(|_| app.run(&staff, CREATE_PROJECT, input.clone()))).await;
    assert!(
        many.iter()
            .all(|it| it["project"]["id"] == many[0]["project"]["id"])
    );
    let listed = query(&app, &staff, "{ projects { totalCount } }").await;
    assert_eq!(listed["projects"]["totalCount"], 3);
}

#[tokio::test]
async fn only_staff_enter_projects() {
    let app = TestApp::start().await;
    let client = app.client().await;
    let input = json!({ "input": { "clientId": client.client(), "name": "Villa" } });
    assert_eq!(
        app.graphql(&client, CREATE_PROJECT, input.clone()).await.code(),
        "FORBIDDEN"
    );
    assert_eq!(
        app.graphql(None, CREATE_PROJECT, input).await.code(),
        "UNAUTHENTICATED"
    );
    assert_eq!(
        app.graphql(&client, "{ projects { totalCount } }", json!({}))
            .await
            .code(),
        "FORBIDDEN"
    );
    let deleted = "{ viewer { projects(scope: ALL) { totalCount } } }";
    assert_eq!(app.graphql(&client, deleted, json!({})).await.code(), "FORBIDDEN");
}

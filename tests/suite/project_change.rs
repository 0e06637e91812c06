//! `updateProject`, `closeProject`, `reopenProject`.

use serde_json::json;

use crate::project_world::{CLOSE_PROJECT, REOPEN_PROJECT, UPDATE_PROJECT, errors, mutate, query};
use crate::support::app::TestApp;

#[tokio::test]
async fn what_is_absent_stays_and_null_clears() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let id = app.project(&staff, &client).await;
    let change = |version: i32, patch| json!({ "id": id, "expectedVersion": version, "patch": patch });
    let patch = json!({
        "name": "Villa Zara", "startDate": "2026-03-01", "estimatedCompletion": "2026-09-01",
        "progressPercentage": 40, "currentPhase": "ROOFING", "totalQuote": "90000000",
    });
    let changed = app.run(&staff, UPDATE_PROJECT, change(1, patch)).await["project"].clone();
    assert_eq!(changed["version"], 2);
    assert_eq!(changed["currentPhase"], "ROOFING");
    assert_eq!(changed["totalQuote"]["amount"], "90000000");

    let patch = json!({ "startDate": null, "progressPercentage": 45 });
    let changed = app.run(&staff, UPDATE_PROJECT, change(2, patch)).await["project"].clone();
    assert_eq!(changed["startDate"], json!(null));
    assert_eq!(changed["estimatedCompletion"], "2026-09-01");
    assert_eq!(changed["name"], "Villa Zara");

    // The same again changes nothing, so nobody needs to look.
    let same = app
        .run(
            &staff,
            UPDATE_PROJECT,
            change(3, json!({ "progressPercentage": 45 })),
        )
        .await;
    assert_eq!(same["project"]["version"], 3);

    // What can't be empty isn't cleared.
    let patch = json!({ "name": null, "progressPercentage": null, "currentPhase": null, "totalQuote": null });
    let refused = mutate(&app, &staff, UPDATE_PROJECT, change(3, patch)).await;
    assert_eq!(
        errors(&refused),
        [
            "REQUIRED input.patch.name",
            "REQUIRED input.patch.currentPhase",
            "REQUIRED input.patch.progressPercentage",
            "REQUIRED input.patch.totalQuote",
        ]
    );
    // A new date is judged with the one that stays.
    let refused = mutate(
        &app,
        &staff,
        UPDATE_PROJECT,
        change(3, json!({ "startDate": "2026-09-02" })),
    )
    .await;
    assert_eq!(errors(&refused), ["INVALID input.patch.estimatedCompletion"]);
}

#[tokio::test]
async fn a_stale_version_is_a_conflict_that_shows_the_current_one() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let id = app.project(&staff, &client).await;
    let change = |progress: i32| json!({ "id": id, "expectedVersion": 1, "patch": { "progressPercentage": progress } });
    // Two at once: one wins, the other is told.
    let (one, other) = tokio::join!(
        mutate(&app, &staff, UPDATE_PROJECT, change(10)),
        mutate(&app, &staff, UPDATE_PROJECT, change(20)),
    );
    let (won, lost) = if errors(&one).is_empty() {
        (one, other)
    } else {
        (other, one)
    };
    assert!(errors(&won).is_empty());
    assert_eq!(errors(&lost), ["CONFLICT input.expectedVersion"]);
    assert_eq!(lost["project"]["version"], 2);
    assert_eq!(
        lost["project"]["progressPercentage"],
        won["project"]["progressPercentage"]
    );

    let unknown = json!({ "id": "prj_01h2xcejqtf2nbrexx3vqjhp41", "expectedVersion": 1, "patch": {} });
    let missing = mutate(&app, &staff, UPDATE_PROJECT, unknown).await;
    assert_eq!(errors(&missing), ["NOT_FOUND input.id"]);
}

#[tokio::test]
async fn a_closed_project_stays_visible_and_opens_again() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let id = app.project(&staff, &client).await;
    let at = |version: i32| json!({ "id": id, "expectedVersion": version });
    let closed = app.run(&staff, CLOSE_PROJECT, at(1)).await;
    assert!(closed["project"]["closedAt"].is_string());
    let again = app.run(&staff, CLOSE_PROJECT, at(2)).await;
    assert_eq!(again["project"]["version"], 2, "closing twice changes nothing");
    let document = "{ viewer { projects(filter: { closed: true }) { nodes { closedAt } } } }";
    let seen = query(&app, &client, document).await;
    assert_eq!(
        seen["viewer"]["projects"]["nodes"][0]["closedAt"],
        closed["project"]["closedAt"]
    );
    let stale = mutate(&app, &staff, REOPEN_PROJECT, at(1)).await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert!(stale["project"]["closedAt"].is_string());
    let reopened = app.run(&staff, REOPEN_PROJECT, at(2)).await;
    assert_eq!(reopened["project"], json!({ "version": 3, "closedAt": null }));
}

#[tokio::test]
async fn a_project_that_moves_is_seen_by_its_new_client_alone() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let id = app.project(&staff, &client).await;
    app.post_update(&staff, &id, "Fouilles terminées").await;
    let patch = json!({ "id": id, "expectedVersion": 1, "patch": { "clientId": other.client() } });
    let moved = app.run(&staff, UPDATE_PROJECT, patch).await;
    assert_eq!(moved["project"]["client"]["id"], other.client());

    let document = format!(
        "{{ project(id: \"{id}\") {{ client {{ id }} updates {{ totalCount }} }} viewer {{ projects {{ totalCount }} }} }}"
    );
    let gone = query(&app, &client, &document).await;
    assert_eq!(
        gone,
        json!({ "project": null, "viewer": { "projects": { "totalCount": 0 } } })
    );
    let come = query(&app, &other, &document).await;
    assert_eq!(come["project"]["updates"]["totalCount"], 1);
    assert_eq!(come["project"]["client"]["id"], other.client());

    let nobody =
        json!({ "id": id, "expectedVersion": 2, "patch": { "clientId": "cli_01h2xcejqtf2nbrexx3vqjhp41" } });
    let refused = mutate(&app, &staff, UPDATE_PROJECT, nobody).await;
    assert_eq!(errors(&refused), ["NOT_FOUND input.patch.clientId"]);
}

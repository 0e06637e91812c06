//! `updateProjectUpdate`: texts and pictures, in place.

use serde_json::{Value, json};

use crate::project_world::{CREATE_UPDATE, UPDATE_UPDATE, errors, mutate, query, upload};
use crate::support::app::TestApp;

fn ids(update: &Value) -> Vec<String> {
    update["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["id"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn pictures_stay_come_and_go() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let mut uploads = Vec::new();
    for width in [400, 500, 600] {
        uploads.push(upload(&app, &staff, width).await);
    }
    let input = json!({ "projectId": project, "title": "Murs", "uploadIds": &uploads[..2] });
    let update = app.run(&staff, CREATE_UPDATE, input).await["projectUpdate"]["id"].clone();
    let change =
        |version: i32, patch: Value| json!({ "id": update, "expectedVersion": version, "patch": patch });

    let same = app.run(&staff, UPDATE_UPDATE, change(1, json!({}))).await["projectUpdate"].clone();
    assert_eq!(same["version"], 1, "nothing changed");
    let first = ids(&same);
    assert_eq!(first.len(), 2);

    // The second stays and comes first, a new one follows, the first goes.
    let gone = same["images"][0]["url"].as_str().unwrap().to_owned();
    let images = json!([{ "id": first[1] }, { "uploadId": uploads[2] }]);
    let changed = app
        .run(&staff, UPDATE_UPDATE, change(1, json!({ "images": images })))
        .await["projectUpdate"]
        .clone();
    assert_eq!(changed["version"], 2);
    assert_eq!(ids(&changed)[0], first[1]);
    assert_eq!(ids(&changed).len(), 2);
    assert_eq!(
        app.http().get(&gone).send().await.unwrap().status(),
        200,
        "the staff see what is in the update's bin"
    );
    let kept = changed["images"][0]["url"].as_str().unwrap();
    assert_eq!(app.http().get(kept).send().await.unwrap().status(), 200);

    for (images, expected) in [
        (
            json!([{ "id": "img_01h455vb4pex5vsknk084sn02q" }]),
            vec!["NOT_FOUND input.patch.images.0.id"],
        ),
        (
            json!([{ "id": first[1] }, { "id": first[1] }]),
            vec!["INVALID input.patch.images.1.id"],
        ),
        (
            json!([{ "uploadId": uploads[1] }]),
            vec!["INVALID input.patch.images.0.uploadId"],
        ),
        (
            json!([{ "id": first[1] }, { "uploadId": "upl_01h2xcejqtf2nbrexx3vqjhp41" }]),
            vec!["NOT_FOUND input.patch.images.1.uploadId"],
        ),
        (json!([{}]), vec!["INVALID input.patch.images.0"]),
    ] {
        let refused = mutate(
            &app,
            &staff,
            UPDATE_UPDATE,
            change(2, json!({ "images": images })),
        )
        .await;
        assert_eq!(errors(&refused), expected);
    }
    let emptied = app
        .run(&staff, UPDATE_UPDATE, change(2, json!({ "images": null })))
        .await["projectUpdate"]
        .clone();
    assert_eq!(emptied["images"], json!([]));
    assert_eq!(emptied["title"], "Murs");

    // Each change is in the audit log with the pictures before and after.
    let log = query(
        &app,
        &staff,
        &format!(
            "{{ auditLog(filter: {{ recordId: {update}, action: UPDATE }}) {{ nodes {{ changes {{ field old new }} }} }} }}"
        ),
    )
    .await;
    let entries = log["auditLog"]["nodes"].as_array().unwrap();
    assert_eq!(entries.len(), 2, "{log}");
    let pictures = &entries[1]["changes"][0];
    assert_eq!(pictures["field"], "images");
    for (side, picture) in [("old", &first[0]), ("old", &first[1]), ("new", &first[1])] {
        assert!(pictures[side].to_string().contains(picture), "{side}: {pictures}");
    }
    assert!(!pictures["new"].to_string().contains(&first[0]), "{pictures}");
}

#[tokio::test]
async fn correcting_a_posted_update_tells_nobody_again() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let update = app.post_update(&staff, &project, "Dale coulée").await;
    app.run_jobs().await;
    let before = query(
        &app,
        &client,
        "{ viewer { projects { nodes { latestUpdate { postedAt } } } } }",
    )
    .await;
    app.advance(chrono::TimeDelta::minutes(20));

    let patch = json!({ "title": "Dalle coulée", "description": "Sans l'erreur." });
    let input = json!({ "id": update, "expectedVersion": 1, "patch": patch });
    let changed = app.run(&staff, UPDATE_UPDATE, input.clone()).await["projectUpdate"].clone();
    assert_eq!(changed["isDraft"], false);
    assert_eq!(
        changed["postedAt"],
        before["viewer"]["projects"]["nodes"][0]["latestUpdate"]["postedAt"]
    );
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 1);
    let seen = query(
        &app,
        &client,
        "{ viewer { unreadNotificationCount projects { nodes { latestUpdate { title description } } } } }",
    )
    .await;
    assert_eq!(seen["viewer"]["unreadNotificationCount"], 1);
    assert_eq!(
        seen["viewer"]["projects"]["nodes"][0]["latestUpdate"],
        json!({ "title": "Dalle coulée", "description": "Sans l'erreur." })
    );
    // It is found by its new words, too.
    let found = query(
        &app,
        &staff,
        "{ projectUpdates(filter: { search: \"dalle erreur\" }) { totalCount } }",
    )
    .await;
    assert_eq!(found["projectUpdates"]["totalCount"], 1);

    let stale = mutate(&app, &staff, UPDATE_UPDATE, input).await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(stale["projectUpdate"]["version"], 2);
    let cleared =
        json!({ "id": update, "expectedVersion": 2, "patch": { "title": null, "description": null } });
    let refused = mutate(&app, &staff, UPDATE_UPDATE, cleared).await;
    assert_eq!(errors(&refused), ["REQUIRED input.patch.title"]);
    let cleared = json!({ "id": update, "expectedVersion": 2, "patch": { "description": null } });
    let changed = app.run(&staff, UPDATE_UPDATE, cleared).await;
    assert_eq!(changed["projectUpdate"]["description"], Value::Null);
}

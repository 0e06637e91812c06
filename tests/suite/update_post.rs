//! `createProjectUpdate` and `postProjectUpdate`: what posting causes, once.

use serde_json::json;

use crate::project_world::{CREATE_UPDATE, POST_UPDATE, draft, errors, mutate, query, upload};
use crate::support::app::TestApp;

const INBOX: &str =
    "{ viewer { unreadNotificationCount notifications { nodes { kind title body projectId readAt } } } }";

#[tokio::test]
async fn posting_tells_the_client_everywhere() {
    let app = TestApp::start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let photo = upload(&app, &staff, 900).await;
    let input = json!({
        "projectId": project, "title": "Dalle coulée", "description": " Ce matin.\r\nTout va bien. ",
        "uploadIds": [photo], "post": true,
    });
    let update = app.run(&staff, CREATE_UPDATE, input).await["projectUpdate"].clone();
    assert_eq!(update["isDraft"], false);
    assert_eq!(update["description"], "Ce matin.\nTout va bien.");
    assert_eq!(update["images"][0]["width"], 900);

    app.run_jobs().await;
    let mail = app.mail.sent();
    assert_eq!(mail.len(), 1);
    assert_eq!(mail[0].to, client.email);

    let inbox = query(&app, &client, INBOX).await;
    assert_eq!(inbox["viewer"]["unreadNotificationCount"], 1);
    let entry = &inbox["viewer"]["notifications"]["nodes"][0];
    assert_eq!(entry["kind"], "ProjectUpdatePosted");
    assert_eq!(entry["projectId"], project);
    assert!(
        entry["body"].as_str().unwrap().contains("Dalle coulée"),
        "{entry}"
    );
    let theirs = query(&app, &other, INBOX).await;
    assert_eq!(theirs["viewer"]["unreadNotificationCount"], 0);

    // The photo's URL works without a header: it is signed for who asked.
    let document =
        format!("{{ project(id: \"{project}\") {{ latestUpdate {{ title images {{ url }} }} }} }}");
    let seen = query(&app, &client, &document).await;
    let url = seen["project"]["latestUpdate"]["images"][0]["url"]
        .as_str()
        .unwrap();
    let answer = app.http().get(url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn a_draft_is_posted_once() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let id = draft(&app, &staff, &project, "Toit posé").await;
    app.run_jobs().await;
    assert!(app.mail.sent().is_empty(), "a draft is announced to nobody");

    let input = json!({ "id": id, "expectedVersion": 1 });
    let stale = mutate(
        &app,
        &staff,
        POST_UPDATE,
        json!({ "id": id, "expectedVersion": 7 }),
    )
    .await;
    assert_eq!(errors(&stale), ["CONFLICT input.expectedVersion"]);
    assert_eq!(stale["projectUpdate"]["isDraft"], true);
    let outcomes =
        futures_util::future::join_all((0..5).map(|_| mutate(&app, &staff, POST_UPDATE, input.clone())))
            .await;
    let posted: Vec<_> = outcomes.iter().filter(|it| errors(it).is_empty()).collect();
    assert_eq!(posted.len(), 1);
    assert_eq!(posted[0]["projectUpdate"]["version"], 2);
    for outcome in outcomes.iter().filter(|it| !errors(it).is_empty()) {
        assert_eq!(errors(outcome), ["LOCKED input.id"]);
    }
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 1);
    let inbox = query(&app, &client, INBOX).await;
    assert_eq!(inbox["viewer"]["unreadNotificationCount"], 1);
}

#[tokio::test]
async fn a_repeated_call_posts_once() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let photo = upload(&app, &staff, 400).await;
    let input = json!({
        "projectId": project, "title": "Murs", "uploadIds": [photo], "post": true, "idempotencyKey": "phone-7",
    });
    let many =
        futures_util::future::join_all((0..6).map(|_| app.run(&staff, CREATE_UPDATE, input.clone()))).await;
    assert!(
        many.iter()
            .all(|it| it["projectUpdate"]["id"] == many[0]["projectUpdate"]["id"])
    );
    let mut other = input.clone();
    other["post"] = false.into();
    let reused = mutate(&app, &staff, CREATE_UPDATE, other).await;
    assert_eq!(errors(&reused), ["KEY_REUSED input.idempotencyKey"]);
    app.run_jobs().await;
    assert_eq!(app.mail.sent().len(), 1);
    let listed = query(&app, &staff, "{ projectUpdates { totalCount } }").await;
    assert_eq!(listed["projectUpdates"]["totalCount"], 1);
}

#[tokio::test]
async fn mistakes_are_told_and_leave_the_photos_free() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let photo = upload(&app, &staff, 400).await;
    let input = |title: &str, uploads: Vec<&str>| json!({ "projectId": project, "title": title, "uploadIds": uploads });
    let unknown = "upl_01h2xcejqtf2nbrexx3vqjhp41";
    for (input, expected) in [
        (input("", vec![&photo]), vec!["REQUIRED input.title"]),
        (
            input("Toit", vec![&photo, unknown, "x"]),
            vec!["INVALID input.uploadIds.2"],
        ),
        (
            input("Toit", vec![&photo, unknown, &photo]),
            vec!["NOT_FOUND input.uploadIds.1", "INVALID input.uploadIds.2"],
        ),
        (input("Toit", vec![&photo; 31]), vec!["INVALID input.uploadIds"]),
        (
            json!({ "projectId": "prj_01h2xcejqtf2nbrexx3vqjhp41", "title": "Toit", "uploadIds": [photo], "post": true }),
            vec!["NOT_FOUND input.projectId"],
        ),
    ] {
        let payload = mutate(&app, &staff, CREATE_UPDATE, input).await;
        assert_eq!(errors(&payload), expected);
        assert_eq!(payload["projectUpdate"], json!(null));
    }
    app.run(&staff, CREATE_UPDATE, input("Toit", vec![&photo])).await;
    let again = mutate(&app, &staff, CREATE_UPDATE, input("Toit", vec![&photo])).await;
    assert_eq!(errors(&again), ["INVALID input.uploadIds.0"]);
}

#[tokio::test]
async fn who_wants_no_mail_of_the_site_gets_none_and_has_the_inbox() {
    let app = TestApp::start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let quiet = "mutation($input: UpdateProfileInput!) { updateProfile(input: $input) { userErrors { code message field } } }";
    let patch = json!({ "notificationPreferences": { "emailUpdates": false, "pushUpdates": false } });
    let version =
        query(&app, &client, "{ viewer { client { version } } }").await["viewer"]["client"]["version"]
            .clone();
    app.run(
        &client,
        quiet,
        json!({ "expectedVersion": version, "patch": patch }),
    )
    .await;
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Dalle coulée").await;
    app.run_jobs().await;
    assert!(app.mail.sent().is_empty());
    let inbox = query(&app, &client, INBOX).await;
    assert_eq!(inbox["viewer"]["unreadNotificationCount"], 1);
    // What is owed is told all the same: it is no news of the site.
    let invoice = crate::billing_world::issued(&app, &staff, &project, "100").await;
    app.run_jobs().await;
    let sent = app.mail.sent();
    assert_eq!(sent.len(), 1, "{sent:?}");
    let number = invoice["number"].as_str().unwrap();
    assert!(sent[0].subject.contains(number), "{}", sent[0].subject);
}

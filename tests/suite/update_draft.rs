//! Drafts and their photos are nothing to a client: in lists, counts, look-ups and image URLs.

use serde_json::{Value, json};

use crate::project_world::{CREATE_UPDATE, POST_UPDATE, query, upload};
use crate::support::app::TestApp;

#[tokio::test]
async fn a_draft_is_invisible_until_it_is_posted() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let photo = upload(&app, &staff, 400).await;
    let input = json!({ "projectId": project, "title": "Secret", "uploadIds": [photo] });
    let draft = app.run(&staff, CREATE_UPDATE, input).await["projectUpdate"].clone();
    assert_eq!(draft["isDraft"], true);
    assert_eq!(draft["postedAt"], Value::Null);

    let document = format!(
        "{{ project(id: \"{project}\") {{ latestUpdate {{ id }} updates {{ totalCount nodes {{ id images {{ url }} }} }} \
         drafts: updates(filter: {{ draft: true }}) {{ totalCount nodes {{ id }} }} \
         found: updates(filter: {{ search: \"secret\" }}) {{ totalCount }} }} \
         viewer {{ unreadNotificationCount projects {{ nodes {{ updates {{ totalCount }} }} }} }} }}"
    );
    let nothing = json!({ "totalCount": 0, "nodes": [] });
    let seen = query(&app, &client, &document).await;
    assert_eq!(
        seen["project"],
        json!({ "latestUpdate": null, "updates": nothing, "drafts": nothing, "found": { "totalCount": 0 } })
    );
    assert_eq!(seen["viewer"]["projects"]["nodes"][0]["updates"]["totalCount"], 0);
    assert_eq!(seen["viewer"]["unreadNotificationCount"], 0);
    for scope in ["LIVING", "DELETED", "ALL"] {
        let document =
            format!("{{ project(id: \"{project}\") {{ updates(scope: {scope}) {{ totalCount }} }} }}");
        assert_eq!(
            app.graphql(&client, &document, json!({})).await.code(),
            "FORBIDDEN"
        );
    }
    let all = "{ projectUpdates { totalCount } }";
    assert_eq!(app.graphql(&client, all, json!({})).await.code(), "FORBIDDEN");

    // The staff see it, and what they see is for them.
    let staff_sees = query(&app, &staff, &document).await;
    assert_eq!(staff_sees["project"]["drafts"]["totalCount"], 1);
    assert_eq!(
        staff_sees["project"]["latestUpdate"],
        Value::Null,
        "nothing was posted"
    );
    let url = staff_sees["project"]["updates"]["nodes"][0]["images"][0]["url"].clone();
    let answer = app.http().get(url.as_str().unwrap()).send().await.unwrap();
    assert_eq!(answer.status(), 200);

    app.run(
        &staff,
        POST_UPDATE,
        json!({ "id": draft["id"], "expectedVersion": 1 }),
    )
    .await;
    let seen = query(&app, &client, &document).await;
    assert_eq!(seen["project"]["latestUpdate"]["id"], draft["id"]);
    assert_eq!(seen["project"]["updates"]["totalCount"], 1);
    assert_eq!(seen["project"]["drafts"], nothing);
    assert_eq!(seen["project"]["found"]["totalCount"], 1);
}

#[tokio::test]
async fn who_did_what_is_for_staff() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    app.post_update(&staff, &project, "Dalle").await;
    let document = format!(
        "{{ project(id: \"{project}\") {{ createdBy {{ name role }} deletedBy {{ id }} \
         updates {{ nodes {{ createdBy {{ role }} updatedBy {{ role }} }} }} }} }}"
    );
    let seen = query(&app, &staff, &document).await;
    assert_eq!(seen["project"]["createdBy"]["role"], "STAFF");
    assert_eq!(
        seen["project"]["updates"]["nodes"][0]["updatedBy"]["role"],
        "STAFF"
    );
    let refused = app.graphql(&client, &document, json!({})).await;
    assert_eq!(refused.code(), "FORBIDDEN");
}

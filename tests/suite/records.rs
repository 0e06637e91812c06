//! Deleting, restoring and removing records, finding them by id alone, and the audit log.

use std::time::Duration;

use belle_house::features::accounts::{AccountColumn, Accounts, Sessions};
use belle_house::features::media::tables::image;
use belle_house::features::notifications::Notifications;
use belle_house::features::projects::{ProjectUpdates, Projects, UpdateImages};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};

use crate::support::app::{Answer, TestApp};
use crate::support::people::{PASSWORD, Person};
use crate::support::subscription::Subscription;

const DELETE: &str = "mutation($input: DeleteRecordInput!) { deleteRecord(input: $input) { \
    record { __typename id version deletedAt deletedBy { name } } userErrors { code message field } } }";
const RESTORE: &str = "mutation($input: RestoreRecordInput!) { restoreRecord(input: $input) { \
    record { __typename id version deletedAt deletedBy { name } } userErrors { code message field } } }";
const FORCE: &str = "mutation($input: ForceDeleteRecordInput!) { forceDeleteRecord(input: $input) { \
    deletedId record { id } userErrors { code message field } } }";
const EVENTS: &str = "subscription($after: String) { viewerEvents(after: $after) { __typename ... on RecordRemoved { recordId recordType } \
    ... on ProjectChanged { project { id } } } }";
const STAFF_EVENTS: &str = "subscription($after: String) { staffEvents(after: $after) { __typename ... on RecordRemoved { recordId recordType } \
    ... on ProjectChanged { project { id } } } }";

async fn start() -> TestApp {
    TestApp::builder().leaves_deliveries_pending().start().await
}

/// A stream from where the feed stands now. It may repeat what the test did just before.
async fn follow(app: &TestApp, who: &Person, query: &str) -> Subscription {
    let answer = app.graphql(who, "{ eventCursor }", json!({})).await.data();
    app.subscribe(who, query, json!({ "after": answer["eventCursor"] }))
        .await
}

/// Waits for an event; others may come before it.
async fn expect(stream: &mut Subscription, wanted: &Value) {
    stream.next_event_where(|event| event == wanted).await;
}

fn removed(kind: &str, id: &str) -> Value {
    json!({ "__typename": "RecordRemoved", "recordId": id, "recordType": kind })
}

fn changed(project: &str) -> Value {
    json!({ "__typename": "ProjectChanged", "project": { "id": project } })
}

/// The one mistake of a mutation: its code.
async fn refused(app: &TestApp, who: &Person, mutation: &str, input: Value) -> (String, Value) {
    let data = app.graphql(who, mutation, json!({ "input": input })).await.data();
    let payload = data.as_object().unwrap().values().next().unwrap().clone();
    let code = payload["userErrors"][0]["code"].as_str();
    (
        code.unwrap_or_else(|| panic!("a mistake was expected: {payload}"))
            .to_owned(),
        payload,
    )
}

async fn draft(app: &TestApp, staff: &Person, project: &str, title: &str) -> String {
    let payload = app
        .run(
            staff,
            "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
             projectUpdate { id } userErrors { code message } } }",
            json!({ "projectId": project, "title": title }),
        )
        .await;
    payload["projectUpdate"]["id"].as_str().unwrap().to_owned()
}

async fn node(app: &TestApp, who: &Person, id: &str) -> Value {
    let answer = app
        .graphql(
            who,
            "query($id: ID!) { node(id: $id) { __typename id } }",
            json!({ "id": id }),
        )
        .await;
    answer.data()["node"].clone()
}

#[tokio::test]
async fn a_deleted_project_comes_back_with_exactly_what_went_with_it() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let gone_before = app.post_update(&staff, &project, "Avant").await;
    let posted = app.post_update(&staff, &project, "Dalle").await;
    let kept_draft = draft(&app, &staff, &project, "Brouillon").await;
    app.run(&staff, DELETE, json!({ "id": gone_before })).await;
    let mut events = follow(&app, &client, EVENTS).await;

    let deleted = app.run(&staff, DELETE, json!({ "id": project })).await;
    assert_eq!(deleted["record"]["__typename"], "Project");
    assert_eq!(deleted["record"]["version"], 2);
    assert!(deleted["record"]["deletedAt"].is_string() && deleted["record"]["deletedBy"]["name"].is_string());
    expect(&mut events, &removed("Project", &project)).await;
    for id in [&project, &posted, &kept_draft] {
        assert_eq!(node(&app, &client, id).await, Value::Null);
        assert_eq!(node(&app, &staff, id).await, Value::Null);
    }
    assert_eq!(
        refused(&app, &staff, DELETE, json!({ "id": project })).await.0,
        "NOT_FOUND"
    );

    let (code, payload) = refused(&app, &staff, RESTORE, json!({ "id": posted })).await;
    assert_eq!(code, "LOCKED");
    let message = payload["userErrors"][0]["message"].as_str().unwrap();
    assert!(message.contains(&project), "{message}");

    let restored = app.run(&staff, RESTORE, json!({ "id": project })).await;
    assert_eq!(restored["record"]["deletedAt"], Value::Null);
    assert_eq!(restored["record"]["deletedBy"], Value::Null);
    expect(&mut events, &changed(&project)).await;
    assert_eq!(node(&app, &client, &posted).await["__typename"], "ProjectUpdate");
    assert_eq!(node(&app, &staff, &kept_draft).await["id"], kept_draft.as_str());
    assert_eq!(node(&app, &client, &kept_draft).await, Value::Null);
    assert_eq!(
        node(&app, &staff, &gone_before).await,
        Value::Null,
        "an earlier batch"
    );

    assert_eq!(
        refused(&app, &staff, RESTORE, json!({ "id": project })).await.0,
        "LOCKED"
    );
    app.run(&staff, RESTORE, json!({ "id": gone_before })).await;
    assert_eq!(
        node(&app, &client, &gone_before).await["id"],
        gone_before.as_str()
    );
}

#[tokio::test]
async fn a_deleted_client_is_signed_out_and_comes_back_whole() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let update = app.post_update(&staff, &project, "Dalle").await;
    let apart = app.project(&staff, &client).await;
    app.run(&staff, DELETE, json!({ "id": apart })).await;
    let mut events = follow(&app, &client, EVENTS).await;
    let mut desk = follow(&app, &staff, STAFF_EVENTS).await;

    app.run(&staff, DELETE, json!({ "id": client.client() })).await;
    assert_eq!(events.closed_within(Duration::from_secs(5)).await.0, 4401);
    expect(&mut desk, &removed("Project", &project)).await;
    expect(&mut desk, &removed("Client", client.client())).await;
    let answer = app.graphql(&client, "{ viewer { id } }", json!({})).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED");
    for id in [project.as_str(), &update, client.client()] {
        assert_eq!(node(&app, &staff, id).await, Value::Null);
    }
    assert_eq!(
        refused(&app, &staff, RESTORE, json!({ "id": project })).await.0,
        "LOCKED"
    );

    // Meanwhile somebody else gets the address.
    let create = "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id version } \
                  userErrors { code message } } }";
    let other = app
        .run(&staff, create, json!({ "name": "Autre", "email": client.email }))
        .await;
    let (code, _) = refused(&app, &staff, RESTORE, json!({ "id": client.client() })).await;
    assert_eq!(code, "TAKEN");
    assert_eq!(
        node(&app, &staff, &project).await,
        Value::Null,
        "nothing came back half"
    );
    app.run(&staff, DELETE, json!({ "id": other["client"]["id"] }))
        .await;

    app.run(&staff, RESTORE, json!({ "id": client.client() })).await;
    let answer = app.graphql(&client, "{ viewer { id } }", json!({})).await;
    assert_eq!(answer.code(), "UNAUTHENTICATED", "the old session stays over");
    let again = app.sign_in(&client.email, PASSWORD).await;
    assert_eq!(node(&app, &again, &update).await["id"], update.as_str());
    assert_eq!(node(&app, &again, &apart).await, Value::Null, "an earlier batch");
    app.run(&staff, RESTORE, json!({ "id": apart })).await;
    assert_eq!(node(&app, &again, &apart).await["id"], apart.as_str());
}

#[tokio::test]
async fn a_client_hears_of_posted_updates_alone() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let posted = app.post_update(&staff, &project, "Dalle").await;
    let hidden = draft(&app, &staff, &project, "Brouillon").await;
    let mut events = follow(&app, &client, EVENTS).await;
    let mut desk = follow(&app, &staff, STAFF_EVENTS).await;
    for mutation in [DELETE, RESTORE] {
        app.run(&staff, mutation, json!({ "id": hidden })).await;
    }
    app.run(&staff, DELETE, json!({ "id": posted })).await;
    app.run(&staff, RESTORE, json!({ "id": posted })).await;
    let removal = removed("ProjectUpdate", &posted);
    loop {
        let event = events.next_event().await;
        assert_ne!(event["recordId"], hidden.as_str(), "a draft is nobody's news");
        if event == removal {
            break;
        }
    }
    assert_eq!(events.next_event().await, changed(&project));
    events.expect_silence(Duration::from_millis(200)).await;
    expect(&mut desk, &removed("ProjectUpdate", &hidden)).await;
    expect(&mut desk, &removal).await;
    assert_eq!(desk.next_event().await, changed(&project));
}

#[tokio::test]
async fn a_wrong_id_or_version_changes_nothing() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let (code, payload) = refused(
        &app,
        &staff,
        DELETE,
        json!({ "id": "acc_01h2xcejqtf2nbrexx3vqjhp41" }),
    )
    .await;
    assert_eq!(code, "INVALID");
    assert_eq!(payload["userErrors"][0]["field"], json!(["input", "id"]));
    assert!(
        payload["userErrors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("prj_…")
    );
    let unknown = json!({ "id": "prj_01h2xcejqtf2nbrexx3vqjhp41" });
    for mutation in [DELETE, RESTORE] {
        assert_eq!(
            refused(&app, &staff, mutation, unknown.clone()).await.0,
            "NOT_FOUND"
        );
    }
    let (code, payload) = refused(
        &app,
        &staff,
        DELETE,
        json!({ "id": project, "expectedVersion": 7 }),
    )
    .await;
    assert_eq!(code, "CONFLICT");
    assert_eq!(payload["record"]["version"], 1);
    assert_eq!(node(&app, &client, &project).await["id"], project.as_str());
    app.run(&staff, DELETE, json!({ "id": project, "expectedVersion": 1 }))
        .await;
}

/// A one-pixel picture, uploaded and shown by a new update.
async fn update_with_picture(app: &TestApp, staff: &Person, project: &str) -> String {
    let mut png = std::io::Cursor::new(Vec::new());
    ::image::DynamicImage::new_rgb8(8, 8)
        .write_to(&mut png, ::image::ImageFormat::Png)
        .unwrap();
    let bytes = png.into_inner();
    let upload = app
        .run(
            staff,
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id uploadUrl } \
             userErrors { code message } } }",
            json!({ "filename": "a.png", "contentType": "image/png", "byteSize": bytes.len() }),
        )
        .await;
    let put = app
        .http()
        .put(upload["upload"]["uploadUrl"].as_str().unwrap())
        .body(bytes);
    assert!(put.send().await.unwrap().status().is_success());
    let payload = app
        .run(
            staff,
            "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
             projectUpdate { id } userErrors { code message } } }",
            json!({ "projectId": project, "title": "Photo", "post": true, "uploadIds": [upload["upload"]["id"]] }),
        )
        .await;
    payload["projectUpdate"]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn removing_for_good_leaves_the_audit_log_alone() {
    let app = start().await;
    let (staff, admin, client) = tokio::join!(app.staff(), app.admin(), app.client());
    let project = app.project(&staff, &client).await;
    let update = update_with_picture(&app, &staff, &project).await;
    let deleted_before = app.post_update(&staff, &project, "Avant").await;
    app.run(&staff, DELETE, json!({ "id": deleted_before })).await;
    let db = app.ctx().db.clone();
    let conn = db.reader();
    assert_eq!(Notifications::find().count(conn).await.unwrap(), 2);

    let refused = app
        .graphql(&staff, FORCE, json!({ "input": { "id": client.client() } }))
        .await;
    assert_eq!(refused.code(), "FORBIDDEN");
    let payload = app.run(&admin, FORCE, json!({ "id": update })).await;
    assert_eq!(payload["deletedId"], update.as_str());
    assert_eq!(UpdateImages::find().count(conn).await.unwrap(), 0);
    assert_eq!(image::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(Notifications::find().count(conn).await.unwrap(), 1);

    update_with_picture(&app, &staff, &project).await;
    let mut events = follow(&app, &client, EVENTS).await;
    app.run(&admin, FORCE, json!({ "id": client.client() })).await;
    assert_eq!(events.closed_within(Duration::from_secs(5)).await.0, 4401);
    assert_eq!(Projects::find().count(conn).await.unwrap(), 0);
    assert_eq!(ProjectUpdates::find().count(conn).await.unwrap(), 0);
    assert_eq!(image::Entity::find().count(conn).await.unwrap(), 0);
    assert_eq!(Notifications::find().count(conn).await.unwrap(), 0);
    let mine = Accounts::find().filter(AccountColumn::Email.eq(&client.email));
    assert_eq!(mine.count(conn).await.unwrap(), 0);
    assert_eq!(
        Sessions::find().count(conn).await.unwrap(),
        2,
        "those of staff and administrator"
    );

    for id in [update.as_str(), &deleted_before, &project, client.client()] {
        let input = json!({ "input": { "id": id } });
        let answer = app.graphql(&admin, FORCE, input).await.data();
        assert_eq!(answer["forceDeleteRecord"]["userErrors"][0]["code"], "NOT_FOUND");
        let entries = audit(&app, &admin, json!({ "recordId": id })).await.data();
        assert_eq!(entries["auditLog"]["nodes"][0]["action"], "FORCE_DELETE", "{id}");
        assert_eq!(entries["auditLog"]["nodes"][0]["recordId"], id);
    }
}

async fn audit(app: &TestApp, who: &Person, filter: Value) -> Answer {
    app.graphql(
        who,
        "query($filter: AuditFilterInput) { auditLog(filter: $filter) { totalCount nodes { id at action \
         recordType recordId actor { name } changes { field old new } } } }",
        json!({ "filter": filter }),
    )
    .await
}

#[tokio::test]
async fn the_audit_log_tells_who_changed_what() {
    let app = start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    app.advance(chrono::TimeDelta::minutes(1));
    let moment = app.ctx().clock.now();
    let update = "mutation($input: UpdateProjectInput!) { updateProject(input: $input) { project { id } \
                  userErrors { code message } } }";
    let patch = json!({ "totalQuote": "2500000", "progressPercentage": 40 });
    app.run(
        &staff,
        update,
        json!({ "id": project, "expectedVersion": 1, "patch": patch }),
    )
    .await;
    app.run(&staff, DELETE, json!({ "id": project })).await;

    let log = audit(&app, &staff, json!({ "recordId": project })).await.data()["auditLog"].clone();
    assert_eq!(log["totalCount"], 3);
    let nodes = log["nodes"].as_array().unwrap();
    let actions: Vec<&str> = nodes
        .iter()
        .map(|node| node["action"].as_str().unwrap())
        .collect();
    assert_eq!(actions, ["DELETE", "UPDATE", "CREATE"]);
    let changes = nodes[1]["changes"].as_array().unwrap();
    assert!(
        changes.contains(&json!({ "field": "totalQuote", "old": "0", "new": "2500000" })),
        "{changes:?}"
    );
    assert!(changes.contains(&json!({ "field": "progressPercentage", "old": "0", "new": "40" })));
    assert!(
        nodes[2]["changes"]
            .as_array()
            .unwrap()
            .contains(&json!({ "field": "clientId", "old": null, "new": client.client() }))
    );

    let later = audit(&app, &staff, json!({ "recordId": project, "from": moment }))
        .await
        .data();
    assert_eq!(later["auditLog"]["totalCount"], 2);
    let deletions = audit(&app, &staff, json!({ "recordId": project, "action": ["DELETE"] }))
        .await
        .data();
    assert_eq!(deletions["auditLog"]["totalCount"], 1);
    let me = app.graphql(&staff, "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
    let mine = audit(&app, &staff, json!({ "actorId": me })).await.data();
    assert_eq!(
        mine["auditLog"]["totalCount"], 3,
        "signing in is a security event"
    );
    assert_eq!(
        audit(&app, &staff, json!({ "recordId": "nonsense" }))
            .await
            .code(),
        "BAD_REQUEST"
    );
    assert_eq!(audit(&app, &client, json!({})).await.code(), "FORBIDDEN");
    let everything = audit(&app, &staff, json!({})).await.body.to_string();
    assert!(!everything.contains("argon2"), "secrets stay out of the log");
}

#[tokio::test]
async fn node_finds_what_is_yours() {
    let app = start().await;
    let (staff, client, other) = tokio::join!(app.staff(), app.client(), app.client());
    let project = app.project(&staff, &client).await;
    let me = app.graphql(&client, "{ viewer { id } }", json!({})).await.data()["viewer"]["id"].clone();
    let me = me.as_str().unwrap();
    assert_eq!(
        node(&app, &client, me).await,
        json!({ "__typename": "Viewer", "id": me })
    );
    assert_eq!(node(&app, &client, client.client()).await["__typename"], "Client");
    assert_eq!(node(&app, &client, &project).await["__typename"], "Project");
    for id in [me, client.client(), &project, "evt_01h2xcejqtf2nbrexx3vqjhp41"] {
        assert_eq!(node(&app, &other, id).await, Value::Null);
    }
    let query = "query($id: ID!) { node(id: $id) { id ... on Record { createdBy { name } } } }";
    let answer = app.graphql(&client, query, json!({ "id": project })).await;
    assert_eq!(
        answer.code(),
        "FORBIDDEN",
        "who did it is for staff, also through an interface"
    );
    let visitor = app.graphql(None, query, json!({ "id": project })).await.data();
    assert_eq!(visitor["node"], Value::Null);
    let malformed = app.graphql(&client, query, json!({ "id": "nonsense" })).await;
    assert_eq!(malformed.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn the_projects_of_many_clients_cost_one_statement() {
    let app = start().await;
    let staff = app.staff().await;
    for _ in 0..3 {
        let client = app.client().await;
        for _ in 0..2 {
            app.project(&staff, &client).await;
        }
    }
    let query = "{ clients { nodes { name projects(first: 1) { totalCount nodes { name } pageInfo { hasNextPage } } } } }";
    let (answer, statements) = app.statements.of(app.graphql(&staff, query, json!({}))).await;
    let data = answer.data();
    for client in data["clients"]["nodes"].as_array().unwrap() {
        assert_eq!(client["projects"]["totalCount"], 2);
        assert_eq!(client["projects"]["nodes"].as_array().unwrap().len(), 1);
        assert_eq!(client["projects"]["pageInfo"]["hasNextPage"], true);
    }
    let of_projects = statements
        .iter()
        .filter(|sql| sql.contains("\"client_id\" IN"))
        .count();
    assert_eq!(
        of_projects, 2,
        "one for the rows, one for the counts: {statements:#?}"
    );
}

//! What tests of projects, updates and inboxes say over and over.

use serde_json::{Value, json};

use crate::media_world::jpeg;
use crate::support::app::TestApp;
use crate::support::people::Person;

/// The mutations, each with everything that a test looks at.
pub const CREATE_PROJECT: &str = "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { \
    id version name startDate estimatedCompletion progressPercentage currentPhase closedAt client { id } \
    totalQuote { amount currency fr: formatted(locale: FR) en: formatted(locale: EN) } } \
    userErrors { code message field } } }";
pub const UPDATE_PROJECT: &str = "mutation($input: UpdateProjectInput!) { updateProject(input: $input) { project { \
    id version name startDate estimatedCompletion progressPercentage currentPhase client { id } \
    totalQuote { amount } } userErrors { code message field } } }";
pub const CLOSE_PROJECT: &str = "mutation($input: CloseProjectInput!) { closeProject(input: $input) { project { \
    version closedAt } userErrors { code message field } } }";
pub const REOPEN_PROJECT: &str = "mutation($input: ReopenProjectInput!) { reopenProject(input: $input) { project { \
    version closedAt } userErrors { code message field } } }";
pub const CREATE_UPDATE: &str = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
    projectUpdate { id version title description isDraft postedAt images { url width height thumbHash } project { id } } \
    userErrors { code message field } } }";
pub const UPDATE_UPDATE: &str = "mutation($input: UpdateProjectUpdateInput!) { updateProjectUpdate(input: $input) { \
    projectUpdate { id version title description isDraft postedAt images { id url } } userErrors { code message field } } }";
pub const POST_UPDATE: &str = "mutation($input: PostProjectUpdateInput!) { postProjectUpdate(input: $input) { \
    projectUpdate { id version isDraft postedAt } userErrors { code message field } } }";

/// The payload of a mutation of one field, with whatever it says is wrong.
pub async fn mutate(app: &TestApp, who: &Person, mutation: &str, input: Value) -> Value {
    let data = app.graphql(who, mutation, json!({ "input": input })).await.data();
    data.as_object().unwrap().values().next().unwrap().clone()
}

/// The codes and fields of a payload's errors: `"INVALID input.name"`.
pub fn errors(payload: &Value) -> Vec<String> {
    payload["userErrors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| {
            let field = error["field"].as_array().cloned().unwrap_or_default();
            let field: Vec<&str> = field.iter().map(|part| part.as_str().unwrap()).collect();
            format!("{} {}", error["code"].as_str().unwrap(), field.join("."))
        })
        .collect()
}

/// The data of a query that must succeed.
pub async fn query(app: &TestApp, who: &Person, document: &str) -> Value {
    app.graphql(who, document, json!({})).await.data()
}

/// The text values at `field` of a list of nodes.
pub fn texts<'a>(nodes: &'a Value, field: &str) -> Vec<&'a str> {
    nodes
        .as_array()
        .unwrap()
        .iter()
        .map(|node| node[field].as_str().unwrap())
        .collect()
}

/// A picture sent in two steps; the upload's id.
pub async fn upload(app: &TestApp, staff: &Person, width: u32) -> String {
    let photo = jpeg(width, 300);
    let payload = app
        .run(
            staff,
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id uploadUrl } \
             userErrors { code message field } } }",
            json!({ "filename": "mur.jpg", "contentType": "image/jpeg", "byteSize": photo.len() }),
        )
        .await;
    let url = payload["upload"]["uploadUrl"].as_str().unwrap();
    let answer = app.http().put(url).body(photo).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    payload["upload"]["id"].as_str().unwrap().to_owned()
}

/// A new draft; its id.
pub async fn draft(app: &TestApp, staff: &Person, project: &str, title: &str) -> String {
    let input = json!({ "projectId": project, "title": title });
    let payload = app.run(staff, CREATE_UPDATE, input).await;
    payload["projectUpdate"]["id"].as_str().unwrap().to_owned()
}

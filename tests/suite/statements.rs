//! What a nested list costs: a statement a level, however long the lists are.

use crate::support::app::TestApp;
use crate::support::people::Person;
use image::{ImageFormat, Rgb, RgbImage};
use serde_json::json;
use std::io::Cursor;
use std::time::Duration;

const NESTED: &str = "{ viewer { projects(first: 20) { nodes { name updates(first: 5) { nodes { title images { url } } } } } } }";

/// Uploads a small picture, as an app does: announce, then send the bytes.
async fn upload(app: &TestApp, staff: &Person) -> String {
    let mut bytes = Cursor::new(Vec::new());
    RgbImage::from_pixel(8, 8, Rgb([180, 90, 40]))
        .write_to(&mut bytes, ImageFormat::Png)
        .unwrap();
    let bytes = bytes.into_inner();
    let payload = app
        .run(
            staff,
            "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id uploadUrl } \
             userErrors { code message field } } }",
            json!({ "filename": "mur.png", "contentType": "image/png", "byteSize": bytes.len() }),
        )
        .await;
    let url = payload["upload"]["uploadUrl"].as_str().unwrap();
    let answer = app
        .http()
        .put(url)
        .header("Content-Type", "image/png")
        .body(bytes)
        .send()
        .await
        .unwrap();
    assert!(answer.status().is_success(), "{}", answer.text().await.unwrap());
    payload["upload"]["id"].as_str().unwrap().to_owned()
}

/// A project with two updates of two pictures each.
async fn site(app: &TestApp, staff: &Person, client: &Person) {
    let project = app.project(staff, client).await;
    for title in ["Fondations", "Murs"] {
        let uploads = [upload(app, staff).await, upload(app, staff).await];
        app.run(
            staff,
            "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
             userErrors { code message field } } }",
            json!({ "projectId": project, "title": title, "post": true, "uploadIds": uploads }),
        )
        .await;
    }
}

#[tokio::test]
async fn nested_lists_take_one_statement_a_level() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    site(&app, &staff, &client).await;
    let of_one = cost(&app, &client, 1).await;
    for _ in 0..4 {
        site(&app, &staff, &client).await;
    }
    let of_five = cost(&app, &client, 5).await;
    // Who asks (session and account), their projects, the projects' updates, the updates' pictures.
    assert!(
        of_five.len() <= 4,
        "{} statements:\n{}",
        of_five.len(),
        of_five.join("\n")
    );
    assert_eq!(of_one.len(), of_five.len(), "{of_five:#?}");
}

/// The statements of the query. The feed still loads what was posted just before, so the query is asked a few times
/// and the quietest moment counts.
async fn cost(app: &TestApp, client: &Person, count: usize) -> Vec<String> {
    let mut quietest: Option<Vec<String>> = None;
    for _ in 0..5 {
        let (answer, statements) = app.statements.of(app.graphql(client, NESTED, json!({}))).await;
        let data = answer.data();
        let projects = data["viewer"]["projects"]["nodes"].as_array().unwrap();
        assert_eq!(projects.len(), count);
        for project in projects {
            let updates = project["updates"]["nodes"].as_array().unwrap();
            assert_eq!(updates.len(), 2);
            assert!(
                updates
                    .iter()
                    .all(|update| update["images"].as_array().unwrap().len() == 2),
                "{project}"
            );
        }
        if quietest.as_ref().is_none_or(|best| statements.len() < best.len()) {
            quietest = Some(statements);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    quietest.unwrap()
}

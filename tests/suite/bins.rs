//! What the staff take out of a list isn't gone: it is in the bin of the record that showed it, for thirty days.

use belle_house::features::{content, projects};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::content_world::{RESTORE, UPDATE_ITEM, change, published_item, status, values};
use crate::project_world::{CREATE_UPDATE, UPDATE_UPDATE, errors, mutate, query, upload};
use crate::support::app::TestApp;

#[tokio::test]
async fn a_picture_taken_out_of_an_update_can_be_named_again_for_thirty_days() {
    let app = TestApp::builder().leaves_deliveries_pending().start().await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let project = app.project(&staff, &client).await;
    let uploads = [upload(&app, &staff, 400).await, upload(&app, &staff, 500).await];
    let input = json!({ "projectId": project, "title": "Murs", "uploadIds": uploads, "post": true });
    let update = app.run(&staff, CREATE_UPDATE, input).await["projectUpdate"]["id"].clone();
    let of = |scope: &str| {
        format!(
            "{{ node(id: {update}) {{ ... on ProjectUpdate {{ version images{scope} {{ id url }} }} }} }}"
        )
    };
    let images = async |scope: &str| query(&app, &staff, &of(scope)).await["node"]["images"].clone();
    let shown = images("").await;
    let (first, second) = (shown[0]["id"].clone(), shown[1]["id"].clone());
    let of_client = query(&app, &client, &of("")).await["node"]["images"][0]["url"].clone();
    assert_eq!(status(&app, &of_client).await, 200);

    let change = |version: i32, images: Value| json!({ "id": update, "expectedVersion": version, "patch": { "images": images } });
    app.run(&staff, UPDATE_UPDATE, change(1, json!([{ "id": second }])))
        .await;
    assert_eq!(values(&images("").await, "id"), [second.as_str().unwrap()]);
    let binned = images("(scope: DELETED)").await;
    assert_eq!(values(&binned, "id"), [first.as_str().unwrap()]);
    assert_eq!(values(&images("(scope: ALL)").await, "id").len(), 2);
    assert_eq!(
        status(&app, &of_client).await,
        404,
        "the client sees what the update shows"
    );
    assert_eq!(
        status(&app, &binned[0]["url"]).await,
        200,
        "the staff see what they bring back"
    );
    let asked = app.graphql(&client, &of("(scope: DELETED)"), json!({})).await;
    assert_eq!(asked.code(), "FORBIDDEN");
    let history = "query($id: ID!) { auditLog(filter: { recordId: $id }) { nodes { action changes { field old new } } } }";
    let log = app.graphql(&staff, history, json!({ "id": update })).await.data();
    let told = log["auditLog"]["nodes"][0]["changes"].to_string();
    assert!(
        told.contains("images") && told.contains(first.as_str().unwrap()),
        "{log}"
    );

    // Taken back by its id, at any place.
    let both = json!([{ "id": first }, { "id": second }]);
    app.run(&staff, UPDATE_UPDATE, change(2, both)).await;
    assert_eq!(values(&images("").await, "id").len(), 2);
    assert_eq!(status(&app, &of_client).await, 200);
    assert_eq!(images("(scope: DELETED)").await, json!([]));

    app.run(&staff, UPDATE_UPDATE, change(3, Value::Null)).await;
    assert_eq!(projects::sweep_bins(app.ctx()).await.unwrap(), 0);
    app.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    assert_eq!(projects::sweep_bins(app.ctx()).await.unwrap(), 2);
    let staff = app.staff().await;
    assert_eq!(
        query(&app, &staff, &of("(scope: ALL)")).await["node"]["images"],
        json!([])
    );
    let payload = mutate(&app, &staff, UPDATE_UPDATE, change(4, json!([{ "id": first }]))).await;
    assert_eq!(errors(&payload), ["NOT_FOUND input.patch.images.0.id"]);
}

#[tokio::test]
async fn pictures_and_videos_of_an_item_wait_in_its_bin_and_are_swept() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let uploads = [upload(&app, &staff, 400).await, upload(&app, &staff, 500).await];
    let more = json!({
        "gallery": [{ "uploadId": uploads[0] }, { "uploadId": uploads[1] }],
        "videos": [{ "url": "https://vimeo.com/76979871", "title": "Visite" }],
    });
    let item = published_item(&app, &staff, more).await;
    let list = |scope: &str| {
        format!(
            "query($slug: String!) {{ portfolioItem(slug: $slug) {{ version gallery{scope} {{ id deletedAt deletedBy {{ name }} \
             image {{ url }} }} videos{scope} {{ id deletedAt title }} }} }}"
        )
    };
    let id = json!({ "slug": item["slug"] });
    let read = async |scope: &str| {
        let data = app.graphql(&staff, &list(scope), id.clone()).await.data();
        data["portfolioItem"].clone()
    };
    let gallery = values(&item["gallery"], "id");
    let patch = json!({ "gallery": [{ "id": gallery[1] }], "videos": [] });
    app.run(&staff, UPDATE_ITEM, change(&item, patch)).await;
    let (shown, binned) = (read("").await, read("(scope: DELETED)").await);
    assert_eq!(values(&shown["gallery"], "id"), [gallery[1].clone()]);
    assert_eq!(values(&binned["gallery"], "id"), [gallery[0].clone()]);
    assert!(
        binned["gallery"][0]["deletedAt"].is_string()
            && binned["gallery"][0]["deletedBy"]["name"].is_string()
    );
    assert_eq!(status(&app, &binned["gallery"][0]["image"]["url"]).await, 200);
    assert_eq!(binned["videos"][0]["title"], "Visite");
    assert_eq!(read("(scope: ALL)").await["gallery"].as_array().unwrap().len(), 2);
    let visitor = app.graphql(None, &list("(scope: DELETED)"), id.clone()).await;
    assert_eq!(visitor.code(), "UNAUTHENTICATED");
    assert_eq!(
        status(&app, &item["gallery"][0]["image"]["url"]).await,
        404,
        "visitors don't see it"
    );

    app.run(&staff, RESTORE, json!({ "id": gallery[0] })).await;
    assert_eq!(read("").await["gallery"].as_array().unwrap().len(), 2);
    app.advance(TimeDelta::days(30) + TimeDelta::seconds(1));
    let staff = app.staff().await;
    assert_eq!(
        content::sweep_bins(app.ctx()).await.unwrap(),
        1,
        "the video alone"
    );
    let swept = app
        .graphql(&staff, &list("(scope: ALL)"), id.clone())
        .await
        .data()["portfolioItem"]
        .clone();
    assert_eq!(
        (swept["gallery"].as_array().unwrap().len(), &swept["videos"]),
        (2, &json!([]))
    );
}

/// What stands in the console's left pane is sent as it is, sooner or later.
#[tokio::test]
async fn the_example_of_changing_an_item_empties_no_list() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let picture = upload(&app, &staff, 400).await;
    let more = json!({
        "gallery": [{ "uploadId": picture }],
        "videos": [{ "url": "https://vimeo.com/76979871" }],
    });
    let item = published_item(&app, &staff, more).await;
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("operations");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let variables = read("portfolio-update.json")
        .replace("{{portfolioItem.id}}", item["id"].as_str().unwrap())
        .replace("\"{{portfolioItem.version}}\"", &item["version"].to_string());
    let variables: Value = serde_json::from_str(&variables).unwrap();
    let data = app
        .graphql(&staff, &read("portfolio-update.graphql"), variables)
        .await
        .data();
    let changed = &data["updatePortfolioItem"]["portfolioItem"];
    assert_eq!(changed["version"], 2, "{data}");
    assert_eq!(values(&changed["gallery"], "id"), values(&item["gallery"], "id"));
    assert_eq!(values(&changed["videos"], "id"), values(&item["videos"], "id"));
}

//! How often a request waits for PostgreSQL. Each round trip counts, not only statements: what a pool asks a connection, what
//! begins and ends a transaction (docs/PERFORMANCE.md).

use serde_json::{Value, json};

use crate::billing_world::{issued, pay};
use crate::content_world::published_item;
use crate::project_world::upload;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

const ITEM: &str = "query($slug: String!) { portfolioItem(slug: $slug) { id title description mainImage { url width height } \
    gallery { id image { url } } videos { id } } }";
const LIST: &str = "{ portfolio(first: 20) { totalCount pageInfo { hasNextPage endCursor } nodes { id title slug mainImage { url } \
    gallery { image { url } } videos { id } } } }";
const PROJECT: &str = "query($id: ID!) { project(id: $id) { name progressPercentage totalQuote { amount } amountPaid { amount } \
    updates(first: 20) { totalCount nodes { title postedAt images { url } } } \
    invoices(first: 3) { nodes { number status totalTtc { amount } balance { amount } } } } }";

const POST: &str = "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { projectUpdate { id title \
    postedAt } userErrors { code message field } } }";

/// The fewest round trips of a request among several: the feed works beside it now and then. What a
/// connection prepares once isn't counted.
async fn fewest(
    app: &TestApp,
    who: &Person,
    document: &str,
    variables: impl Fn(u32) -> Value,
) -> Vec<String> {
    let trips = app.round_trips.as_ref().unwrap();
    let mut fewest: Option<Vec<String>> = None;
    for turn in 0..8 {
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
        trips.take();
        let answer = app.graphql(who, document, variables(turn)).await;
        let mut taken = trips.take();
        // Numbering events is the feed's, whoever asks for something meanwhile; preparing is once a connection.
        taken.retain(|trip| !trip.starts_with("DO $relay$") && !trip.starts_with("prepare "));
        let data = answer.data();
        assert!(!data.to_string().contains("userErrors\":[{"), "{data}");
        if fewest.as_ref().is_none_or(|best| taken.len() < best.len()) {
            fewest = Some(taken);
        }
    }
    fewest.unwrap()
}

fn at_most(most: usize, what: &str, trips: &[String]) {
    println!("{what}: {} round trips\n  {}", trips.len(), trips.join("\n  "));
    assert!(
        trips.len() <= most,
        "{what}: {} round trips, at most {most}:\n{}",
        trips.len(),
        trips.join("\n")
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_request_waits_for_the_database_as_seldom_as_it_can() {
    if !TestDatabase::on_postgres() {
        return;
    }
    let app = TestApp::builder()
        .leaves_deliveries_pending()
        .counts_round_trips()
        .start()
        .await;
    let (staff, client) = tokio::join!(app.staff(), app.client());
    let mut slug = Value::Null;
    for _ in 0..3 {
        let pictures = [upload(&app, &staff, 64).await, upload(&app, &staff, 64).await];
        slug = published_item(
            &app,
            &staff,
            json!({ "gallery": pictures.map(|upload| json!({ "uploadId": upload })) }),
        )
        .await["slug"]
            .clone();
    }
    let project = app.project(&staff, &client).await;
    for title in ["Fondations", "Murs"] {
        let pictures = [upload(&app, &staff, 64).await];
        let input = json!({ "projectId": project, "title": title, "post": true, "uploadIds": pictures });
        app.run(&staff, POST, input).await;
    }
    let invoice = issued(&app, &staff, &project, "1000000").await;
    pay(&app, &staff, &project, invoice["id"].as_str(), "250000").await;

    // As a client, whose answers are worked out each time: what a visitor gets is kept.
    let item = fewest(&app, &client, ITEM, |_| json!({ "slug": slug })).await;
    let list = fewest(&app, &client, LIST, |_| json!({})).await;
    let of_client = fewest(&app, &client, PROJECT, |_| json!({ "id": project })).await;
    let update = |post: bool| {
        let project = project.clone();
        move |turn: u32| json!({ "input": { "projectId": project, "title": format!("Étape {turn}"), "post": post } })
    };
    let draft = fewest(&app, &staff, POST, update(false)).await;
    let posted = fewest(&app, &staff, POST, update(true)).await;
    at_most(5, "an item", &item);
    at_most(6, "a list", &list);
    at_most(8, "a client's project", &of_client);
    at_most(10, "a draft", &draft);
    // One more than a draft: what its client wants to be told.
    at_most(11, "a posted update", &posted);
}

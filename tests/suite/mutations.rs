//! Mutations of several steps run one after another and stop where graphql-js stops: at the first that leaves no `data`.

use crate::http_world::World;
use crate::support::app::TestApp;
use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A document, what graphql-js 16 answers for it, and how many of its steps have then counted.
fn cases() -> Vec<(&'static str, Value, Vec<&'static str>, usize)> {
    vec![
        (
            "mutation { a: count b: count c: count }",
            json!({ "a": 1, "b": 2, "c": 3 }),
            vec![],
            3,
        ),
        ("mutation { a: refuse b: count }", json!(null), vec!["a"], 0),
        (
            "mutation { a: count b: refuse c: count }",
            json!(null),
            vec!["b"],
            1,
        ),
        // What may be null is null, and what comes after it runs.
        (
            "mutation { a: refuseSoftly b: count }",
            json!({ "a": null, "b": 1 }),
            vec!["a"],
            1,
        ),
        (
            "mutation { a: refuseSoftly b: refuse c: count }",
            json!(null),
            vec!["a", "b"],
            0,
        ),
        // The step was done; what can't be told of it moves up.
        (
            "mutation { a: countUntold { word } b: count }",
            json!(null),
            vec!["a/word"],
            1,
        ),
        (
            "mutation { kind: __typename ...More } fragment More on Writes { a: count ... @include(if: false) { b: count } c: count }",
            json!({ "kind": "Writes", "a": 1, "c": 2 }),
            vec![],
            2,
        ),
    ]
}

async fn message(socket: &mut Socket) -> Value {
    let received = tokio::time::timeout(Duration::from_secs(10), socket.receive());
    match received.await.unwrap().unwrap() {
        Incoming::Message(message) => message,
        closed @ Incoming::Closed { .. } => panic!("{closed:?}"),
    }
}

fn paths(answer: &Value) -> Vec<String> {
    let errors = answer["errors"].as_array().cloned().unwrap_or_default();
    let path = |error: &Value| {
        let steps = error["path"].as_array().unwrap();
        let steps: Vec<&str> = steps.iter().filter_map(Value::as_str).collect();
        steps.join("/")
    };
    errors.iter().map(path).collect()
}

#[tokio::test]
async fn a_mutation_stops_where_its_data_is_gone() {
    let world = World::start().await;
    for (text, data, errors, counted) in cases() {
        world.written.store(0, Ordering::SeqCst);
        let (status, answer) = world.ask(None, text).await;
        assert_eq!(status, 200, "{text}: {answer}");
        assert_eq!(answer["data"].to_string(), data.to_string(), "{text}");
        assert_eq!(paths(&answer), errors, "{text}");
        assert_eq!(world.written.load(Ordering::SeqCst), counted, "{text}");
    }
}

#[tokio::test]
async fn a_mutation_over_websocket_stops_there_too() {
    let world = World::start().await;
    let mut socket = Socket::open(world.address, json!({})).await.unwrap();
    for (text, data, errors, counted) in cases() {
        world.written.store(0, Ordering::SeqCst);
        socket.subscribe("m", text, json!({})).await.unwrap();
        let answer = message(&mut socket).await;
        assert_eq!(answer["type"], "next", "{text}: {answer}");
        assert_eq!(answer["payload"]["data"].to_string(), data.to_string(), "{text}");
        assert_eq!(paths(&answer["payload"]), errors, "{text}");
        assert_eq!(message(&mut socket).await["type"], "complete", "{text}");
        assert_eq!(world.written.load(Ordering::SeqCst), counted, "{text}");
    }
}

#[tokio::test]
async fn what_follows_a_refused_step_is_not_written() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    // Only an administrator hires; the client in the second step would have been made all the same.
    let text = "mutation($client: CreateClientInput!, $member: CreateStaffMemberInput!) {
        createStaffMember(input: $member) { userErrors { code } }
        createClient(input: $client) { client { id } userErrors { code } } }";
    let variables = json!({
        "client": { "name": "Moussa Issa", "email": "moussa@example.ne" },
        "member": { "name": "Amina Sani", "email": "amina@example.ne", "role": "STAFF" },
    });
    let answer = app.graphql(&staff, text, variables).await;
    assert_eq!(answer.code(), "FORBIDDEN");
    assert_eq!(answer.body["data"], Value::Null);
    assert_eq!(answer.body["errors"].as_array().unwrap().len(), 1);
    let clients = app.graphql(&staff, "{ clients { totalCount } }", json!({})).await;
    assert_eq!(clients.data()["clients"]["totalCount"], 0);
}

#[tokio::test]
async fn each_step_reads_what_the_one_before_it_wrote() {
    let app = TestApp::start().await;
    let staff = app.staff().await;
    let create = "mutation($input: CreateClientInput!) { createClient(input: $input) {
        client { id version } userErrors { message } } }";
    let input = json!({ "name": "Moussa Issa", "email": "moussa@example.ne" });
    let answer = app.graphql(&staff, create, json!({ "input": input })).await;
    let client = answer.data()["createClient"]["client"].clone();
    let text = "mutation($one: UpdateClientInput!, $two: UpdateClientInput!) {
        one: updateClient(input: $one) { client { name version } userErrors { message } }
        two: updateClient(input: $two) { client { name version } userErrors { message } } }";
    let step = |name: &str, version: i64| json!({ "id": client["id"], "expectedVersion": version, "patch": { "name": name } });
    let version = client["version"].as_i64().unwrap();
    let variables = json!({ "one": step("Moussa A", version), "two": step("Moussa B", version + 1) });
    let answer = app.graphql(&staff, text, variables).await;
    let data = answer.data();
    assert_eq!(data["one"]["client"]["name"], "Moussa A", "{data}");
    assert_eq!(data["two"]["client"]["name"], "Moussa B", "{data}");
    app.run_jobs().await;
}

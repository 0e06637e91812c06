//! The legacy subprotocol `graphql-ws` over real sockets: what Dart's graphql_flutter speaks unless told otherwise. Its
//! messages differ; caps, expiry and resuming are those of graphql-transport-ws (`ws_protocol.rs`).

use std::time::{Duration, Instant};

use belle_house_bench::ws::{Incoming, Socket};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::http_world::World;

const LEGACY: &str = "graphql-ws";

/// The next message but `ka`, or how the connection was closed.
async fn next(socket: &mut Socket) -> Result<Value, (u16, String)> {
    let wait = async {
        loop {
            match socket.receive().await.unwrap() {
                Incoming::Message(message) if message["type"] == "ka" => {}
                Incoming::Message(message) => return Ok(message),
                Incoming::Closed { code, reason } => return Err((code, reason)),
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap()
}

async fn message(socket: &mut Socket) -> Value {
    next(socket).await.unwrap()
}

/// The `connection_error` and the close code behind it, after however many messages of operations.
async fn refusal(socket: &mut Socket) -> (Value, u16) {
    let mut error = Value::Null;
    loop {
        match next(socket).await {
            Ok(message) if message["type"] == "connection_error" => error = message["payload"].clone(),
            Ok(_) => {}
            Err((code, _)) => return (error, code),
        }
    }
}

async fn connect(world: &World) -> Socket {
    Socket::connect_with(world.address, Some(LEGACY), &[])
        .await
        .unwrap()
}

async fn init(socket: &mut Socket, payload: Value) {
    socket
        .send(&json!({ "type": "connection_init", "payload": payload }))
        .await
        .unwrap();
}

/// A connection that was acknowledged.
async fn open(world: &World, payload: Value) -> Socket {
    let mut socket = connect(world).await;
    init(&mut socket, payload).await;
    assert_eq!(message(&mut socket).await, json!({ "type": "connection_ack" }));
    socket
}

async fn start(socket: &mut Socket, id: &str, query: &str) {
    socket
        .send(&json!({ "type": "start", "id": id, "payload": { "query": query, "operationName": null, "variables": {} } }))
        .await
        .unwrap();
}

async fn stop(socket: &mut Socket, id: &str) {
    socket.send(&json!({ "type": "stop", "id": id })).await.unwrap();
}

#[tokio::test]
async fn runs_queries_mutations_and_subscriptions() {
    let world = World::start().await;
    let mut socket = connect(&world).await;
    // Stock clients don't wait for the acknowledgement.
    init(&mut socket, json!({ "resumeFrom": "cursor" })).await;
    start(&mut socket, "q", "{ hello }").await;
    let Incoming::Message(acknowledged) = socket.receive().await.unwrap() else {
        panic!("closed")
    };
    assert_eq!(acknowledged, json!({ "type": "connection_ack" }));
    assert_eq!(socket.receive().await.unwrap().kind(), Some("ka"));
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "data", "id": "q", "payload": { "data": { "hello": "world" } } })
    );
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "complete", "id": "q" })
    );
    start(&mut socket, "m", "mutation { count }").await;
    assert_eq!(message(&mut socket).await["payload"]["data"]["count"], 1);
    assert_eq!(message(&mut socket).await["type"], "complete");
    start(&mut socket, "s", "subscription { numbers(until: 2) }").await;
    for number in 1..=2 {
        let event = message(&mut socket).await;
        assert_eq!(
            (&event["type"], &event["payload"]["data"]["numbers"]),
            (&"data".into(), &number.into())
        );
    }
    assert_eq!(message(&mut socket).await["type"], "complete");
    start(&mut socket, "r", "subscription { resumedFrom }").await;
    assert_eq!(
        message(&mut socket).await["payload"]["data"]["resumedFrom"],
        "cursor"
    );
    assert_eq!(message(&mut socket).await["type"], "complete");
    socket
        .send(&json!({ "type": "connection_terminate", "payload": null }))
        .await
        .unwrap();
    assert_eq!(next(&mut socket).await.unwrap_err().0, 1000);
}

#[tokio::test]
async fn stop_ends_an_operation_and_a_second_start_takes_its_place() {
    let world = World::start().await;
    let mut socket = open(&world, json!({})).await;
    start(&mut socket, "1", "subscription { silence }").await;
    stop(&mut socket, "1").await;
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "complete", "id": "1" })
    );
    // What doesn't run needs no answer.
    stop(&mut socket, "1").await;
    start(&mut socket, "1", "subscription { silence }").await;
    start(&mut socket, "1", "{ hello }").await;
    assert_eq!(message(&mut socket).await["payload"]["data"]["hello"], "world");
    assert_eq!(message(&mut socket).await["type"], "complete");
}

#[tokio::test]
async fn an_error_ends_its_operation_alone() {
    let world = World::start().await;
    let mut socket = open(&world, json!({})).await;
    for (query, code) in [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        ("{ panic(really: true) }", "INTERNAL"),
        ("{ __schema { types { name } } }", "UNAUTHENTICATED"),
        ("subscription { refused }", "FORBIDDEN"),
    ] {
        start(&mut socket, "1", query).await;
        let answer = message(&mut socket).await;
        assert_eq!(
            (&answer["type"], &answer["id"]),
            (&"error".into(), &"1".into()),
            "{answer}"
        );
        // One error, not a list.
        assert!(answer["payload"]["message"].is_string(), "{answer}");
        assert_eq!(answer["payload"]["extensions"]["code"], code, "{answer}");
        // Nothing follows: the next message is that of the next operation.
    }
    start(&mut socket, "2", "subscription { firstFails }").await;
    let failed = message(&mut socket).await;
    assert_eq!(failed["type"], "data", "{failed}");
    assert_eq!(failed["payload"]["errors"][0]["path"], json!(["firstFails"]));
    assert_eq!(message(&mut socket).await["payload"]["data"]["firstFails"], 2);
}

/// The protocol: such a message is passed over, and its sender told.
#[tokio::test]
async fn what_the_protocol_does_not_have_is_passed_over() {
    let world = World::start().await;
    let mut socket = open(&world, json!({})).await;
    for text in ["nonsense", "{}", r#"{"type":"ping"}"#, r#"{"type":"stop"}"#] {
        socket.send_text(text.to_owned()).await.unwrap();
        let answer = message(&mut socket).await;
        assert_eq!(answer["type"], "connection_error", "{text}");
        assert_eq!(answer["payload"]["message"], "Invalid message", "{text}");
    }
    for text in [
        r#"{"type":"subscribe","id":"7","payload":{"query":"{ hello }"}}"#,
        r#"{"type":"start","id":"7"}"#,
        r#"{"type":"start","id":"7","payload":{"query":5}}"#,
    ] {
        socket.send_text(text.to_owned()).await.unwrap();
        let answer = message(&mut socket).await;
        assert_eq!(
            (&answer["type"], &answer["id"]),
            (&"error".into(), &"7".into()),
            "{text}"
        );
        assert_eq!(answer["payload"]["extensions"]["code"], "BAD_REQUEST", "{text}");
    }
    start(&mut socket, "1", "{ hello }").await;
    assert_eq!(message(&mut socket).await["type"], "data");
}

#[tokio::test]
async fn the_reason_comes_before_the_end() {
    let world = World::start().await;
    let mut socket = connect(&world).await;
    start(&mut socket, "1", "{ hello }").await;
    let (error, code) = refusal(&mut socket).await;
    assert_eq!((&error["message"], code), (&"Unauthorized".into(), 4401));

    let mut socket = connect(&world).await;
    init(&mut socket, json!("no object")).await;
    let (error, code) = refusal(&mut socket).await;
    assert_eq!(
        (&error["extensions"]["code"], code),
        (&"BAD_REQUEST".into(), 4400)
    );

    let mut socket = open(&world, json!({})).await;
    init(&mut socket, json!({})).await;
    let (error, code) = refusal(&mut socket).await;
    assert_eq!(
        (&error["extensions"]["code"], code),
        (&"BAD_REQUEST".into(), 4429)
    );

    let (error, code) = refusal(&mut connect(&world).await).await;
    assert_eq!(
        (&error["message"], code),
        (&"Connection initialisation timeout".into(), 4408)
    );
}

#[tokio::test]
async fn sessions_and_tokens_end_as_in_the_newer_dialect() {
    let world = World::start().await;
    let token = world.staff_token().await;
    let payload = json!({ "Authorization": format!("Bearer {token}") });
    world.almost_expire(TimeDelta::milliseconds(1500));
    let mut socket = open(&world, payload.clone()).await;
    start(&mut socket, "1", "subscription { silence }").await;
    let (error, code) = refusal(&mut socket).await;
    assert_eq!(
        (&error["extensions"]["code"], code),
        (&"UNAUTHENTICATED".into(), 4403)
    );
    world.clock.advance(TimeDelta::seconds(2));
    let mut socket = connect(&world).await;
    init(&mut socket, payload.clone()).await;
    assert_eq!(refusal(&mut socket).await.1, 4403);

    world.clock.advance(TimeDelta::hours(-1));
    let mut socket = open(&world, payload.clone()).await;
    let mut stalled = open(&world, payload).await;
    start(&mut stalled, "1", "subscription { flood }").await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.end_sessions().await;
    let (error, code) = refusal(&mut socket).await;
    assert_eq!(
        (&error["message"], code),
        (&"Unauthorized: the session has ended".into(), 4401)
    );
    assert_eq!(refusal(&mut stalled).await.1, 4401);
}

#[tokio::test]
async fn caps_and_limits_are_the_same() {
    let world = World::start().await;
    let mut socket = open(&world, json!({})).await;
    for id in 0..20 {
        start(&mut socket, &id.to_string(), "subscription { silence }").await;
    }
    start(&mut socket, "more", "{ hello }").await;
    let answer = message(&mut socket).await;
    assert_eq!(
        answer["payload"]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{answer}"
    );
    socket
        .send_text(format!("\"{}\"", "x".repeat(65 * 1024)))
        .await
        .unwrap();
    assert_eq!(next(&mut socket).await.unwrap_err().0, 1009);

    let mut socket = open(&world, json!({})).await;
    world.stop();
    assert_eq!(next(&mut socket).await.unwrap_err().0, 1012);
}

/// Clients of this dialect hang up after 30 seconds without `ka`, however much they hear and say.
#[tokio::test]
async fn keeps_saying_that_it_is_there() {
    let world = World::start().await;
    let mut socket = connect(&world).await;
    init(&mut socket, json!({})).await;
    let (mut heard, mut last) = (Vec::new(), Instant::now());
    while heard.len() < 2 {
        if let Some(incoming) = socket.receive_within(Duration::from_secs(1)).await.unwrap() {
            if incoming.kind() == Some("ka") {
                heard.push(last.elapsed());
                last = Instant::now();
            }
        } else {
            // A client that isn't silent.
            start(&mut socket, "1", "{ hello }").await;
        }
        assert!(last.elapsed() < Duration::from_secs(15), "no second ka");
    }
    assert!(heard[0] < Duration::from_secs(1), "{heard:?}");
    assert!(heard[1] > Duration::from_secs(8), "{heard:?}");
}

#[tokio::test]
async fn a_client_that_offers_both_gets_the_newer() {
    let world = World::start().await;
    for offered in [
        "graphql-ws, graphql-transport-ws",
        "graphql-transport-ws, graphql-ws",
    ] {
        let mut socket = Socket::connect_with(world.address, Some(offered), &[])
            .await
            .unwrap();
        socket.send(&json!({ "type": "ping" })).await.unwrap();
        assert_eq!(message(&mut socket).await, json!({ "type": "pong" }), "{offered}");
    }
}

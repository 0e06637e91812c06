//! graphql-transport-ws over real sockets: every close code and every rule.

use crate::http_world::{ORIGIN, World};
use belle_house_bench::ws::{Incoming, Socket};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// The close code, after however many messages.
async fn closed(socket: &mut Socket) -> u16 {
    let wait = async {
        loop {
            if let Incoming::Closed { code, .. } = socket.receive().await.unwrap() {
                return code;
            }
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait).await.unwrap()
}

async fn message(socket: &mut Socket) -> Value {
    match tokio::time::timeout(Duration::from_secs(10), socket.receive())
        .await
        .unwrap()
        .unwrap()
    {
        Incoming::Message(message) => message,
        closed @ Incoming::Closed { .. } => panic!("{closed:?}"),
    }
}

async fn visitor(world: &World) -> Socket {
    Socket::open(world.address, json!({})).await.unwrap()
}

#[tokio::test]
async fn runs_queries_mutations_and_subscriptions() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket.subscribe("q", "{ hello }", json!({})).await.unwrap();
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "next", "id": "q", "payload": { "data": { "hello": "world" } } })
    );
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "complete", "id": "q" })
    );
    socket
        .subscribe("q", "mutation { count }", json!({}))
        .await
        .unwrap();
    assert_eq!(message(&mut socket).await["payload"]["data"]["count"], 1);
    assert_eq!(message(&mut socket).await["type"], "complete");
    socket
        .subscribe(
            "s",
            "subscription($n: Int!) { numbers(until: $n) }",
            json!({ "n": 3 }),
        )
        .await
        .unwrap();
    for number in 1..=3 {
        assert_eq!(message(&mut socket).await["payload"]["data"]["numbers"], number);
    }
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "complete", "id": "s" })
    );
}

#[tokio::test]
async fn a_slow_query_holds_up_nobody_and_complete_ends_it() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket
        .subscribe("slow", "{ wait(millis: 60000) }", json!({}))
        .await
        .unwrap();
    socket.subscribe("quick", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut socket).await["id"], "quick");
    assert_eq!(message(&mut socket).await["type"], "complete");
    socket.complete("slow").await.unwrap();
    // Its id is free again.
    socket.subscribe("slow", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut socket).await["payload"]["data"]["hello"], "world");
}

#[tokio::test]
async fn errors_have_codes_and_end_their_operation_alone() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    let bomb = format!(
        "{{{}}}",
        (0..2000).map(|n| format!("a{n}: hello ")).collect::<String>()
    );
    for (query, code) in [
        ("{ hello", "GRAPHQL_PARSE_FAILED"),
        ("{ nothing }", "GRAPHQL_VALIDATION_FAILED"),
        (bomb.as_str(), "LIMIT_EXCEEDED"),
        ("{ __schema { types { name } } }", "UNAUTHENTICATED"),
        ("{ panic(really: true) }", "INTERNAL"),
    ] {
        socket.subscribe("1", query, json!({})).await.unwrap();
        let answer = message(&mut socket).await;
        assert_eq!(answer["type"], "error", "{answer}");
        assert_eq!(answer["payload"][0]["extensions"]["code"], code, "{answer}");
        assert!(!answer.to_string().contains("hunter2"), "{answer}");
    }
    socket
        .subscribe("1", "subscription { broken }", json!({}))
        .await
        .unwrap();
    assert_eq!(message(&mut socket).await["payload"]["data"]["broken"], 1);
    assert_eq!(
        message(&mut socket).await["payload"][0]["extensions"]["code"],
        "INTERNAL"
    );
    socket.subscribe("1", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut socket).await["type"], "next");
}

/// What graphql-js and graphql-ws do: errors of the source stream (specification, 6.2.3.1) are those of the operation,
/// errors of an event are the event's.
#[tokio::test]
async fn a_subscription_that_cannot_start_is_an_error_and_nothing_after_it() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket
        .subscribe("1", "subscription { alias: refused }", json!({}))
        .await
        .unwrap();
    assert_eq!(
        message(&mut socket).await,
        json!({ "type": "error", "id": "1", "payload": [{
            "message": "Not for you.",
            "locations": [{ "line": 1, "column": 16 }],
            "path": ["alias"],
            "extensions": { "code": "FORBIDDEN" },
        }] })
    );
    // No `complete` comes in between, and the id is free.
    socket
        .subscribe("1", "subscription { firstFails }", json!({}))
        .await
        .unwrap();
    let failed = message(&mut socket).await;
    assert_eq!(failed["type"], "next", "{failed}");
    assert_eq!(failed["payload"]["data"], json!(null), "{failed}");
    assert_eq!(failed["payload"]["errors"][0]["path"], json!(["firstFails"]));
    assert_eq!(message(&mut socket).await["payload"]["data"]["firstFails"], 2);
    assert_eq!(message(&mut socket).await["type"], "complete");
    socket
        .subscribe("1", "subscription { halfTold { word } }", json!({}))
        .await
        .unwrap();
    let failed = message(&mut socket).await;
    assert_eq!(failed["type"], "next", "{failed}");
    assert_eq!(
        failed["payload"]["errors"][0]["path"],
        json!(["halfTold", "word"])
    );
    assert_eq!(message(&mut socket).await["type"], "complete");
}

#[tokio::test]
async fn answers_pings() {
    let world = World::start().await;
    let mut socket = Socket::connect(world.address, &[]).await.unwrap();
    // Also before connection_init, as the protocol says.
    socket
        .send(&json!({ "type": "ping", "payload": { "any": 1 } }))
        .await
        .unwrap();
    assert_eq!(message(&mut socket).await, json!({ "type": "pong" }));
}

#[tokio::test]
async fn what_the_protocol_does_not_have_is_4400() {
    let world = World::start().await;
    for text in [
        "nonsense",
        "{}",
        r#"{"type":"start","id":"1"}"#,
        r#"{"type":"subscribe","id":"1"}"#,
        r#"{"type":"subscribe","id":"1","payload":{"query":7}}"#,
        r#"{"type":"complete"}"#,
    ] {
        let mut socket = visitor(&world).await;
        socket.send_text(text.to_owned()).await.unwrap();
        assert_eq!(closed(&mut socket).await, 4400, "{text}");
    }
    let mut socket = visitor(&world).await;
    socket.send_binary(b"{}".to_vec()).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4400);
}

#[tokio::test]
async fn subscribing_before_init_and_bad_tokens_are_4401() {
    let world = World::start().await;
    let mut socket = Socket::connect(world.address, &[]).await.unwrap();
    socket.subscribe("1", "{ hello }", json!({})).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4401);
    for payload in [
        json!({ "Authorization": "Bearer nonsense" }),
        json!({ "authToken": "nonsense" }),
    ] {
        let mut socket = Socket::connect(world.address, &[]).await.unwrap();
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await
            .unwrap();
        assert_eq!(closed(&mut socket).await, 4401);
    }
}

#[tokio::test]
async fn an_expired_token_is_4403_at_the_start_and_in_the_middle() {
    let world = World::start().await;
    let token = world.staff_token().await;
    world.almost_expire(TimeDelta::milliseconds(1500));
    let mut socket = Socket::open_with_token(world.address, &token).await.unwrap();
    socket
        .subscribe("1", "subscription { silence }", json!({}))
        .await
        .unwrap();
    assert_eq!(closed(&mut socket).await, 4403);
    world.clock.advance(TimeDelta::seconds(2));
    let mut socket = Socket::connect(world.address, &[]).await.unwrap();
    socket
        .send(&json!({ "type": "connection_init", "payload": { "authToken": token } }))
        .await
        .unwrap();
    assert_eq!(closed(&mut socket).await, 4403);
}

#[tokio::test]
async fn no_init_is_4408() {
    let world = World::start().await;
    let mut socket = Socket::connect(world.address, &[]).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4408);
}

#[tokio::test]
async fn a_running_id_is_4409() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    for _ in 0..2 {
        socket
            .subscribe("1", "subscription { silence }", json!({}))
            .await
            .unwrap();
    }
    assert_eq!(closed(&mut socket).await, 4409);
}

#[tokio::test]
async fn a_second_init_is_4429() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket.send(&json!({ "type": "connection_init" })).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4429);
}

#[tokio::test]
async fn another_subprotocol_is_4406() {
    let world = World::start().await;
    let mut socket = Socket::connect_with(world.address, None, &[]).await.unwrap();
    assert_eq!(closed(&mut socket).await, 4406);
}

#[tokio::test]
async fn a_message_over_64_kilobytes_is_1009() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket
        .subscribe("1", "{ hello }", json!({ "big": "x".repeat(60 * 1024) }))
        .await
        .unwrap();
    assert_eq!(message(&mut socket).await["type"], "next");
    assert_eq!(message(&mut socket).await["type"], "complete");
    socket
        .subscribe("1", "{ hello }", json!({ "big": "x".repeat(65 * 1024) }))
        .await
        .unwrap();
    assert_eq!(closed(&mut socket).await, 1009);
}

#[tokio::test]
async fn twenty_operations_at_a_time() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    for id in 0..20 {
        socket
            .subscribe(&id.to_string(), "subscription { silence }", json!({}))
            .await
            .unwrap();
    }
    socket.subscribe("more", "{ hello }", json!({})).await.unwrap();
    let answer = message(&mut socket).await;
    assert_eq!(
        answer["payload"][0]["extensions"]["code"], "LIMIT_EXCEEDED",
        "{answer}"
    );
    socket.complete("7").await.unwrap();
    socket.subscribe("more", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut socket).await["type"], "next");
}

#[tokio::test]
async fn an_ended_session_is_4401_also_for_who_does_not_read() {
    let world = World::start().await;
    let token = world.staff_token().await;
    let mut socket = Socket::open_with_token(world.address, &token).await.unwrap();
    let mut stalled = Socket::open_with_token(world.address, &token).await.unwrap();
    let mut anyone = visitor(&world).await;
    socket
        .subscribe("1", "subscription { silence }", json!({}))
        .await
        .unwrap();
    stalled
        .subscribe("1", "subscription { flood }", json!({}))
        .await
        .unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.end_sessions().await;
    assert_eq!(closed(&mut socket).await, 4401);
    assert_eq!(closed(&mut stalled).await, 4401);
    anyone.subscribe("1", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut anyone).await["type"], "next");
}

#[tokio::test]
async fn a_reader_that_stalls_pauses_its_producer() {
    let world = World::start().await;
    let mut stalled = visitor(&world).await;
    stalled
        .subscribe("1", "subscription { flood }", json!({}))
        .await
        .unwrap();
    let produced = || world.produced.load(Ordering::SeqCst);
    let mut before = 0;
    // Until the kernel's buffers are full.
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        if before > 0 && produced() == before {
            break;
        }
        before = produced();
    }
    assert_eq!(produced(), before, "the producer goes on");
    let mut other = visitor(&world).await;
    other.subscribe("1", "{ hello }", json!({})).await.unwrap();
    assert_eq!(message(&mut other).await["type"], "next");
    for _ in 0..before + 10 {
        assert_eq!(message(&mut stalled).await["type"], "next");
    }
    assert!(produced() > before, "the producer does not go on");
}

#[tokio::test]
async fn stopping_closes_sockets_with_1012_and_finishes_requests() {
    let world = World::start().await;
    let mut socket = visitor(&world).await;
    socket
        .subscribe("1", "subscription { silence }", json!({}))
        .await
        .unwrap();
    let request = tokio::spawn({
        let request = world
            .http
            .post(world.url("/graphql"))
            .json(&json!({ "query": "{ wait(millis: 700) }" }));
        async move { request.send().await.unwrap().json::<Value>().await.unwrap() }
    });
    tokio::time::sleep(Duration::from_millis(300)).await;
    world.stop();
    assert_eq!(closed(&mut socket).await, 1012);
    assert_eq!(request.await.unwrap()["data"]["wait"], 700);
    let address = world.address;
    world.stopped().await;
    assert!(tokio::net::TcpStream::connect(address).await.is_err());
}

#[tokio::test]
async fn foreign_pages_may_not_connect() {
    let world = World::start().await;
    let own = format!("http://{}", world.address);
    for (origin, allowed) in [
        (ORIGIN, true),
        (own.as_str(), true),
        ("https://bellehouse.ne.evil.example", false),
        ("null", false),
    ] {
        let connected = Socket::connect(world.address, &[("Origin", origin)]).await;
        assert_eq!(connected.is_ok(), allowed, "{origin}");
    }
}

#[tokio::test]
async fn resume_from_reaches_the_stream() {
    let world = World::start().await;
    let mut socket = Socket::open(world.address, json!({ "resumeFrom": "cursor" }))
        .await
        .unwrap();
    socket
        .subscribe("1", "subscription { resumedFrom }", json!({}))
        .await
        .unwrap();
    assert_eq!(
        message(&mut socket).await["payload"]["data"]["resumedFrom"],
        "cursor"
    );
}

/// A client that hangs up without an answer reports 1006, an accident.
#[tokio::test]
async fn a_goodbye_is_answered() {
    use futures_util::StreamExt as _;
    use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest as _};
    let world = World::start().await;
    let mut request = format!("ws://{}/graphql", world.address)
        .into_client_request()
        .unwrap();
    let protocol = "graphql-transport-ws".parse().unwrap();
    request.headers_mut().insert("Sec-WebSocket-Protocol", protocol);
    let stream = tokio::net::TcpStream::connect(world.address).await.unwrap();
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    socket.close(None).await.unwrap();
    let answer = tokio::time::timeout(Duration::from_secs(5), socket.next())
        .await
        .unwrap();
    assert!(matches!(answer, Some(Ok(Message::Close(_)))), "{answer:?}");
}

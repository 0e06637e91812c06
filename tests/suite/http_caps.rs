//! How large an answer may be, and how much may be going on at a time, over real sockets.

use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};
use std::sync::atomic::Ordering;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::http_world::World;

const WAIT: &str = "{ wait(millis: 600000) }";

async fn next(socket: &mut Socket) -> Value {
    match socket.receive().await.unwrap() {
        Incoming::Message(message) => message,
        closed => panic!("{closed:?}"),
    }
}

/// What an operation over WebSocket is answered with first.
async fn first(socket: &mut Socket, id: &str, query: &str) -> Value {
    socket.subscribe(id, query, json!({})).await.unwrap();
    next(socket).await
}

fn limited(error: &Value, words: &str) {
    let told = error["message"].as_str().unwrap_or_default();
    assert_eq!(error["extensions"]["code"], "RATE_LIMITED", "{error}");
    assert_eq!(error["extensions"]["retryAfterSeconds"], 5, "{error}");
    assert!(told.contains(words), "{told}");
}

#[tokio::test]
async fn an_answer_that_is_too_large_is_an_error_and_nothing_else() {
    let world = World::start().await;
    let large = "{ text(letters: 2000000) }";
    let (status, whole) = world.ask(None, large).await;
    assert_eq!(
        (status, whole["data"]["text"].as_str().unwrap().len()),
        (200, 4_000_000)
    );
    let larger = "{ text(letters: 1000000) other: text(letters: 1200000) }";
    let (status, refused) = world.ask(None, larger).await;
    assert_eq!((status, refused.get("data")), (400, None));
    let error = &refused["errors"][0];
    assert_eq!(error["extensions"]["code"], "LIMIT_EXCEEDED");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("more than the 4194304 allowed"),
        "{error}"
    );
    let mut socket = Socket::open(world.address, json!({})).await.unwrap();
    let refused = first(&mut socket, "1", larger).await;
    assert_eq!(
        (&refused["type"], &refused["payload"][0]["extensions"]["code"]),
        (&json!("error"), &json!("LIMIT_EXCEEDED"))
    );
    let whole = first(&mut socket, "2", "{ text(letters: 100000) }").await;
    assert_eq!(whole["payload"]["data"]["text"].as_str().unwrap().len(), 200_000);
    // Who changed something is told that it was.
    let (_, told) = world
        .ask(None, "mutation { countAtLength(letters: 3000000) }")
        .await;
    assert!(
        told["errors"][0]["message"]
            .as_str()
            .unwrap()
            .starts_with("The changes were made"),
        "{told}"
    );
    assert_eq!(world.written.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_large_answer_is_compressed_as_a_small_one_is() {
    let world = World::start().await;
    for (accepted, encoding) in [
        ("gzip", Some("gzip")),
        ("br, gzip", Some("br")),
        ("identity", None),
    ] {
        let answer = world
            .http
            .post(world.url("/graphql"))
            .header("accept-encoding", accepted)
            .json(&json!({ "query": "{ text(letters: 500000) }" }))
            .send()
            .await
            .unwrap();
        let sent = answer
            .headers()
            .get("content-encoding")
            .map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(sent.as_deref(), encoding);
        assert_eq!(
            answer.headers()["vary"],
            "Accept, Accept-Encoding, Accept-Language, Authorization"
        );
        let body = answer.bytes().await.unwrap();
        assert_eq!(body.len() > 1_000_000, encoding.is_none(), "{}", body.len());
    }
}

#[tokio::test]
async fn errors_are_few_and_short() {
    let world = World::start().await;
    let unknown: String = (0..3_900).map(|number| format!("unknown{number} ")).collect();
    let variables: String = (0..600).map(|number| format!("$v{number}: Int! ")).collect();
    let long = "x".repeat(200_000);
    for body in [
        json!({ "query": format!("{{ {unknown} }}") }),
        json!({ "query": format!("query({variables}) {{ hello }}") }),
        json!({ "query": format!("query($v: Int {}) {{ hello }}", "@skip(if: true) ".repeat(500)) }),
        json!({ "query": "query($v: Int) { wait(millis: $v) }", "variables": { "v": long } }),
        json!({ "query": "{ hello }", "operationName": long }),
        json!({ "query": format!("{{ wait(millis: \"{long}\") }}") }),
        json!({ "query": format!("{{ {long} }}") }),
        json!({ "query": "{ hello }", "variables": long }),
        json!(long),
        json!([long]),
        json!({ "query": { "a": long } }),
        json!({ "query": "{ hello }", "extensions": { "persistedQuery": { "version": 1, "sha256Hash": long } } }),
    ] {
        let answer = world
            .http
            .post(world.url("/graphql"))
            .json(&body)
            .send()
            .await
            .unwrap();
        let text = answer.text().await.unwrap();
        let answer: Value = serde_json::from_str(&text).unwrap();
        let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{text}"));
        assert!((1..=10).contains(&errors.len()), "{}", errors.len());
        assert!(text.len() <= 16 * 1024, "{} bytes", text.len());
    }
}

#[tokio::test]
async fn operations_at_a_time_are_capped_by_process_address_and_account() {
    for (caps, words) in [
        ("1,9,9", "on this server"),
        ("9,1,9", "from your address"),
        ("9,9,1", "of this account"),
    ] {
        let world = World::start_with(&[("OPERATIONS_AT_ONCE", caps)]).await;
        let token = world.staff_token().await;
        let mut socket = Socket::open_with_token(world.address, &token).await.unwrap();
        socket.subscribe("1", WAIT, json!({})).await.unwrap();
        let refused = first(&mut socket, "2", "{ hello }").await;
        assert_eq!((&refused["id"], &refused["type"]), (&json!("2"), &json!("error")));
        limited(&refused["payload"][0], words);
        // The same over HTTP, where the status says so besides.
        let answer = world
            .http
            .post(world.url("/graphql"))
            .bearer_auth(&token)
            .json(&json!({ "query": "{ hello }" }))
            .send()
            .await
            .unwrap();
        let busy = if caps == "1,9,9" { 503 } else { 429 };
        assert_eq!(
            (answer.status().as_u16(), &answer.headers()["retry-after"]),
            (busy, &"5".parse().unwrap())
        );
        limited(&answer.json::<Value>().await.unwrap()["errors"][0], words);
        // What ends makes room.
        socket
            .send(&json!({ "id": "1", "type": "complete" }))
            .await
            .unwrap();
        let answered = first(&mut socket, "3", "{ hello }").await;
        assert_eq!(answered["payload"]["data"]["hello"], "world");
    }
}

#[tokio::test]
async fn subscriptions_at_a_time_are_capped_by_process_address_and_account() {
    for (caps, words) in [
        ("1,9,9", "on this server"),
        ("9,1,9", "from your address"),
        ("9,9,1", "of this account"),
    ] {
        let settings = [("SUBSCRIPTIONS_AT_ONCE", caps), ("OPERATIONS_AT_ONCE", "1,1,1")];
        let world = World::start_with(&settings).await;
        let token = world.staff_token().await;
        let mut socket = Socket::open_with_token(world.address, &token).await.unwrap();
        let silence = "subscription { silence }";
        socket.subscribe("1", silence, json!({})).await.unwrap();
        let refused = first(&mut socket, "2", silence).await;
        limited(&refused["payload"][0], words);
        // A subscription is none of the operations that run.
        let answered = first(&mut socket, "3", "{ hello }").await;
        assert_eq!(answered["payload"]["data"]["hello"], "world");
        assert_eq!(next(&mut socket).await["type"], "complete");
        socket
            .send(&json!({ "id": "1", "type": "complete" }))
            .await
            .unwrap();
        let numbers = first(&mut socket, "4", "subscription { numbers(until: 1) }").await;
        assert_eq!(numbers["payload"]["data"]["numbers"], 1);
    }
}

/// What a new connection is answered with: status line and body.
async fn knock(world: &World) -> String {
    let mut stream = TcpStream::connect(world.address).await.unwrap();
    let request = "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn connections_are_capped_by_process_and_address_and_told_so() {
    for (caps, status) in [("2,9,9", "503"), ("9,2,9", "429")] {
        let world = World::start_with(&[("CONNECTIONS_AT_ONCE", caps)]).await;
        let mut socket = Socket::open(world.address, json!({})).await.unwrap();
        let idle = TcpStream::connect(world.address).await.unwrap();
        let refused = knock(&world).await;
        assert!(refused.starts_with(&format!("HTTP/1.1 {status}")), "{refused}");
        let lower = refused.to_ascii_lowercase();
        assert!(
            lower.contains("retry-after: 5") && lower.contains("connection: close"),
            "{refused}"
        );
        assert!(refused.contains(r#""code":"RATE_LIMITED""#), "{refused}");
        // Those inside go on.
        assert_eq!(
            first(&mut socket, "1", "{ hello }").await["payload"]["data"]["hello"],
            "world"
        );
        // What ends makes room, as soon as the server has seen the end.
        drop(idle);
        let mut answer = knock(&world).await;
        for _ in 0..1_000 {
            if answer.starts_with("HTTP/1.1 200") {
                break;
            }
            answer = knock(&world).await;
        }
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    }
}

#[tokio::test]
async fn websockets_are_capped_by_address_behind_a_proxy_and_by_account() {
    let settings = [("TRUSTED_PROXIES", "127.0.0.1"), ("CONNECTIONS_AT_ONCE", "9,2,1")];
    let world = World::start_with(&settings).await;
    let token = world.staff_token().await;
    let from = |address: &'static str| async move {
        Socket::connect(world.address, &[("X-Forwarded-For", address)]).await
    };
    let (_one, _two) = (
        from("203.0.113.7").await.unwrap(),
        from("203.0.113.7").await.unwrap(),
    );
    let refused = from("203.0.113.7").await.unwrap_err().to_string();
    assert!(refused.contains("429"), "{refused}");
    let init =
        json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    let mut first = from("203.0.113.8").await.unwrap();
    first.send(&init).await.unwrap();
    assert_eq!(next(&mut first).await["type"], "connection_ack");
    let mut second = from("203.0.113.9").await.unwrap();
    second.send(&init).await.unwrap();
    match second.receive().await.unwrap() {
        Incoming::Closed { code, reason } => {
            assert_eq!(
                (code, reason.as_str()),
                (1013, "Try again later: too many connections of this account")
            );
        }
        other => panic!("{other:?}"),
    }
}

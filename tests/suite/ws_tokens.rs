//! Access tokens over WebSocket: in each place where stock clients put them, in both dialects.

use std::time::Duration;

use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};

use crate::http_world::World;

/// The subprotocols and how they start an operation.
const DIALECTS: [(&str, &str); 2] = [("graphql-transport-ws", "subscribe"), ("graphql-ws", "start")];

/// Who the server takes a client for.
#[derive(Debug, PartialEq)]
enum Who {
    Staff,
    Visitor,
    /// Nobody: the close code and its reason, and what a `connection_error` said before.
    Refused(u16, String, Option<Value>),
}

/// Connects, initialises, and asks for what staff alone may know.
async fn who(world: &World, dialect: (&str, &str), upgrade: Option<&str>, payload: &Value) -> Who {
    let headers: Vec<_> = upgrade
        .map(|value| ("Authorization", value))
        .into_iter()
        .collect();
    let (protocol, start) = dialect;
    let mut socket = Socket::connect_with(world.address, Some(protocol), &headers)
        .await
        .unwrap();
    let init = json!({ "type": "connection_init", "payload": payload });
    let ask =
        json!({ "type": start, "id": "1", "payload": { "query": "{ __schema { queryType { name } } }" } });
    for message in [init, ask] {
        // It may be closed already.
        let _ = socket.send(&message).await;
    }
    let mut told = None;
    loop {
        let incoming = tokio::time::timeout(Duration::from_secs(10), socket.receive());
        match incoming.await.unwrap().unwrap() {
            Incoming::Closed { code, reason } => return Who::Refused(code, reason, told),
            Incoming::Message(message) => match message["type"].as_str() {
                Some("next" | "data") => return Who::Staff,
                Some("error") => {
                    assert!(message.to_string().contains("UNAUTHENTICATED"), "{message}");
                    return Who::Visitor;
                }
                Some("connection_error") => told = Some(message["payload"].clone()),
                _ => {}
            },
        }
    }
}

#[tokio::test]
async fn tokens_are_read_where_stock_clients_put_them() {
    let world = World::start().await;
    let token = world.staff_token().await;
    let bearer = format!("Bearer {token}");
    let small = format!("bearer {token}");
    for dialect in DIALECTS {
        for payload in [
            json!({ "Authorization": bearer }),
            json!({ "authorization": small }),
            json!({ "AUTHORIZATION": token }),
            json!({ "headers": { "Authorization": bearer } }),
            json!({ "headers": { "authorization": small } }),
            json!({ "authToken": token }),
            json!({ "token": token }),
            json!({ "accessToken": bearer }),
        ] {
            assert_eq!(
                who(&world, dialect, None, &payload).await,
                Who::Staff,
                "{dialect:?}: {payload}"
            );
        }
        for header in [&bearer, &small] {
            for payload in [json!(null), json!({}), json!({ "resumeFrom": null })] {
                let found = who(&world, dialect, Some(header), &payload).await;
                assert_eq!(found, Who::Staff, "{dialect:?}: {payload}");
            }
        }
        // What the client says last counts.
        let payload = json!({ "authToken": token });
        assert_eq!(
            who(&world, dialect, Some("Bearer old"), &payload).await,
            Who::Staff
        );
    }
}

#[tokio::test]
async fn who_sends_no_token_is_a_visitor() {
    let world = World::start().await;
    for dialect in DIALECTS {
        for payload in [
            json!(null),
            json!({}),
            json!({ "Authorization": null }),
            json!({ "headers": { "authorization": "" } }),
        ] {
            assert_eq!(
                who(&world, dialect, None, &payload).await,
                Who::Visitor,
                "{payload}"
            );
        }
        // For a proxy on the way.
        assert_eq!(
            who(&world, dialect, Some("Basic YTpi"), &json!({})).await,
            Who::Visitor
        );
    }
}

#[tokio::test]
async fn credentials_that_cannot_be_read_never_make_a_visitor() {
    let world = World::start().await;
    let token = world.staff_token().await;
    for dialect in DIALECTS {
        for (upgrade, payload, reason) in [
            (None, json!({ "Authorization": 5 }), "as text"),
            (
                None,
                json!({ "headers": [["Authorization", "Bearer t"]] }),
                "as text",
            ),
            (None, json!({ "Authorization": "Bearer " }), "empty"),
            (None, json!({ "Authorization": "Basic YTpi" }), "scheme Bearer"),
            (None, json!({ "jwt": token }), "send the token as"),
            (
                None,
                json!({ "context": { "session": token } }),
                "send the token as",
            ),
            (None, json!({ "token": "nonsense" }), "not valid"),
            (Some("Bearer nonsense"), json!({}), "not valid"),
            (Some("Token abc"), json!({}), "scheme Bearer"),
        ] {
            let Who::Refused(code, said, told) = who(&world, dialect, upgrade, &payload).await else {
                panic!("{dialect:?}: {payload}")
            };
            assert_eq!(code, 4401, "{payload}");
            assert!(said.contains(reason), "{payload}: {said}");
            let told = told.map(|error| (error["message"].clone(), error["extensions"]["code"].clone()));
            let expected = (dialect.0 == "graphql-ws").then(|| (json!(said), json!("UNAUTHENTICATED")));
            assert_eq!(told, expected, "{payload}");
        }
    }
}

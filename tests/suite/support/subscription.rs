//! A subscription as an app holds it: events come, connections go and come back.

use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;

/// How long an event may take on a busy machine before the test says that it never came.
pub const PATIENCE: Duration = Duration::from_secs(15);

/// One operation on a connection of its own. Dropped, the connection breaks without a word.
#[derive(Debug)]
pub struct Subscription {
    socket: Option<Socket>,
    query: String,
    closed: Option<(u16, String)>,
}

impl Subscription {
    /// Connects, is acknowledged, and starts the operation.
    pub async fn start(address: SocketAddr, token: &str, query: &str, variables: Value) -> Self {
        Self::start_with(
            address,
            json!({ "Authorization": format!("Bearer {token}") }),
            query,
            variables,
        )
        .await
    }

    /// As [`Subscription::start`], with a `connection_init` payload of one's choice.
    pub async fn start_with(address: SocketAddr, payload: Value, query: &str, variables: Value) -> Self {
        let mut socket = Socket::open(address, payload).await.unwrap();
        socket.subscribe("1", query, variables).await.unwrap();
        Self {
            socket: Some(socket),
            query: query.to_owned(),
            closed: None,
        }
    }

    /// The next event's `data`; an error, a completion or a closed connection fails the test.
    pub async fn next(&mut self) -> Value {
        let message = self.next_message().await;
        assert_eq!(message["type"], "next", "an event was expected: {message}");
        assert!(
            message["payload"]["errors"].is_null(),
            "the event has errors: {message}"
        );
        message["payload"]["data"].clone()
    }

    /// The value of the one root field of the next event: `next_event()["cursor"]`.
    pub async fn next_event(&mut self) -> Value {
        let data = self.next().await;
        let object = data.as_object().unwrap();
        object.values().next().unwrap().clone()
    }

    /// Events until one satisfies the condition, which comes back; the others are passed over.
    pub async fn next_event_where(&mut self, condition: impl Fn(&Value) -> bool) -> Value {
        loop {
            let event = self.next_event().await;
            if condition(&event) {
                return event;
            }
        }
    }

    /// The next message of the protocol, whatever its type.
    pub async fn next_message(&mut self) -> Value {
        let socket = self.socket.as_mut().unwrap();
        match socket.receive_within(PATIENCE).await.unwrap() {
            Some(Incoming::Message(message)) => message,
            Some(Incoming::Closed { code, reason }) => {
                panic!("{}: closed with {code} {reason:?}", self.query)
            }
            None => panic!("{}: nothing came in {PATIENCE:?}", self.query),
        }
    }

    /// The next message of the protocol, if one comes in time.
    pub async fn next_within(&mut self, time: Duration) -> Option<Value> {
        let socket = self.socket.as_mut().unwrap();
        match socket.receive_within(time).await.unwrap()? {
            Incoming::Message(message) => Some(message),
            Incoming::Closed { code, reason } => panic!("{}: closed with {code} {reason:?}", self.query),
        }
    }

    /// Asserts that nothing comes for a while.
    pub async fn expect_silence(&mut self, time: Duration) {
        let socket = self.socket.as_mut().unwrap();
        if let Some(incoming) = socket.receive_within(time).await.unwrap() {
            panic!("{}: nothing was to come, but: {incoming:?}", self.query);
        }
    }

    /// Waits until the server closes the connection, passing over what still comes; its code and reason.
    pub async fn closed_within(&mut self, time: Duration) -> (u16, String) {
        if let Some(closed) = &self.closed {
            return closed.clone();
        }
        let socket = self.socket.as_mut().unwrap();
        let close = async {
            loop {
                if let Incoming::Closed { code, reason } = socket.receive().await.unwrap() {
                    return (code, reason);
                }
            }
        };
        let Ok(closed) = tokio::time::timeout(time, close).await else {
            panic!("{}: still open after {time:?}", self.query);
        };
        self.socket = None;
        self.closed = Some(closed.clone());
        closed
    }

    /// The tunnel: the connection breaks without a word.
    pub fn disconnect(&mut self) {
        self.socket = None;
    }

    /// The end of the tunnel: a new connection, perhaps to another instance, with other variables.
    pub async fn reconnect(&mut self, address: SocketAddr, token: &str, variables: Value) {
        *self = Self::start(address, token, &self.query, variables).await;
    }
}

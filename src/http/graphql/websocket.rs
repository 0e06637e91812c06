//! GraphQL over WebSocket in two dialects, by the subprotocol that the client asks for: `graphql-transport-ws`, with every
//! close code it names, and the legacy `graphql-ws`, which Dart's graphql_flutter speaks unless told otherwise. They differ
//! in their messages alone (`message.rs`); docs/decisions/0020-two-websocket-dialects.md says what is async-graphql's.
//!
//! One task a connection and no channel inside it: while a message waits to be sent nothing is read from the
//! operations, so a slow reader slows its own producers and nothing piles up here.

mod close;
mod connection;
mod credentials;
mod message;

use std::{sync::Arc, time::Duration};

use async_graphql::http::ALL_WEBSOCKET_PROTOCOLS;
use axum::{
    extract::{Extension, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use self::connection::Connection;
use super::Endpoint;
use crate::http::{
    caps::Place,
    language,
    middleware::{ClientAddress, RequestId},
};

/// The largest message taken, in bytes (DESIGN.md 6).
const MAX_MESSAGE: usize = 64 * 1024;
/// What a connection reads at a time, in bytes, and keeps: clients say little once they have subscribed, and a larger
/// message makes its own room.
const READ_BUFFER: usize = 512;
/// Operations at a time on one connection.
const MAX_OPERATIONS: usize = 20;
/// How long a client may take for `connection_init`.
const INIT_TIMEOUT: Duration = Duration::from_secs(5);
/// How often a silent client is asked whether it is there.
const PING_INTERVAL: Duration = Duration::from_secs(25);
/// How often the legacy dialect says `ka`. Its clients hang up after 30 seconds without one, so two may be late.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(10);
/// How long one message may take to leave; phones that vanished are dropped then.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the closing handshake may take.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(2);

/// Upgrades `GET /graphql`.
pub async fn handle(
    State(endpoint): State<Endpoint>,
    Extension(request_id): Extension<RequestId>,
    Extension(address): Extension<ClientAddress>,
    connection: Option<Arc<Place>>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Response {
    let upgrade = match upgrade {
        Ok(upgrade) => upgrade,
        Err(rejection) => return rejection.into_response(),
    };
    // A browser says which page asks (RFC 6455, 10.2); apps send no Origin.
    if let Some(origin) = headers.get(header::ORIGIN)
        && !endpoint
            .0
            .allows_origin(origin.to_str().unwrap_or_default(), &headers)
    {
        return (
            StatusCode::FORBIDDEN,
            "This origin may not connect; CORS_ALLOWED_ORIGINS lists those that may.\n",
        )
            .into_response();
    }
    let place = match endpoint.caps().sockets.enter(Some(address.0), None) {
        Ok(place) => place,
        Err(full) => return full.refusal("connections"),
    };
    let upgrade_token = credentials::in_upgrade(&headers);
    let language = language::asked_for(&headers);
    let user_agent = super::user_agent(&headers);
    upgrade
        // Of a client that offers both, the first.
        .protocols(ALL_WEBSOCKET_PROTOCOLS)
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(8 * 1024 * 1024)
        .on_upgrade(move |socket| {
            let carrier = connection;
            let connection = Connection::new(
                endpoint.clone(),
                socket,
                place,
                upgrade_token,
                request_id.0,
                address.0,
                language,
            )
            .of_user_agent(user_agent);
            let served = connection.run();
            endpoint.track(async move {
                served.await;
                drop(carrier);
            })
        })
}

impl super::EndpointParts {
    /// Whether a page of `origin` may connect: one that is listed, or one that this server itself serves.
    fn allows_origin(&self, origin: &str, headers: &HeaderMap) -> bool {
        let own = headers
            .get(header::HOST)
            .and_then(|host| host.to_str().ok())
            .is_some_and(|host| {
                origin
                    .strip_prefix("http://")
                    .or_else(|| origin.strip_prefix("https://"))
                    == Some(host)
            });
        own || self.allowed_origins.iter().any(|allowed| allowed == origin)
    }
}

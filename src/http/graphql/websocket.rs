//! GraphQL over WebSocket by the `graphql-transport-ws` subprotocol
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>), with every close code it names.
//!
//! One task a connection and no channel inside it: while a message waits to be sent nothing is read from the
//! operations, so a slow reader slows its own producers and nothing piles up here.

mod connection;
mod message;

use std::time::Duration;

use axum::{
    extract::{Extension, State, WebSocketUpgrade, ws::rejection::WebSocketUpgradeRejection},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};

use self::connection::Connection;
use super::Endpoint;
use crate::http::middleware::{ClientAddress, RequestId};

/// The subprotocol.
pub const PROTOCOL: &str = "graphql-transport-ws";
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
/// How long one message may take to leave; phones that vanished are dropped then.
const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// How long the closing handshake may take.
const FAREWELL_TIMEOUT: Duration = Duration::from_secs(2);

/// Upgrades `GET /graphql`.
pub async fn handle(
    State(endpoint): State<Endpoint>,
    Extension(request_id): Extension<RequestId>,
    Extension(address): Extension<ClientAddress>,
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
    upgrade
        .protocols([PROTOCOL])
        .max_message_size(MAX_MESSAGE)
        .max_frame_size(MAX_MESSAGE)
        .read_buffer_size(READ_BUFFER)
        .write_buffer_size(0)
        .max_write_buffer_size(8 * 1024 * 1024)
        .on_upgrade(move |socket| {
            let connection = Connection::new(endpoint.clone(), socket, request_id.0, address.0);
            endpoint.track(connection.run())
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

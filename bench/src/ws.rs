//! A `graphql-transport-ws` client that does what it is told, also what a well-behaved client wouldn't.

use anyhow::{Context as _, Result, bail};
use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};

/// The subprotocol of <https://github.com/enisdenjo/graphql-ws>.
pub const PROTOCOL: &str = "graphql-transport-ws";

/// What the server sent.
#[derive(Debug, Clone, PartialEq)]
pub enum Incoming {
    /// A message of the protocol.
    Message(Value),
    /// The connection is over. A server that vanished without a close frame has code 1006, as in browsers.
    Closed {
        /// The close code.
        code: u16,
        /// The reason that came with it.
        reason: String,
    },
}

impl Incoming {
    /// The message's `type`, or nothing when the connection is over.
    #[must_use]
    pub fn kind(&self) -> Option<&str> {
        match self {
            Self::Message(message) => message["type"].as_str(),
            Self::Closed { .. } => None,
        }
    }
}

/// One WebSocket. Pings of the transport are answered by the library while [`Socket::receive`] is polled;
/// the protocol's own `ping` is answered here unless [`Socket::answer_pings`] is off.
#[derive(Debug)]
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// Whether `{"type":"ping"}` gets its `pong` by itself.
    pub answer_pings: bool,
}

impl Socket {
    /// Connects without saying anything yet. `headers` are added to the handshake (`Origin`, say).
    pub async fn connect(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self> {
        Self::connect_with(address, Some(PROTOCOL), headers).await
    }

    /// As [`Socket::connect`], with a subprotocol of one's choice or none.
    pub async fn connect_with(
        address: SocketAddr,
        protocol: Option<&str>,
        headers: &[(&'static str, &str)],
    ) -> Result<Self> {
        let mut request = format!("ws://{address}/graphql").into_client_request()?;
        if let Some(protocol) = protocol {
            request
                .headers_mut()
                .insert("Sec-WebSocket-Protocol", HeaderValue::from_str(protocol)?);
        }
        for (name, value) in headers {
            request.headers_mut().insert(*name, HeaderValue::from_str(value)?);
        }
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let config = WebSocketConfig::default()
            .read_buffer_size(4096)
            .write_buffer_size(0);
        let (stream, _) = tokio_tungstenite::client_async_with_config(request, stream, Some(config)).await?;
        Ok(Self {
            stream,
            answer_pings: true,
        })
    }

    /// Connects, sends `connection_init` with the payload, and waits for the acknowledgement.
    pub async fn open(address: SocketAddr, payload: Value) -> Result<Self> {
        let mut socket = Self::connect(address, &[]).await?;
        socket
            .send(&json!({ "type": "connection_init", "payload": payload }))
            .await?;
        match socket.receive().await? {
            Incoming::Message(message) if message["type"] == "connection_ack" => Ok(socket),
            other => bail!("no connection_ack: {other:?}"),
        }
    }

    /// Connects as the holder of an access token.
    pub async fn open_with_token(address: SocketAddr, token: &str) -> Result<Self> {
        Self::open(address, json!({ "Authorization": format!("Bearer {token}") })).await
    }

    /// Sends a protocol message.
    pub async fn send(&mut self, message: &Value) -> Result<()> {
        self.send_text(message.to_string()).await
    }

    /// Sends any text, JSON or not.
    pub async fn send_text(&mut self, text: String) -> Result<()> {
        Ok(self.stream.send(Message::text(text)).await?)
    }

    /// Sends a binary frame, which the protocol doesn't have.
    pub async fn send_binary(&mut self, bytes: Vec<u8>) -> Result<()> {
        Ok(self.stream.send(Message::binary(bytes)).await?)
    }

    /// Starts an operation under an id of one's choice.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) -> Result<()> {
        self.send(&json!({
            "id": id, "type": "subscribe", "payload": { "query": query, "variables": variables },
        }))
        .await
    }

    /// Ends an operation.
    pub async fn complete(&mut self, id: &str) -> Result<()> {
        self.send(&json!({ "id": id, "type": "complete" })).await
    }

    /// The next thing the server says, as text: for a load generator that parses what it must alone.
    pub async fn receive_text(&mut self) -> Result<Result<String, Incoming>> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(Ok(text.as_str().to_owned())),
                Some(Ok(Message::Close(frame))) => {
                    let (code, reason) = frame.map_or((1005, String::new()), |frame| {
                        (frame.code.into(), frame.reason.to_string())
                    });
                    // Polling on finishes the closing handshake; what comes of it no longer matters.
                    let _ = tokio::time::timeout(Duration::from_millis(200), self.stream.next()).await;
                    return Ok(Err(Incoming::Closed { code, reason }));
                }
                Some(Ok(Message::Binary(bytes))) => bail!("a binary message of {} bytes", bytes.len()),
                Some(Ok(_)) => {}
                Some(Err(
                    Error::ConnectionClosed | Error::AlreadyClosed | Error::Io(_) | Error::Protocol(_),
                ))
                | None => {
                    return Ok(Err(Incoming::Closed {
                        code: 1006,
                        reason: String::new(),
                    }));
                }
                Some(Err(error)) => return Err(error.into()),
            }
        }
    }

    /// The next thing the server says.
    pub async fn receive(&mut self) -> Result<Incoming> {
        loop {
            let text = match self.receive_text().await? {
                Ok(text) => text,
                Err(closed) => return Ok(closed),
            };
            let message: Value = serde_json::from_str(&text).with_context(|| format!("not JSON: {text}"))?;
            if self.answer_pings && message["type"] == "ping" {
                self.send(&json!({ "type": "pong" })).await?;
                continue;
            }
            return Ok(Incoming::Message(message));
        }
    }

    /// Whether something comes within the time; `None` if not.
    pub async fn receive_within(&mut self, time: Duration) -> Result<Option<Incoming>> {
        match tokio::time::timeout(time, self.receive()).await {
            Ok(incoming) => Ok(Some(incoming?)),
            Err(_) => Ok(None),
        }
    }

    /// Says goodbye, as an app does that is put away.
    pub async fn close(mut self) -> Result<()> {
        self.stream.close(None).await?;
        Ok(())
    }
}

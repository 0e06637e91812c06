//! The messages of graphql-transport-ws and its close codes.

use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::graphql::{Params, Refused};
use platform::graphql::limits::{Limits, count_json};

/// Why the server closes a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Close {
    /// 1009: a message larger than we take.
    TooBig,
    /// 1012: the server restarts; reconnect.
    ServiceRestart,
    /// 4400: a message that the protocol doesn't have.
    BadMessage,
    /// 4401: `subscribe` before `connection_init`, or a token that is no good; sign in.
    Unauthorized,
    /// 4403: the access token ran out; reconnect with a fresh one.
    Expired,
    /// 4406: the client doesn't speak this subprotocol.
    UnacceptableProtocol,
    /// 4408: no `connection_init` in time.
    InitTimeout,
    /// 4409: an operation with this id is running.
    DuplicateId,
    /// 4429: a second `connection_init`.
    SecondInit,
    /// 4500: our own fault.
    Internal,
}

impl Close {
    /// Code and reason, as the protocol words them where it does.
    pub(super) fn code_and_reason(self) -> (u16, &'static str) {
        match self {
            Self::TooBig => (1009, "Message too big"),
            Self::ServiceRestart => (1012, "Service restart"),
            Self::BadMessage => (4400, "Invalid message"),
            Self::Unauthorized => (4401, "Unauthorized"),
            Self::Expired => (4403, "Forbidden: the access token has run out"),
            Self::UnacceptableProtocol => (4406, "Subprotocol not acceptable"),
            Self::InitTimeout => (4408, "Connection initialisation timeout"),
            Self::DuplicateId => (4409, "Subscriber already exists"),
            Self::SecondInit => (4429, "Too many initialisation requests"),
            Self::Internal => (4500, "Internal error"),
        }
    }
}

/// What a client says.
#[derive(Debug)]
pub(super) enum Incoming {
    ConnectionInit(Init),
    Ping,
    Pong,
    /// An operation, or why it is not even read.
    Subscribe {
        id: String,
        params: Result<Params, Refused>,
    },
    Complete {
        id: String,
    },
}

/// The payload of `connection_init`.
#[derive(Debug, Default)]
pub(super) struct Init {
    /// An access token, from `Authorization: "Bearer …"`, `accessToken` or `authToken`.
    pub(super) token: Option<String>,
    /// The cursor of the last event seen.
    pub(super) resume_from: Option<String>,
}

#[derive(Deserialize)]
struct RawMessage<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a serde_json::value::RawValue>,
}

impl Incoming {
    /// Reads a message; `None` when the protocol doesn't have it.
    pub(super) fn parse(text: &str) -> Option<Self> {
        // serde would take an array for the struct's members in order.
        let raw: RawMessage<'_> = text
            .trim_start()
            .starts_with('{')
            .then(|| serde_json::from_str(text).ok())??;
        let id = || raw.id.clone().filter(|id| !id.is_empty());
        match raw.kind {
            "connection_init" => Some(Self::ConnectionInit(Init::parse(raw.payload)?)),
            "ping" => Some(Self::Ping),
            "pong" => Some(Self::Pong),
            "subscribe" => Some(Self::Subscribe {
                id: id()?,
                params: match Params::from_json(raw.payload?.get().as_bytes()) {
                    Err(refused) if !refused.is_limit() => return None,
                    params => params,
                },
            }),
            "complete" => Some(Self::Complete { id: id()? }),
            _ => None,
        }
    }
}

impl Init {
    fn parse(payload: Option<&serde_json::value::RawValue>) -> Option<Self> {
        let Some(payload) = payload else {
            return Some(Self::default());
        };
        count_json(payload.get().as_bytes(), &Limits::default()).ok()?;
        let payload: Option<Map<String, Value>> = serde_json::from_str(payload.get()).ok()?;
        let payload = payload.unwrap_or_default();
        // A credential that can't be read must not pass for none: its owner would be a visitor and never know.
        let text = |name: &str| match payload.get(name) {
            None | Some(Value::Null) => Some(None),
            Some(Value::String(text)) => Some(Some(text.clone())),
            Some(_) => None,
        };
        let bare = text("accessToken")?.or(text("authToken")?);
        let header = text("Authorization")?.or(text("authorization")?);
        let token = bare
            .or_else(|| header.map(|header| header.strip_prefix("Bearer ").unwrap_or(&header).to_owned()));
        Some(Self {
            token: token.filter(|token| !token.is_empty()),
            resume_from: text("resumeFrom")?,
        })
    }
}

/// What the server says.
#[derive(Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(super) enum Outgoing<'a> {
    ConnectionAck,
    Pong,
    Next { id: &'a str, payload: &'a Response },
    Error { id: &'a str, payload: &'a [ServerError] },
    Complete { id: &'a str },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_token_in_its_usual_places() {
        for payload in [
            r#"{"Authorization":"Bearer t"}"#,
            r#"{"authorization":"Bearer t"}"#,
            r#"{"accessToken":"t"}"#,
            r#"{"authToken":"t"}"#,
        ] {
            let text = format!(r#"{{"type":"connection_init","payload":{payload}}}"#);
            let Some(Incoming::ConnectionInit(init)) = Incoming::parse(&text) else {
                panic!("{text}")
            };
            assert_eq!(init.token.as_deref(), Some("t"));
        }
        assert!(matches!(
            Incoming::parse(r#"{"type":"connection_init"}"#),
            Some(Incoming::ConnectionInit(_))
        ));
        assert!(matches!(
            Incoming::parse(r#"{"type":"connection_init","payload":null}"#),
            Some(Incoming::ConnectionInit(_))
        ));
    }

    #[test]
    fn refuses_what_the_protocol_does_not_have() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":3}"#,
            r#"{"type":"connection_init","payload":{"Authorization":5}}"#,
            r#"["connection_init",null,null]"#,
            r#"{"type":"subscribe","id":"1","payload":["{a}",null,null,null]}"#,
        ] {
            assert!(Incoming::parse(text).is_none(), "{text}");
        }
    }
}

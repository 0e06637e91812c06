//! What clients and the server say to each other, in both dialects: graphql-transport-ws
//! (<https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>) and, before it, subscriptions-transport-ws
//! (<https://github.com/apollographql/subscriptions-transport-ws/blob/master/PROTOCOL.md>), whose subprotocol is called
//! `graphql-ws`. Read and written here; what the messages do is the connection's, and the same for both.

/// The dialects by their subprotocols; [`Dialect::GraphQLWS`] is graphql-transport-ws.
pub(super) use async_graphql::http::WebSocketProtocols as Dialect;
use async_graphql::{Response, ServerError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, value::RawValue};

use super::{
    close::Close,
    credentials::{self, Unreadable},
};
use crate::http::graphql::{BAD_REQUEST, Params, Refused};
use platform::graphql::limits::{Limits, count_json};

/// What a client says.
#[derive(Debug)]
pub(super) enum Incoming {
    /// `connection_init`.
    Init(Init),
    /// `ping` of graphql-transport-ws.
    Ping,
    /// `pong` of graphql-transport-ws.
    Pong,
    /// `subscribe`, or `start`: an operation, or why it is not even read.
    Start {
        id: String,
        params: Result<Params, Refused>,
    },
    /// `complete`, or `stop`.
    Stop { id: String },
    /// `connection_terminate` of the legacy dialect.
    Terminate,
}

/// A message that the dialect doesn't have, and the operation that it names.
#[derive(Debug)]
pub(super) struct Invalid(pub(super) Option<String>);

/// The payload of `connection_init`.
#[derive(Debug)]
pub(super) struct Init {
    /// An access token.
    pub(super) token: Result<Option<String>, Unreadable>,
    /// The cursor of the last event seen.
    pub(super) resume_from: Option<String>,
}

#[derive(Deserialize)]
struct RawMessage<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: Option<String>,
    #[serde(borrow)]
    payload: Option<&'a RawValue>,
}

impl Incoming {
    /// Reads a message.
    ///
    /// # Errors
    /// When the dialect doesn't have it.
    pub(super) fn parse(dialect: Dialect, text: &str) -> Result<Self, Invalid> {
        // serde would take an array for the struct's members in order.
        let RawMessage { kind, id, payload } = Some(text)
            .filter(|text| text.trim_start().starts_with('{'))
            .and_then(|text| serde_json::from_str(text).ok())
            .ok_or(Invalid(None))?;
        let id = id.filter(|id| !id.is_empty());
        let message = match (dialect, kind) {
            (_, "connection_init") => Init::parse(payload).map(Self::Init),
            (Dialect::GraphQLWS, "ping") => Some(Self::Ping),
            (Dialect::GraphQLWS, "pong") => Some(Self::Pong),
            (Dialect::GraphQLWS, "subscribe") | (Dialect::SubscriptionsTransportWS, "start") => {
                match (
                    &id,
                    payload.map(|payload| Params::from_json(payload.get().as_bytes())),
                ) {
                    (None, _) | (_, None) => None,
                    // The newer dialect has no word for it but the end of the connection.
                    (_, Some(Err(refused)))
                        if dialect == Dialect::GraphQLWS && refused.code == BAD_REQUEST =>
                    {
                        None
                    }
                    (Some(id), Some(params)) => Some(Self::Start {
                        id: id.clone(),
                        params,
                    }),
                }
            }
            (Dialect::GraphQLWS, "complete") | (Dialect::SubscriptionsTransportWS, "stop") => {
                id.clone().map(|id| Self::Stop { id })
            }
            (Dialect::SubscriptionsTransportWS, "connection_terminate") => Some(Self::Terminate),
            _ => None,
        };
        message.ok_or(Invalid(id))
    }
}

impl Init {
    fn parse(payload: Option<&RawValue>) -> Option<Self> {
        let payload: Option<Map<String, Value>> = match payload {
            Some(payload) => {
                count_json(payload.get().as_bytes(), &Limits::default()).ok()?;
                serde_json::from_str(payload.get()).ok()?
            }
            None => None,
        };
        let payload = payload.unwrap_or_default();
        let resume_from = match payload.get("resumeFrom") {
            None | Some(Value::Null) => None,
            Some(Value::String(cursor)) => Some(cursor.clone()),
            Some(_) => return None,
        };
        Some(Self {
            token: credentials::in_payload(&payload),
            resume_from,
        })
    }
}

/// What the server says.
#[derive(Debug, Clone, Copy)]
pub(super) enum Outgoing<'a> {
    /// `connection_ack`.
    Ack,
    /// `pong` of graphql-transport-ws.
    Pong,
    /// `ka` of the legacy dialect.
    KeepAlive,
    /// `connection_error` of the legacy dialect: why the connection ends or, of [`Close::BadMessage`], what it passed over.
    ConnectionError(Close),
    /// `next`, or `data`.
    Answer { id: &'a str, response: &'a Response },
    /// `error`: the operation has ended, or never ran.
    Error { id: &'a str, errors: &'a [ServerError] },
    /// `complete`.
    Complete { id: &'a str },
}

impl Outgoing<'_> {
    /// The message as its dialect has it.
    ///
    /// # Errors
    /// serde's, for what isn't JSON.
    pub(super) fn write(self, dialect: Dialect) -> serde_json::Result<String> {
        let is_legacy = dialect == Dialect::SubscriptionsTransportWS;
        match self {
            Self::Ack => message("connection_ack", None, None::<()>),
            Self::Pong => message("pong", None, None::<()>),
            Self::KeepAlive => message("ka", None, None::<()>),
            Self::ConnectionError(close) => {
                let (_, reason) = close.code_and_reason();
                let errors =
                    Refused::for_developers(close.error_code().unwrap_or(BAD_REQUEST), reason).into_errors();
                message("connection_error", None, LegacyError::of(&errors))
            }
            Self::Answer { id, response } => {
                message(if is_legacy { "data" } else { "next" }, Some(id), Some(response))
            }
            Self::Error { id, errors } if is_legacy => message("error", Some(id), LegacyError::of(errors)),
            Self::Error { id, errors } => message("error", Some(id), Some(errors)),
            Self::Complete { id } => message("complete", Some(id), None::<()>),
        }
    }
}

fn message<P: Serialize>(kind: &str, id: Option<&str>, payload: Option<P>) -> serde_json::Result<String> {
    #[derive(Serialize)]
    struct Message<'a, P> {
        #[serde(rename = "type")]
        kind: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        payload: Option<P>,
    }
    serde_json::to_string(&Message { kind, id, payload })
}

/// The legacy dialect has one error where the newer has a list. Its own client also looks for `errors` there.
#[derive(Serialize)]
struct LegacyError<'a> {
    #[serde(flatten)]
    first: &'a ServerError,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
}

impl<'a> LegacyError<'a> {
    fn of(errors: &'a [ServerError]) -> Option<Self> {
        let first = errors.first()?;
        let errors = if errors.len() > 1 { errors } else { &[] };
        Some(Self { first, errors })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Dialect; 2] = [Dialect::GraphQLWS, Dialect::SubscriptionsTransportWS];

    #[test]
    fn reads_what_both_have() {
        for dialect in BOTH {
            for payload in ["", r#","payload":null"#, r#","payload":{}"#] {
                let text = format!(r#"{{"type":"connection_init"{payload}}}"#);
                let Ok(Incoming::Init(init)) = Incoming::parse(dialect, &text) else {
                    panic!("{text}")
                };
                assert_eq!((init.token, init.resume_from), (Ok(None), None));
            }
        }
    }

    #[test]
    fn an_operation_starts_and_stops_in_each_dialect_s_words() {
        for (dialect, start, stop) in [
            (Dialect::GraphQLWS, "subscribe", "complete"),
            (Dialect::SubscriptionsTransportWS, "start", "stop"),
        ] {
            let start = format!(r#"{{"type":"{start}","id":"1","payload":{{"query":"{{a}}"}}}}"#);
            let stop = format!(r#"{{"type":"{stop}","id":"1"}}"#);
            let other = BOTH.into_iter().find(|other| *other != dialect).unwrap();
            assert!(matches!(
                Incoming::parse(dialect, &start),
                Ok(Incoming::Start { params: Ok(_), .. })
            ));
            assert!(matches!(
                Incoming::parse(dialect, &stop),
                Ok(Incoming::Stop { .. })
            ));
            for text in [start, stop] {
                let Err(Invalid(id)) = Incoming::parse(other, &text) else {
                    panic!("{text}")
                };
                assert_eq!(id.as_deref(), Some("1"));
            }
        }
    }

    #[test]
    fn refuses_what_neither_has() {
        for text in [
            "",
            "[]",
            "{}",
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"start","payload":{"query":"{a}"}}"#,
            r#"{"type":"start","id":"1"}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"stop"}"#,
            r#"{"type":"connection_ack"}"#,
            r#"{"type":"connection_init","payload":3}"#,
            r#"{"type":"connection_init","payload":{"resumeFrom":5}}"#,
            r#"["connection_init",null,null]"#,
        ] {
            for dialect in BOTH {
                assert!(Incoming::parse(dialect, text).is_err(), "{dialect:?}: {text}");
            }
        }
    }

    #[test]
    fn an_operation_without_a_document_ends_the_newer_connection_or_the_legacy_operation() {
        for payload in [r#"{"query":1}"#, r#"["{a}",null,null,null]"#] {
            let text = |kind: &str| format!(r#"{{"type":"{kind}","id":"1","payload":{payload}}}"#);
            assert!(
                Incoming::parse(Dialect::GraphQLWS, &text("subscribe")).is_err(),
                "{payload}"
            );
            assert!(matches!(
                Incoming::parse(Dialect::SubscriptionsTransportWS, &text("start")),
                Ok(Incoming::Start { params: Err(_), .. })
            ));
        }
    }

    #[test]
    fn several_errors_are_one_and_all_in_the_legacy_dialect() {
        let errors = ["a", "b"].map(|text| ServerError::new(text, None));
        let write = |dialect, errors| {
            let text = Outgoing::Error { id: "1", errors }.write(dialect).unwrap();
            serde_json::from_str::<Value>(&text).unwrap()["payload"].clone()
        };
        let legacy = write(Dialect::SubscriptionsTransportWS, &errors);
        assert_eq!(
            (&legacy["message"], &legacy["errors"][1]["message"]),
            (&"a".into(), &"b".into())
        );
        assert_eq!(
            write(Dialect::SubscriptionsTransportWS, &errors[..1]).get("errors"),
            None
        );
        assert_eq!(write(Dialect::GraphQLWS, &errors)[1]["message"], "b");
    }
}

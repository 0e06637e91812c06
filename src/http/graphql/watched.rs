//! How GraphQL requests are counted: by the name of the trusted document, which is one of those in the manifest, or
//! [`OTHER`]. What clients call their operations is never looked at: it is their text.

use std::time::Instant;

use async_graphql::{ServerError, Value, parser::types::OperationType};
use platform::metrics;

use crate::http::public_answers::PublicAnswer;

/// Documents that aren't trusted ones.
const OTHER: &str = "other";

/// The codes that errors have; another is told as `OTHER`.
const CODES: [&str; 11] = [
    "BAD_REQUEST",
    "FORBIDDEN",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
    "INTERNAL",
    "LIMIT_EXCEEDED",
    "NOT_FOUND",
    "PERSISTED_QUERY_NOT_FOUND",
    "RATE_LIMITED",
    "TIMEOUT",
    "UNAUTHENTICATED",
];

/// One request, counted when it is over, in whatever way.
#[derive(Debug)]
pub struct Watched {
    started: Option<Instant>,
    operation: &'static str,
    kind: &'static str,
    outcome: &'static str,
}

impl Watched {
    /// It begins.
    pub(super) fn begin() -> Self {
        Self {
            started: metrics::now(),
            operation: OTHER,
            kind: "unknown",
            outcome: "broken_off",
        }
    }

    /// The trusted document's name, if it is one.
    pub(super) fn document(&mut self, name: Option<&'static str>) {
        self.operation = name.unwrap_or(OTHER);
    }

    /// What kind of operation it turned out to be.
    pub(super) fn kind(&mut self, kind: OperationType) {
        self.kind = match kind {
            OperationType::Query => "query",
            OperationType::Mutation => "mutation",
            OperationType::Subscription => "subscription",
        };
    }

    /// It is answered, with these errors.
    pub(super) fn ended(&mut self, errors: &[ServerError]) {
        self.outcome = if errors.is_empty() {
            "ok"
        } else if errors
            .iter()
            .any(|error| matches!(code(error), "INTERNAL" | "TIMEOUT"))
        {
            "fault"
        } else {
            "error"
        };
    }

    /// It is answered with what was kept.
    pub(super) fn kept(&mut self, answer: &PublicAnswer) {
        self.document(answer.document());
        self.kind(OperationType::Query);
        self.ended(&[]);
    }

    /// A stream has begun. How long it goes on is the client's business.
    pub(super) fn streams(mut self) {
        self.outcome = "ok";
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(started) = self.started {
            metrics::GRAPHQL_REQUESTS.count([self.operation, self.kind, self.outcome]);
            if matches!(self.kind, "query" | "mutation") {
                metrics::GRAPHQL_SECONDS.observe(started.elapsed(), [self.operation]);
            }
        }
    }
}

/// Counts errors as a client is told them.
pub(super) fn count(errors: &[ServerError]) {
    if metrics::is_on() {
        for error in errors {
            metrics::GRAPHQL_ERRORS.count([code(error)]);
        }
    }
}

fn code(error: &ServerError) -> &'static str {
    let code = error.extensions.as_ref().and_then(|all| all.get("code"));
    let Some(Value::String(code)) = code else {
        return "OTHER";
    };
    CODES.into_iter().find(|known| known == code).unwrap_or("OTHER")
}

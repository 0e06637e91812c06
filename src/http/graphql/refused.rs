//! Why a request was not executed.

use async_graphql::ServerError;

use super::{INVALID_DOCUMENT, LIMIT_EXCEEDED, RATE_LIMITED};
use crate::http::caps::{Full, RETRY_AFTER_SECONDS};
use platform::{
    graphql::{coded, document, limits},
    messages::Message,
};

/// Errors of a request that never ran, at most: who reads more has mended the first before.
const MAX_ERRORS: usize = 10;
/// And the places of each.
const MAX_LOCATIONS: usize = 3;
/// The longest message of an error, in bytes: some repeat what was sent.
const MAX_MESSAGE: usize = 1_000;

/// Why a request was not executed: one error or more, each with its `extensions.code`.
#[derive(Debug)]
pub struct Refused {
    /// The code of the first.
    pub(super) code: &'static str,
    errors: Vec<ServerError>,
}

impl Refused {
    /// What a person is told.
    pub(super) fn new(code: &'static str, message: Message) -> Self {
        let error = coded(code, message).into_server_error(Default::default());
        Self {
            code,
            errors: vec![ServerError {
                locations: Vec::new(),
                ..error
            }],
        }
    }

    /// What comes while too much is going on.
    pub(super) fn full(full: Full, what: &str) -> Self {
        let mut refused = Self::for_developers(RATE_LIMITED, full.told(what));
        for error in &mut refused.errors {
            let extensions = error.extensions.get_or_insert_default();
            extensions.set("retryAfterSeconds", RETRY_AFTER_SECONDS);
        }
        refused
    }

    /// What the developer of a program is told, in English: that it doesn't send what GraphQL over HTTP and WebSocket asks
    /// for, or sends too much at once.
    pub(super) fn for_developers(code: &'static str, message: impl Into<String>) -> Self {
        let mut error = ServerError::new(message, None);
        error.extensions.get_or_insert_default().set("code", code);
        shorten(&mut error);
        Self {
            code,
            errors: vec![error],
        }
    }

    /// Whether a limit was broken.
    #[must_use]
    pub fn is_limit(&self) -> bool {
        self.code == LIMIT_EXCEEDED
    }

    /// Its errors.
    pub(super) fn errors(&self) -> &[ServerError] {
        &self.errors
    }

    /// As GraphQL errors, which [`Endpoint::tell`] puts in words.
    #[must_use]
    pub fn into_errors(self) -> Vec<ServerError> {
        self.errors
    }
}

impl From<limits::Refusal> for Refused {
    fn from(refusal: limits::Refusal) -> Self {
        Self::for_developers(LIMIT_EXCEEDED, refusal.to_string())
    }
}

impl From<Vec<ServerError>> for Refused {
    fn from(mut errors: Vec<ServerError>) -> Self {
        errors.truncate(MAX_ERRORS);
        errors.iter_mut().for_each(shorten);
        Self {
            code: INVALID_DOCUMENT,
            errors,
        }
    }
}

impl From<document::Refused> for Refused {
    fn from(refused: document::Refused) -> Self {
        match refused {
            document::Refused::Limit(refusal) => refusal.into(),
            document::Refused::Invalid(errors) => errors.into(),
        }
    }
}

/// Cuts what an error repeats of what was sent.
pub(super) fn shorten(error: &mut ServerError) {
    error.locations.truncate(MAX_LOCATIONS);
    if error.message.len() > MAX_MESSAGE {
        let end = error.message.floor_char_boundary(MAX_MESSAGE);
        error.message.truncate(end);
        error.message.push('…');
    }
}

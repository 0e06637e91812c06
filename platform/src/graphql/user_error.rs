//! `userErrors`: a caller's mistakes, in the payload; and top-level errors for everything else.

use async_graphql::{Enum, ErrorExtensions, InputType, SimpleObject};

use crate::error::{CommandError, ErrorCode, Violation};

/// What kind of mistake a `UserError` tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ErrorCode")]
pub enum UserErrorCode {
    /// A value is missing.
    Required,
    /// A value breaks a rule; the message says which.
    Invalid,
    /// A text is longer than allowed; the message says how long it may be.
    TooLong,
    /// There is no such record, or it is not yours.
    NotFound,
    /// Another record holds this value already.
    Taken,
    /// The record changed since you read it: the payload carries the current one. Look at it and send again.
    Conflict,
    /// The record's state does not allow this; the message says what to do instead.
    Locked,
    /// Your role does not allow this.
    Forbidden,
    /// This idempotency key was used with other input.
    KeyReused,
    /// The token, upload or link has run out; get a new one.
    Expired,
    /// Too many attempts; wait and try again.
    RateLimited,
}

/// A mistake in a mutation's input. Nothing was written.
#[derive(Debug, Clone, SimpleObject)]
pub struct UserError {
    /// The kind of mistake, for programs.
    pub code: UserErrorCode,
    /// What is wrong and what to do, for people (in English; translate by `code` and `field`).
    pub message: String,
    /// Where it is, such as `["input", "patch", "name"]`; null when no single value is to blame.
    pub field: Option<Vec<String>>,
}

impl From<Violation> for UserError {
    fn from(violation: Violation) -> Self {
        Self {
            code: violation.code.into(),
            message: violation.message,
            field: (!violation.field.is_empty()).then_some(violation.field),
        }
    }
}

/// A command's outcome as a payload has it: the value, or the mistakes.
pub type Payload<T> = (Option<T>, Vec<UserError>);

/// Splits a command's outcome into payload data and top-level errors.
///
/// # Errors
/// A top-level error with `extensions.code` for everything that isn't the input's fault.
pub fn split<T>(outcome: Result<T, CommandError>) -> async_graphql::Result<Payload<T>> {
    match outcome {
        Ok(value) => Ok((Some(value), Vec::new())),
        Err(CommandError::Rejected(violations)) => {
            Ok((None, violations.into_iter().map(UserError::from).collect()))
        }
        Err(error) => Err(top_level(error)),
    }
}

/// The top-level error for a failed read or command.
#[must_use]
pub fn top_level(error: impl Into<CommandError>) -> async_graphql::Error {
    match error.into() {
        CommandError::Rejected(violations) => {
            let first = violations.into_iter().next();
            let (reason, message, field) = first.map_or_else(
                || {
                    let message = "The request is invalid.".to_owned();
                    (ErrorCode::Invalid, message, Vec::new())
                },
                |violation| (violation.code, violation.message, violation.field),
            );
            let reason = InputType::to_value(&UserErrorCode::from(reason));
            async_graphql::Error::new(message).extend_with(|_, extensions| {
                extensions.set("code", "BAD_REQUEST");
                extensions.set("reason", reason.clone());
                extensions.set("field", field.clone());
            })
        }
        CommandError::Unauthenticated => coded(
            "UNAUTHENTICATED",
            "Sign in first: send an access token from `login`.",
        ),
        CommandError::Forbidden => coded("FORBIDDEN", "Your role does not allow this."),
        CommandError::RateLimited { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            async_graphql::Error::new(format!("Too many attempts: try again in {seconds} s.")).extend_with(
                |_, extensions| {
                    extensions.set("code", "RATE_LIMITED");
                    extensions.set("retryAfterSeconds", seconds);
                },
            )
        }
        CommandError::Internal(error) => internal(error),
    }
}

/// Masks a fault of ours: the log has it under an id, the caller gets the id.
#[must_use]
pub fn internal(error: impl Into<anyhow::Error>) -> async_graphql::Error {
    let error: anyhow::Error = error.into();
    let error_id = uuid::Uuid::new_v4().simple().to_string();
    tracing::error!(error_id, error = format!("{error:#}"), "internal error");
    async_graphql::Error::new("Something went wrong on our side. Quote the error id when you report it.")
        .extend_with(|_, extensions| {
            extensions.set("code", "INTERNAL");
            extensions.set("errorId", error_id.clone());
        })
}

/// What `child` belongs to was removed for good between the two statements that read them: nobody's fault, and over at
/// the next request.
#[must_use]
pub fn removed_meanwhile(child: impl std::fmt::Display) -> async_graphql::Error {
    tracing::info!(%child, "what it belongs to was removed while it was being read");
    coded(
        "NOT_FOUND",
        "A record was removed for good while this was being answered: ask again.",
    )
}

fn coded(code: &'static str, message: &str) -> async_graphql::Error {
    async_graphql::Error::new(message).extend_with(|_, extensions| extensions.set("code", code))
}

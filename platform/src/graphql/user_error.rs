//! `userErrors`: a caller's mistakes, in the payload; and top-level errors for everything else.

use async_graphql::{Context, Enum, ErrorExtensions, InputType, Object, ServerError};

use super::request::ContextExt;
use crate::{
    actor::Locale,
    error::{CommandError, ErrorCode, Violation},
    message,
    messages::{Catalogues, Message},
    metrics,
};

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
    /// The password is right, and the account has a second factor: ask for its code and send `login` again with `totpCode`.
    TotpRequired,
}

/// A mistake in a mutation's input. Nothing was written.
#[derive(Debug, Clone)]
pub struct UserError(Violation);

/// A mistake in a mutation's input. Nothing was written.
#[Object]
impl UserError {
    /// The kind of mistake, for programs.
    async fn code(&self) -> UserErrorCode {
        self.0.code.into()
    }

    /// What is wrong and what to do, for people, in the reader's language: the account's; a visitor's by
    /// `Accept-Language`; French where neither says.
    async fn message(&self, ctx: &Context<'_>) -> String {
        ctx.app().catalogues.render(&self.0.message, ctx.locale())
    }

    /// Where it is, such as `["input", "patch", "name"]`, 10 steps at most; null when no single value is to blame.
    async fn field(&self) -> Option<&[String]> {
        Some(self.0.field.as_slice()).filter(|path| !path.is_empty())
    }
}

impl UserError {
    /// What it tells of.
    #[must_use]
    pub fn violation(&self) -> &Violation {
        &self.0
    }
}

impl From<Violation> for UserError {
    fn from(violation: Violation) -> Self {
        metrics::USER_ERRORS.count([violation.code.name()]);
        Self(violation)
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
            let Violation { code, message, field } = first.unwrap_or_else(|| Violation {
                code: ErrorCode::Invalid,
                message: message!("request-invalid"),
                field: Vec::new(),
            });
            let reason = InputType::to_value(&UserErrorCode::from(code));
            coded("BAD_REQUEST", message).extend_with(|_, extensions| {
                extensions.set("reason", reason.clone());
                extensions.set("field", field.clone());
            })
        }
        CommandError::Unauthenticated => coded("UNAUTHENTICATED", message!("sign-in-first")),
        CommandError::Forbidden => coded("FORBIDDEN", message!("role-forbids")),
        CommandError::RateLimited { retry_after } => {
            let seconds = retry_after.as_secs().max(1);
            coded("RATE_LIMITED", message!("too-many-attempts", seconds))
                .extend_with(|_, extensions| extensions.set("retryAfterSeconds", seconds))
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
    coded("INTERNAL", message!("internal-error"))
        .extend_with(|_, extensions| extensions.set("errorId", error_id.clone()))
}

/// What `child` belongs to was removed for good between the two statements that read them: nobody's fault, and over at
/// the next request.
#[must_use]
pub fn removed_meanwhile(child: impl std::fmt::Display) -> async_graphql::Error {
    tracing::info!(%child, "what it belongs to was removed while it was being read");
    coded("NOT_FOUND", message!("removed-meanwhile"))
}

/// A top-level error of ours. Its message is only named: [`tell`] puts it in words where the answer is written.
#[must_use]
pub fn coded(code: &'static str, message: Message) -> async_graphql::Error {
    let error = async_graphql::Error::new_with_source(message);
    error.extend_with(|_, extensions| extensions.set("code", code))
}

/// Puts our own errors into the reader's language. What tells a developer that a document is wrong stays in English.
pub fn tell(errors: &mut [ServerError], catalogues: &Catalogues, locale: Locale) {
    for error in errors {
        if let Some(message) = error.source::<Message>() {
            error.message = catalogues.render(message, locale);
            error.source = None;
        }
    }
}

//! What a command can answer besides success.
//!
//! Which to use where: a caller's mistake is a [`Violation`] (it becomes `userErrors` in the payload); a missing
//! right is [`CommandError::Forbidden`] only where the caller may know that the thing exists, otherwise a
//! NOT_FOUND violation; everything else is [`CommandError::Internal`], which is logged and masked.

use std::time::Duration;

use sea_orm::DbErr;

use super::{
    ids::IdError,
    message,
    messages::{Message, Noun},
};

/// The codes of `userErrors`, shared by every mutation (`UserErrorCode` in the schema).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// A value is missing.
    Required,
    /// A value breaks a rule; the message says which.
    Invalid,
    /// A text is longer than allowed.
    TooLong,
    /// No such record for this caller.
    NotFound,
    /// Another living record holds this value.
    Taken,
    /// The record changed since it was read; the payload carries the current one.
    Conflict,
    /// The record's state doesn't allow it; the message says what to do instead.
    Locked,
    /// The caller may not do this.
    Forbidden,
    /// The idempotency key was used with other input.
    KeyReused,
    /// Too late: a token, an upload or a link has run out.
    Expired,
    /// Too many attempts; try again later.
    RateLimited,
    /// The account has a second factor: send its code too.
    TotpRequired,
}

impl ErrorCode {
    /// Its name, as clients read it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Required => "REQUIRED",
            Self::Invalid => "INVALID",
            Self::TooLong => "TOO_LONG",
            Self::NotFound => "NOT_FOUND",
            Self::Taken => "TAKEN",
            Self::Conflict => "CONFLICT",
            Self::Locked => "LOCKED",
            Self::Forbidden => "FORBIDDEN",
            Self::KeyReused => "KEY_REUSED",
            Self::Expired => "EXPIRED",
            Self::RateLimited => "RATE_LIMITED",
            Self::TotpRequired => "TOTP_REQUIRED",
        }
    }
}

/// One mistake in a command's input: what, where, and what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The kind of mistake.
    pub code: ErrorCode,
    /// What a person is told.
    pub message: Message,
    /// The path to the value, such as `["input", "patch", "name"]`; empty when no single value is to blame.
    pub field: Vec<String>,
}

impl Violation {
    /// A mistake at `field`.
    pub fn new<S: Into<String>>(
        code: ErrorCode,
        field: impl IntoIterator<Item = S>,
        message: Message,
    ) -> Self {
        Self {
            code,
            message,
            field: field.into_iter().map(Into::into).collect(),
        }
    }

    /// NOT_FOUND at `field`: the same words whether the record is missing or not the caller's.
    pub fn not_found<S: Into<String>>(field: impl IntoIterator<Item = S>, kind: Noun) -> Self {
        Self::new(ErrorCode::NotFound, field, message!("no-such", kind))
    }

    /// INVALID at `field`: a text that isn't the id it should be, with what was expected.
    pub fn invalid_id<S: Into<String>>(field: impl IntoIterator<Item = S>, error: &IdError) -> Self {
        Self::new(ErrorCode::Invalid, field, error.message())
    }
}

/// Why a command did not happen. Nothing was written.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The input breaks rules.
    #[error("rejected: {0:?}")]
    Rejected(Vec<Violation>),
    /// The caller must sign in.
    #[error("sign in first")]
    Unauthenticated,
    /// The caller's role may not do this.
    #[error("not allowed")]
    Forbidden,
    /// Too many attempts.
    #[error("too many attempts")]
    RateLimited {
        /// How long to wait.
        retry_after: Duration,
    },
    /// Our own fault: logged with an id, masked for the caller.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl CommandError {
    /// The same refusal, its paths told from another place: what was wrong at `from.…` is wrong at `to.…`.
    #[must_use]
    pub fn below(self, from: &[&str], to: &[&str]) -> Self {
        let Self::Rejected(mut violations) = self else {
            return self;
        };
        for violation in &mut violations {
            let rest = violation.field.iter().map(String::as_str);
            if rest.take(from.len()).eq(from.iter().copied()) {
                let moved = to.iter().map(|part| (*part).to_owned());
                violation.field.splice(..from.len(), moved);
            }
        }
        Self::Rejected(violations)
    }
}

impl From<DbErr> for CommandError {
    fn from(error: DbErr) -> Self {
        Self::Internal(error.into())
    }
}

impl From<Violation> for CommandError {
    fn from(violation: Violation) -> Self {
        Self::Rejected(vec![violation])
    }
}

impl From<serde_json::Error> for CommandError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.into())
    }
}

/// Collects violations, so that a form's mistakes are told all at once.
#[derive(Debug, Clone, Default)]
pub struct Violations(Vec<Violation>);

impl Violations {
    /// Adds one.
    pub fn push(&mut self, violation: Violation) {
        self.0.push(violation);
    }

    /// Adds the violation of a failed check and yields the value of a passed one.
    pub fn check<T>(&mut self, result: Result<T, Violation>) -> Option<T> {
        result.map_err(|violation| self.push(violation)).ok()
    }

    /// Whether none was found so far.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong at this path.
    #[must_use]
    pub fn is_at(&self, path: &[String]) -> bool {
        self.0.iter().any(|violation| violation.field == path)
    }

    /// The rejection of the input for what was found.
    #[must_use]
    pub fn into_error(self) -> CommandError {
        CommandError::Rejected(self.0)
    }

    /// Ends the collection.
    ///
    /// # Errors
    /// [`CommandError::Rejected`] when there are any.
    pub fn into_result(self) -> Result<(), CommandError> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(CommandError::Rejected(self.0))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mistakes_are_told_where_the_caller_made_them() {
        let error = CommandError::Rejected(vec![
            Violation::new(ErrorCode::Required, ["input", "name"], message!("value-required")),
            Violation::new::<&str>(ErrorCode::Locked, [], message!("role-forbids")),
        ]);
        let CommandError::Rejected(moved) = error.below(&["input"], &["input", "rows", "3"]) else {
            panic!("still a refusal");
        };
        assert_eq!(moved[0].field, ["input", "rows", "3", "name"]);
        assert!(moved[1].field.is_empty());
    }
}

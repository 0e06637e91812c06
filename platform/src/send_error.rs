//! Why a message could not be sent, as far as it matters for what to do next.

use std::time::Duration;

/// A failed attempt. The text is for staff: it may name the address, never the content.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again can't help: the address doesn't exist, the message can't be made.
    #[error("{0}")]
    Permanent(String),
    /// The mail or push service itself doesn't answer, or doesn't let us in: whatever goes the same way fails as well, and
    /// goes once the service answers again.
    #[error("{0}")]
    Unreachable(String),
    /// Trying again may help.
    #[error("{reason}")]
    Temporary {
        /// What happened.
        reason: String,
        /// How long the other side asked to wait.
        retry_after: Option<Duration>,
    },
}

impl SendError {
    /// Trying again can't help.
    pub fn permanent(reason: impl std::fmt::Display) -> Self {
        Self::Permanent(reason.to_string())
    }

    /// The service doesn't answer.
    pub fn unreachable(reason: impl std::fmt::Display) -> Self {
        Self::Unreachable(reason.to_string())
    }

    /// Trying again may help, after the usual wait.
    pub fn temporary(reason: impl std::fmt::Display) -> Self {
        Self::Temporary {
            reason: reason.to_string(),
            retry_after: None,
        }
    }
}

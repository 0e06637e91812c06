//! A refresh token that a browser keeps for us, where no script can read it.

use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use secrecy::SecretString;

/// The cookie of a request from a page of this very origin. The transport reads and writes it; resolvers say what becomes of
/// it.
#[derive(Debug, Default)]
pub struct SessionCookie {
    /// The refresh token that came with the request.
    pub token: Option<SecretString>,
    change: Mutex<Option<CookieChange>>,
}

/// What becomes of a cookie.
#[derive(Debug, Clone)]
pub enum CookieChange {
    /// The browser keeps this token until then.
    Keep(SecretString, DateTime<Utc>),
    /// The browser forgets it.
    Forget,
}

impl SessionCookie {
    /// The cookie of a request that came with this token.
    #[must_use]
    pub fn new(token: Option<SecretString>) -> Self {
        Self {
            token,
            change: Mutex::default(),
        }
    }

    /// Says what becomes of it; what is said last counts.
    pub fn change(&self, change: CookieChange) {
        *self.change.lock().unwrap_or_else(PoisonError::into_inner) = Some(change);
    }

    /// What was said, once.
    #[must_use]
    pub fn take_change(&self) -> Option<CookieChange> {
        self.change.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

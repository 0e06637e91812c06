//! E-mail that tests can read.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use futures_util::{FutureExt, future::BoxFuture};

use super::{Mail, MailTransport};
use crate::send_error::SendError;

/// Keeps messages; shared by clones. Can be told to fail.
#[derive(Debug, Clone, Default)]
pub struct MemoryMail {
    sent: Arc<Mutex<Vec<Mail>>>,
    failures: Arc<Mutex<Vec<SendError>>>,
}

impl MemoryMail {
    /// What was sent so far, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Mail> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Lets the next attempts fail, the last given one first.
    pub fn fail_with(&self, failures: impl IntoIterator<Item = SendError>) {
        self.failures
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .extend(failures);
    }
}

impl MailTransport for MemoryMail {
    fn send<'a>(&'a self, mail: &'a Mail) -> BoxFuture<'a, Result<(), SendError>> {
        async move {
            if let Some(failure) = self.failures.lock().unwrap_or_else(PoisonError::into_inner).pop() {
                return Err(failure);
            }
            self.sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(mail.clone());
            Ok(())
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async { Ok("messages are kept in memory".to_owned()) }.boxed()
    }
}

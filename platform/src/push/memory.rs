//! Pushes that tests can read.

use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use futures_util::{FutureExt, future::BoxFuture};

use super::{Push, PushTransport, Pushed};
use crate::send_error::SendError;

/// A push, and the tokens that it was for.
pub type HandedOver = (Push, Vec<String>);

/// Keeps pushes; shared by clones.
#[derive(Debug, Clone, Default)]
pub struct MemoryPush {
    sent: Arc<Mutex<Vec<HandedOver>>>,
}

impl MemoryPush {
    /// What was sent so far, oldest first.
    #[must_use]
    pub fn sent(&self) -> Vec<Push> {
        self.handed_over().into_iter().map(|(push, _)| push).collect()
    }

    /// The same, each with the tokens that it was for.
    #[must_use]
    pub fn handed_over(&self) -> Vec<HandedOver> {
        self.sent.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl PushTransport for MemoryPush {
    fn send<'a>(&'a self, push: &'a Push, tokens: &'a [String]) -> BoxFuture<'a, Result<Pushed, SendError>> {
        async move {
            self.sent
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push((push.clone(), tokens.to_vec()));
            Ok(Pushed {
                accepted: tokens.len(),
                ..Pushed::default()
            })
        }
        .boxed()
    }

    fn check(&self) -> BoxFuture<'_, Result<String>> {
        async { Ok("pushes are kept in memory".to_owned()) }.boxed()
    }
}

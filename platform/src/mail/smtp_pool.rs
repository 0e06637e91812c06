//! Connections to the mail server that were of use and may be again.

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use lettre::transport::smtp::{client::AsyncSmtpConnection, commands::Noop};
use tokio::time::{Instant, timeout};

/// Kept connections at most.
const CONNECTIONS: usize = 8;
/// Servers hang up after a few minutes; who waits for that finds out late.
const KEPT_FOR: Duration = Duration::from_secs(60);
/// A kept connection that doesn't answer at once is given up for a new one.
const STILL_THERE: Duration = Duration::from_secs(3);

/// Connections between messages. One that is taken comes back by [`Pool::keep`] alone: a future that is dropped half way
/// closes the connection it had.
#[derive(Default)]
pub(super) struct Pool(Mutex<Vec<(AsyncSmtpConnection, Instant)>>);

impl Pool {
    /// A connection that still answers; `None` when there is none.
    pub(super) async fn take(&self) -> Option<AsyncSmtpConnection> {
        while let Some((mut connection, since)) = self.pop() {
            if since.elapsed() < KEPT_FOR
                && matches!(timeout(STILL_THERE, connection.command(Noop)).await, Ok(Ok(_)))
            {
                return Some(connection);
            }
        }
        None
    }

    /// Takes a connection that is between two messages.
    pub(super) fn keep(&self, connection: AsyncSmtpConnection) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|(_, since)| since.elapsed() < KEPT_FOR);
        if kept.len() < CONNECTIONS {
            kept.push((connection, Instant::now()));
        }
    }

    fn pop(&self) -> Option<(AsyncSmtpConnection, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }
}

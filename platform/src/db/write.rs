//! How everything that writes runs its transaction: begun, run, committed, and run again when another transaction was
//! in the way.
//!
//! [`write_tx!`] is a macro, not a method that takes an async closure: the future of an `AsyncFn` that
//! borrows from its surroundings isn't seen to be `Send` ("implementation of `Send` is not general enough") once it
//! awaits what sea-orm boxes, and async-graphql needs it to be. The macro puts the block where it stands, so it borrows
//! freely, `?` works, and `return` answers with the transaction's value.

use std::{error::Error, time::Duration};

use chrono::{DateTime, Utc};
use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use super::{Db, WriteTx};
use crate::{error::CommandError, metrics};

/// How often a transaction is tried at most.
pub const ATTEMPTS: u32 = 5;

/// How long the second attempt waits at least; twice as long each time.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// Runs a block in a writing transaction: `write_tx!(ctx, |tx| { …; Ok(value) })` is a
/// `Result<value, error>`.
///
/// - `Ok` commits, `Err` rolls back. `return` and `?` leave the block, not the function.
/// - A deadlock, a serialisation failure, a unique value that another transaction took between look and write, and
///   [`Moved`] roll back and run the block again, in a new transaction at a new time, [`ATTEMPTS`] times at most. The
///   block therefore borrows what it needs, or clones it at its start, and touches nothing but the database: files,
///   in-memory signals and log lines that tell of success come after it.
/// - It is begun with a [`Ctx`](crate::ctx::Ctx), or with [`Db::at`] where only the database and a time are at hand.
#[macro_export]
macro_rules! write_tx {
    ($writer:expr, |$tx:ident| $body:block) => {{
        let mut attempts = $crate::db::write::Attempts::new($writer);
        loop {
            let begun = match attempts.begin().await {
                Ok(begun) => begun,
                Err(error) => break Err(From::from(error)),
            };
            let outcome = {
                let $tx = &begun;
                async { $body }.await
            };
            if let Some(outcome) = attempts.end(begun, outcome).await {
                break outcome;
            }
        }
    }};
}

/// What was read to know which rows to lock is no longer so once they are locked: look again, in a new transaction.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("what is above the record changed while it was being locked")]
pub struct Moved;

impl From<Moved> for CommandError {
    fn from(moved: Moved) -> Self {
        Self::Internal(moved.into())
    }
}

/// What a transaction is begun with.
pub trait Writer {
    /// Where it is begun.
    fn db(&self) -> &Db;
    /// When: read again for each attempt.
    fn now(&self) -> DateTime<Utc>;
}

/// A database at a moment that the caller was given.
#[derive(Debug)]
pub struct At<'a> {
    db: &'a Db,
    now: DateTime<Utc>,
}

impl Db {
    /// What [`write_tx!`] begins with where there is no [`Ctx`](crate::ctx::Ctx).
    #[must_use]
    pub fn at(&self, now: DateTime<Utc>) -> At<'_> {
        At { db: self, now }
    }
}

impl Writer for At<'_> {
    fn db(&self) -> &Db {
        self.db
    }

    fn now(&self) -> DateTime<Utc> {
        self.now
    }
}

/// An error that a transaction may end with: it tells what the database said, however deep below.
pub trait WriteError: From<DbErr> {
    /// Itself, or what it wraps: where the chain of causes begins.
    fn as_error(&self) -> &(dyn Error + 'static);
}

impl WriteError for DbErr {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self
    }
}

impl WriteError for anyhow::Error {
    fn as_error(&self) -> &(dyn Error + 'static) {
        self.as_ref()
    }
}

impl WriteError for CommandError {
    fn as_error(&self) -> &(dyn Error + 'static) {
        match self {
            Self::Internal(error) => error.as_ref(),
            other => other,
        }
    }
}

/// The attempts of one [`write_tx!`].
#[derive(Debug)]
pub struct Attempts<W> {
    writer: W,
    made: u32,
}

impl<W: Writer> Attempts<W> {
    /// None made yet.
    pub fn new(writer: W) -> Self {
        Self { writer, made: 0 }
    }

    /// Begins the next one, after a pause unless it is the first.
    ///
    /// # Errors
    /// When the database is away.
    pub async fn begin(&mut self) -> Result<WriteTx, DbErr> {
        if let Some(doublings) = self.made.checked_sub(1) {
            tokio::time::sleep(pause(doublings, rand::random())).await;
        }
        self.made += 1;
        self.writer.db().begin_write(self.writer.now()).await
    }

    /// Commits or rolls back. `None` when the attempt is to be made again.
    pub async fn end<T, E: WriteError>(
        &mut self,
        tx: WriteTx,
        outcome: Result<T, E>,
    ) -> Option<Result<T, E>> {
        let error = match outcome {
            Ok(value) => match tx.commit().await {
                Ok(()) => return Some(Ok(value)),
                Err(error) => E::from(error),
            },
            Err(error) => {
                drop(tx);
                error
            }
        };
        if self.made < ATTEMPTS && was_in_the_way(error.as_error()) {
            metrics::SQL_RETRIES.count([]);
            tracing::info!(attempt = self.made, error = %error.as_error(), "a transaction is tried again");
            return None;
        }
        Some(Err(error))
    }
}

/// How long the attempt waits that `doublings` others were made before, the first aside. A random half of it is left
/// out, so that two that were in each other's way don't meet again.
fn pause(doublings: u32, random: u64) -> Duration {
    let full = FIRST_PAUSE * 2_u32.saturating_pow(doublings.min(ATTEMPTS)) * 2;
    let half = full / 2;
    let spread = u64::try_from(half.as_micros()).unwrap_or(u64::MAX).max(1);
    half + Duration::from_micros(random % spread)
}

/// Whether another transaction was in the way, so that a new look may go well.
fn was_in_the_way(error: &(dyn Error + 'static)) -> bool {
    let mut cause = Some(error);
    while let Some(error) = cause {
        if error.is::<Moved>() {
            return true;
        }
        if let Some(error) = error.downcast_ref::<DbErr>() {
            return was_rolled_back_for_another(error)
                || matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)));
        }
        cause = error.source();
    }
    false
}

/// SQLSTATE 40001 (serialisation failure) and 40P01 (deadlock): PostgreSQL rolled back this one to let another one go on.
fn was_rolled_back_for_another(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(error))
    | DbErr::Exec(RuntimeErr::SqlxError(error))
    | DbErr::Query(RuntimeErr::SqlxError(error))) = error
    else {
        return false;
    };
    let sqlx::Error::Database(error) = &**error else {
        return false;
    };
    matches!(error.code().as_deref(), Some("40001" | "40P01"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_within_bounds() {
        for random in [0, 1, 4_999, u64::MAX] {
            let first = pause(0, random);
            assert!((FIRST_PAUSE..FIRST_PAUSE * 2).contains(&first), "{first:?}");
            let last = pause(ATTEMPTS - 2, random);
            assert!((FIRST_PAUSE * 8..FIRST_PAUSE * 16).contains(&last), "{last:?}");
        }
    }

    #[test]
    fn only_what_another_transaction_caused_is_tried_again() {
        let moved = CommandError::from(Moved);
        assert!(was_in_the_way(moved.as_error()));
        let below = anyhow::Error::from(Moved).context("while the client was deleted");
        assert!(was_in_the_way(below.as_ref()));
        let lost = CommandError::from(DbErr::RecordNotFound("x".to_owned()));
        assert!(!was_in_the_way(lost.as_error()));
        assert!(!was_in_the_way(CommandError::Forbidden.as_error()));
    }
}

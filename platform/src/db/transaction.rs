//! A transaction on one connection that is known to be outside of any other, and that ends for certain.
//!
//! The transactions of sqlx and sea-orm count their depth instead of asking the database. When SQLite ends a
//! transaction by itself (a full disk, an I/O error), that count stays, and later commits are acknowledged that never
//! reach the file (docs/decisions/0013-transactions-of-our-own.md). Here a connection goes back to its pool only after a
//! COMMIT or ROLLBACK that succeeded on a transaction in which every statement did; otherwise it is closed.

use std::{fmt, sync::Arc, time::Instant};

use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement, metric::Info};
use sea_orm_migration::async_trait::async_trait;
use tokio::sync::{Mutex, MutexGuard};

use super::connections::{Connections, Held, exec_error, query_error};
use crate::metrics;

/// Called after each statement; for tests that count them.
pub(super) type StatementListener = Arc<dyn Fn(&Info<'_>) + Send + Sync>;

/// A running transaction. Dropped without [`Transaction::commit`] it is rolled back.
pub struct Transaction {
    backend: DbBackend,
    open: Mutex<Open>,
    listener: Option<StatementListener>,
}

struct Open {
    connection: Option<Held>,
    state: State,
}

enum State {
    /// Every statement so far has succeeded.
    Sound,
    /// A statement is being executed; found by the next one, it says that nobody waited for the end of this one.
    Executing,
    /// A statement failed. What the transaction has become is for the database to know: nothing more is done with it.
    Failed(DbErr),
}

impl Transaction {
    /// Begins on a connection, which is replaced when it turns out to be lost, or inside another transaction.
    pub(super) async fn begin(
        connections: &Arc<Connections>,
        listener: Option<StatementListener>,
    ) -> Result<Self, DbErr> {
        // Each that can't begin is closed, so that after as many as there are there is none but a new one.
        let mut old = connections.size();
        let connection = loop {
            let mut connection = connections.take().await?;
            match connection.begin().await {
                Ok(()) => break connection,
                Err(error) if old > 0 => {
                    tracing::error!(%error, "a connection could not begin a transaction; it is closed, and another one tried");
                    old -= 1;
                }
                Err(error) => return Err(query_error(error)),
            }
        };
        Ok(Self {
            backend: connections.backend(),
            open: Mutex::new(Open {
                connection: Some(connection),
                state: State::Sound,
            }),
            listener,
        })
    }

    /// Commits. Once this has succeeded, what was written is in the database's file or log.
    ///
    /// # Errors
    /// When a statement failed before, however its failure was taken, or when the database refuses. The connection is
    /// closed then, and what became of the transaction is known to the database alone if it was lost on the way.
    pub async fn commit(mut self) -> Result<(), DbErr> {
        self.end("COMMIT").await
    }

    /// Rolls back and waits for it. Dropping does the same without waiting.
    ///
    /// # Errors
    /// When the database refuses; nothing was written all the same.
    pub async fn rollback(mut self) -> Result<(), DbErr> {
        match self.open.get_mut().state {
            State::Sound => self.end("ROLLBACK").await,
            State::Executing | State::Failed(_) => Ok(()),
        }
    }

    async fn end(&mut self, how: &'static str) -> Result<(), DbErr> {
        let open = self.open.get_mut();
        // From here on the connection is closed unless it is released, also when this future is dropped.
        let mut connection = open.connection.take().ok_or_else(has_ended)?;
        open.check()?;
        let started = metrics::now();
        let ended = connection.execute_plain(how).await.map_err(exec_error);
        if let Some(started) = started.filter(|_| how == "COMMIT") {
            watch("commit", started, ended.is_err());
        }
        ended?;
        connection.release();
        Ok(())
    }

    /// Runs one statement. Its failure is the transaction's.
    async fn run<T>(
        &self,
        statement: &Statement,
        work: impl AsyncFnOnce(&mut Held, &Statement) -> Result<T, DbErr>,
    ) -> Result<T, DbErr> {
        let mut open: MutexGuard<'_, Open> = self.open.lock().await;
        open.check()?;
        let Open { connection, state } = &mut *open;
        let connection = connection.as_mut().ok_or_else(has_ended)?;
        *state = State::Executing;
        let watched = metrics::is_on();
        let started = (watched || self.listener.is_some()).then(Instant::now);
        let outcome = work(connection, statement).await;
        *state = match &outcome {
            Ok(_) => State::Sound,
            Err(error) => State::Failed(error.clone()),
        };
        drop(open);
        if let Some(started) = started.filter(|_| watched) {
            watch("write", started, outcome.is_err());
        }
        if let (Some(listener), Some(started)) = (&self.listener, started) {
            listener(&Info {
                elapsed: started.elapsed(),
                statement,
                failed: outcome.is_err(),
            });
        }
        outcome
    }
}

fn watch(kind: &'static str, started: Instant, failed: bool) {
    metrics::SQL_SECONDS.observe(started.elapsed(), [kind]);
    if failed {
        metrics::SQL_ERRORS.count([kind]);
    }
}

impl Open {
    fn check(&self) -> Result<(), DbErr> {
        match &self.state {
            State::Sound => Ok(()),
            State::Executing => Err(DbErr::Custom(
                "the transaction is over: one of its statements was broken off".to_owned(),
            )),
            State::Failed(error) => Err(DbErr::Custom(format!(
                "the transaction is over: one of its statements failed before: {error}"
            ))),
        }
    }
}

impl Drop for Transaction {
    fn drop(&mut self) {
        let open = self.open.get_mut();
        let Some(mut connection) = open.connection.take() else {
            return;
        };
        // An ordinary refusal, or a caller who hung up: the connection is worth keeping. After a failed statement it
        // isn't, and outside of a runtime nobody could wait for it.
        let runtime = match open.state {
            State::Failed(_) => return,
            State::Sound | State::Executing => tokio::runtime::Handle::try_current(),
        };
        if let Ok(runtime) = runtime {
            runtime.spawn(async move {
                match connection.execute_plain("ROLLBACK").await {
                    Ok(()) => connection.release(),
                    Err(error) => tracing::warn!(%error, "a transaction could not be rolled back; its connection is closed"),
                }
            });
        }
    }
}

impl fmt::Debug for Transaction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl ConnectionTrait for Transaction {
    fn get_database_backend(&self) -> DbBackend {
        self.backend
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        self.run(&statement, async |connection, statement| {
            connection.execute(statement).await
        })
        .await
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        let statement = Statement::from_string(self.backend, sql);
        self.run(&statement, async |connection, statement| {
            connection.execute_script(&statement.sql).await
        })
        .await
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        self.run(&statement, async |connection, statement| {
            connection.fetch_optional(statement).await
        })
        .await
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.run(&statement, async |connection, statement| {
            connection.fetch_all(statement).await
        })
        .await
    }
}

fn has_ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}

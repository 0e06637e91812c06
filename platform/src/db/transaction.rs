//! A transaction on one connection that is known to be outside of any other, and that ends for certain.
//!
//! The transactions of sqlx and sea-orm count their depth instead of asking the database. When SQLite ends a
//! transaction by itself (a full disk, an I/O error), that count stays, and later commits are acknowledged that never
//! reach the file (docs/decisions/0013-transactions-of-our-own.md). Here a connection goes back to its pool only after a
//! COMMIT or ROLLBACK that succeeded on a transaction in which every statement did; otherwise it is closed.

use std::{fmt, sync::Arc, time::Instant};

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult,
    RuntimeErr, Statement,
    metric::Info,
    sea_query::Values,
    sqlx::{self, AssertSqlSafe, Executor, Postgres, Row, Sqlite, pool::PoolConnection},
};
use sea_orm_migration::async_trait::async_trait;
use sea_query_sqlx::SqlxValues;
use tokio::sync::{Mutex, MutexGuard};

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
    /// Begins on a connection of the pool, which is replaced when it turns out to be inside another transaction.
    pub(super) async fn begin(
        pool: &DatabaseConnection,
        listener: Option<StatementListener>,
    ) -> Result<Self, DbErr> {
        let backend = pool.get_database_backend();
        // Each that can't begin is closed, so that after as many as the pool has there is none but a new one.
        let mut old = size_of_pool(pool, backend);
        let connection = loop {
            let mut connection = Held::acquire(pool, backend).await?;
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
            backend,
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
        connection.execute_plain(how).await.map_err(exec_error)?;
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
        let started = self.listener.is_some().then(Instant::now);
        let outcome = work(connection, statement).await;
        *state = match &outcome {
            Ok(_) => State::Sound,
            Err(error) => State::Failed(error.clone()),
        };
        drop(open);
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

/// A connection out of its pool. Dropped it is closed; only [`Held::release`] gives it back.
struct Held(Option<Pooled>);

enum Pooled {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

/// Runs the same lines on either database's connection.
macro_rules! on {
    ($held:expr, |$connection:ident| $body:expr) => {
        match $held.0.as_mut() {
            Some(Pooled::Sqlite(pooled)) => {
                let $connection = &mut **pooled;
                $body
            }
            Some(Pooled::Postgres(pooled)) => {
                let $connection = &mut **pooled;
                $body
            }
            None => Err(has_ended()),
        }
    };
}

impl Held {
    async fn acquire(pool: &DatabaseConnection, backend: DbBackend) -> Result<Self, DbErr> {
        let pooled = match backend {
            DbBackend::Postgres => pool
                .get_postgres_connection_pool()
                .acquire()
                .await
                .map(Pooled::Postgres),
            _ => pool
                .get_sqlite_connection_pool()
                .acquire()
                .await
                .map(Pooled::Sqlite),
        };
        pooled.map(|pooled| Self(Some(pooled))).map_err(acquire_error)
    }

    fn release(mut self) {
        drop(self.0.take());
    }

    /// Fails when the connection is inside a transaction already.
    async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self.0.as_mut() {
            // SQLite refuses a BEGIN within a transaction.
            Some(Pooled::Sqlite(connection)) => {
                sqlx::query("BEGIN IMMEDIATE").execute(&mut **connection).await?;
            }
            // PostgreSQL only warns. A transaction that begins with this message has the message's time; one that was
            // there before has an earlier one. Together they are one round trip.
            Some(Pooled::Postgres(connection)) => {
                let row = sqlx::raw_sql("BEGIN; SELECT now() = statement_timestamp()")
                    .fetch_one(&mut **connection)
                    .await?;
                if !row.try_get::<bool, _>(0)? {
                    return Err(sqlx::Error::BeginFailed);
                }
            }
            None => return Err(sqlx::Error::PoolClosed),
        }
        Ok(())
    }

    async fn execute_plain(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self.0.as_mut() {
            Some(Pooled::Sqlite(connection)) => {
                sqlx::query(sql).execute(&mut **connection).await?;
            }
            Some(Pooled::Postgres(connection)) => {
                connection.execute(sql).await?;
            }
            None => return Err(sqlx::Error::PoolClosed),
        }
        Ok(())
    }

    async fn execute(&mut self, statement: &Statement) -> Result<ExecResult, DbErr> {
        on!(self, |connection| query(statement)
            .execute(connection)
            .await
            .map(ExecResult::from)
            .map_err(exec_error))
    }

    async fn execute_script(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        on!(self, |connection| connection
            .execute(sql)
            .await
            .map(ExecResult::from)
            .map_err(exec_error))
    }

    async fn fetch_optional(&mut self, statement: &Statement) -> Result<Option<QueryResult>, DbErr> {
        on!(self, |connection| {
            let row = query(statement).fetch_optional(connection).await;
            row.map(|row| row.map(QueryResult::from)).map_err(query_error)
        })
    }

    async fn fetch_all(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        on!(self, |connection| {
            let rows = query(statement).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
                .map_err(query_error)
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        match &mut self.0 {
            Some(Pooled::Sqlite(connection)) => connection.close_on_drop(),
            Some(Pooled::Postgres(connection)) => connection.close_on_drop(),
            None => {}
        }
    }
}

fn size_of_pool(pool: &DatabaseConnection, backend: DbBackend) -> u32 {
    match backend {
        DbBackend::Postgres => pool.get_postgres_connection_pool().size(),
        _ => pool.get_sqlite_connection_pool().size(),
    }
}

fn query<DB>(statement: &Statement) -> sqlx::query::Query<'_, DB, SqlxValues>
where
    DB: sqlx::Database,
    SqlxValues: sqlx::IntoArguments<DB>,
{
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

fn has_ended() -> DbErr {
    DbErr::Custom("the transaction has ended".to_owned())
}

fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

fn acquire_error(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        other => DbErr::Conn(RuntimeErr::SqlxError(other.into())),
    }
}

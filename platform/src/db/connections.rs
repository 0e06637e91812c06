//! Open connections, kept between statements without asking each time whether they are still there.
//!
//! The pool of sqlx pings a connection when it gives it out and again when it comes back: three round trips for one
//! statement. What is free here is given out as it is. Whether it is still there shows at its next statement: a read is
//! tried again on a new connection, and a transaction begins on another one, so that a restarted server costs nobody an
//! error. Only what was free for long is asked first.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use sea_orm::{
    ConnAcquireErr, DatabaseConnection, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr, Statement,
    sea_query::Values,
    sqlx::{self, AssertSqlSafe, Connection, Executor, Postgres, Row, Sqlite, pool::PoolConnection},
};
use sea_query_sqlx::SqlxValues;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::metrics;

/// A connection that was free for longer than this is asked whether it is still there: something between here and the
/// server may have forgotten it.
const ASK_AFTER: Duration = Duration::from_secs(30);
/// A connection that was free for longer than this is closed.
const CLOSE_AFTER: Duration = Duration::from_mins(10);
/// No connection gets older than this: a server's memory for one only grows.
const MAX_AGE: Duration = Duration::from_mins(30);

/// The connections of one database that work at the same time at most, and those of them that are free.
#[derive(Debug)]
pub(super) struct Connections {
    pool: DatabaseConnection,
    backend: DbBackend,
    acquire_timeout: Duration,
    /// What whoever watches knows it by.
    name: &'static str,
    max: u32,
    permits: Arc<Semaphore>,
    /// What was used last is at the end, and is used next: at night one connection does everything. `None` keeps
    /// nothing: what is released goes back to the pool.
    free: Option<Mutex<Vec<Free>>>,
}

/// How much there is to do for the connections of one pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Load {
    /// Which: `read` and `write` on SQLite, `all` on PostgreSQL.
    pub pool: &'static str,
    /// Connections at work.
    pub busy: u32,
    /// As many may work at the same time.
    pub max: u32,
}

#[derive(Debug)]
struct Free {
    pooled: Pooled,
    opened: Instant,
    since: Instant,
}

#[derive(Debug)]
enum Pooled {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
}

impl Connections {
    /// `max` connections of `pool` at a time, which are kept.
    pub(super) fn kept(
        name: &'static str,
        pool: DatabaseConnection,
        max: u32,
        acquire_timeout: Duration,
    ) -> Arc<Self> {
        Arc::new(Self {
            free: Some(Mutex::default()),
            ..Self::new(name, pool, max, acquire_timeout)
        })
    }

    /// `max` connections of `pool` at a time, which others use directly too: nothing is kept.
    pub(super) fn shared(
        name: &'static str,
        pool: DatabaseConnection,
        max: u32,
        acquire_timeout: Duration,
    ) -> Arc<Self> {
        Arc::new(Self::new(name, pool, max, acquire_timeout))
    }

    fn new(name: &'static str, pool: DatabaseConnection, max: u32, acquire_timeout: Duration) -> Self {
        Self {
            backend: pool.get_database_backend(),
            pool,
            acquire_timeout,
            name,
            max,
            permits: Arc::new(Semaphore::new(max as usize)),
            free: None,
        }
    }

    pub(super) fn backend(&self) -> DbBackend {
        self.backend
    }

    /// How many connections are open at most as things stand: that many may be broken.
    pub(super) fn size(&self) -> u32 {
        match self.backend {
            DbBackend::Postgres => self.pool.get_postgres_connection_pool().size(),
            _ => self.pool.get_sqlite_connection_pool().size(),
        }
    }

    /// How many are at work, and how many may be.
    pub(super) fn load(&self) -> Load {
        let idle = u32::try_from(self.permits.available_permits()).unwrap_or(u32::MAX);
        Load {
            pool: self.name,
            busy: self.max.saturating_sub(idle),
            max: self.max,
        }
    }

    /// A connection: a free one, or else a new one.
    ///
    /// # Errors
    /// When as many as may are at work for too long, and when the database is away.
    pub(super) async fn take(self: &Arc<Self>) -> Result<Held, DbErr> {
        let started = metrics::now();
        let taken = self.take_unwatched().await;
        metrics::SQL_WAIT.observe_since(started, [self.name]);
        if matches!(taken, Err(DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))) {
            metrics::SQL_TIMEOUTS.count([self.name]);
        }
        taken
    }

    async fn take_unwatched(self: &Arc<Self>) -> Result<Held, DbErr> {
        let permit = tokio::time::timeout(self.acquire_timeout, Arc::clone(&self.permits).acquire_owned())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        while let Some(mut free) = self.pop() {
            if free.since.elapsed() < ASK_AFTER || free.pooled.ping().await.is_ok() {
                return Ok(self.held(free.pooled, free.opened, true, permit));
            }
            free.pooled.close_on_drop();
        }
        let pooled = match self.backend {
            DbBackend::Postgres => {
                let pool = self.pool.get_postgres_connection_pool();
                pool.acquire().await.map(Pooled::Postgres)
            }
            _ => {
                let pool = self.pool.get_sqlite_connection_pool();
                pool.acquire().await.map(Pooled::Sqlite)
            }
        };
        let pooled = pooled.map_err(acquire_error)?;
        Ok(self.held(pooled, Instant::now(), false, permit))
    }

    /// Those that are free now, as if each had been taken.
    pub(super) fn take_free(self: &Arc<Self>) -> Vec<Held> {
        let mut taken = Vec::new();
        while let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            let Some(free) = self.pop() else { break };
            taken.push(self.held(free.pooled, free.opened, true, permit));
        }
        taken
    }

    /// Closes what is free: the server that it leads to has gone.
    pub(super) fn forget_free(&self) {
        while let Some(mut free) = self.pop() {
            free.pooled.close_on_drop();
        }
    }

    /// Closes the pool and every connection.
    ///
    /// # Errors
    /// When the driver can't.
    pub(super) async fn close(&self) -> Result<(), DbErr> {
        self.permits.close();
        // Back to the pool, which says goodbye to the server.
        while let Some(free) = self.pop() {
            drop(free);
        }
        self.pool.clone().close().await
    }

    fn held(
        self: &Arc<Self>,
        pooled: Pooled,
        opened: Instant,
        kept: bool,
        permit: OwnedSemaphorePermit,
    ) -> Held {
        Held {
            pooled: Some(pooled),
            opened,
            was_kept: kept,
            on_drop: OnDrop::Close,
            home: Arc::clone(self),
            _permit: permit,
        }
    }

    fn pop(&self) -> Option<Free> {
        let mut free = self.free.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner);
        free.pop()
    }

    /// Keeps a connection for the next one who needs it. What isn't kept goes back to the pool, which looks after its age.
    fn put_back(&self, pooled: Pooled, opened: Instant) {
        let Some(free) = &self.free else { return };
        if opened.elapsed() > MAX_AGE || self.permits.is_closed() {
            return;
        }
        let since = Instant::now();
        let mut free = free.lock().unwrap_or_else(PoisonError::into_inner);
        free.push(Free {
            pooled,
            opened,
            since,
        });
        if free[0].since.elapsed() > CLOSE_AFTER {
            free.remove(0).pooled.close_on_drop();
        }
    }
}

/// A connection at work.
pub(super) struct Held {
    pooled: Option<Pooled>,
    opened: Instant,
    was_kept: bool,
    on_drop: OnDrop,
    home: Arc<Connections>,
    _permit: OwnedSemaphorePermit,
}

/// What becomes of a connection that nobody released.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDrop {
    /// It may be inside a transaction, or broken.
    Close,
    /// A statement was broken off that stands alone: the pool waits for its end and keeps the connection.
    Return,
}

/// Runs the same lines on either database's connection.
macro_rules! on {
    ($held:expr, |$connection:ident| $body:expr) => {
        match $held.pooled.as_mut() {
            Some(Pooled::Sqlite(pooled)) => {
                let $connection = &mut **pooled;
                $body
            }
            Some(Pooled::Postgres(pooled)) => {
                let $connection = &mut **pooled;
                $body
            }
            None => Err(released()),
        }
    };
}

impl Held {
    /// Whether it was open before, so that it may have been lost since its last statement.
    pub(super) fn was_kept(&self) -> bool {
        self.was_kept
    }

    /// What becomes of it from now on when it is dropped.
    pub(super) fn on_drop(&mut self, on_drop: OnDrop) {
        self.on_drop = on_drop;
    }

    /// Gives it back, for the next one who needs it.
    pub(super) fn release(mut self) {
        if let Some(pooled) = self.pooled.take() {
            self.home.put_back(pooled, self.opened);
        }
    }

    /// Fails when the connection is inside a transaction already.
    pub(super) async fn begin(&mut self) -> Result<(), sqlx::Error> {
        match self.pooled.as_mut() {
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

    pub(super) async fn execute_plain(&mut self, sql: &'static str) -> Result<(), sqlx::Error> {
        match self.pooled.as_mut() {
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

    pub(super) async fn execute(&mut self, statement: &Statement) -> Result<ExecResult, DbErr> {
        on!(self, |connection| query(statement)
            .execute(connection)
            .await
            .map(ExecResult::from)
            .map_err(exec_error))
    }

    pub(super) async fn execute_script(&mut self, sql: &str) -> Result<ExecResult, DbErr> {
        let sql = AssertSqlSafe(sql.to_owned());
        on!(self, |connection| connection
            .execute(sql)
            .await
            .map(ExecResult::from)
            .map_err(exec_error))
    }

    pub(super) async fn fetch_optional(
        &mut self,
        statement: &Statement,
    ) -> Result<Option<QueryResult>, DbErr> {
        on!(self, |connection| {
            let row = query(statement).fetch_optional(connection).await;
            row.map(|row| row.map(QueryResult::from)).map_err(query_error)
        })
    }

    pub(super) async fn fetch_all(&mut self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        on!(self, |connection| {
            let rows = query(statement).fetch_all(connection).await;
            rows.map(|rows| rows.into_iter().map(QueryResult::from).collect())
                .map_err(query_error)
        })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.on_drop == OnDrop::Close
            && let Some(pooled) = &mut self.pooled
        {
            pooled.close_on_drop();
        }
    }
}

impl Pooled {
    async fn ping(&mut self) -> Result<(), sqlx::Error> {
        match self {
            Self::Sqlite(connection) => connection.ping().await,
            Self::Postgres(connection) => connection.ping().await,
        }
    }

    fn close_on_drop(&mut self) {
        match self {
            Self::Sqlite(connection) => connection.close_on_drop(),
            Self::Postgres(connection) => connection.close_on_drop(),
        }
    }
}

/// Whether the connection is gone, as far as a failed statement tells.
pub(super) fn is_lost(error: &DbErr) -> bool {
    let (DbErr::Conn(RuntimeErr::SqlxError(cause))
    | DbErr::Exec(RuntimeErr::SqlxError(cause))
    | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    match &**cause {
        // PostgreSQL, appendix A: class 08 is connections, 57P01 to 57P03 a server that goes or comes.
        sqlx::Error::Database(refused) => refused
            .code()
            .is_some_and(|code| code.starts_with("08") || code.starts_with("57P")),
        sqlx::Error::Io(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    }
}

/// Whether the database itself refused the statement: the connection is as good as before.
pub(super) fn is_refusal(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error
    else {
        return false;
    };
    matches!(&**cause, sqlx::Error::Database(_)) && !is_lost(error)
}

fn query<DB>(statement: &Statement) -> sqlx::query::Query<'_, DB, SqlxValues>
where
    DB: sqlx::Database,
    SqlxValues: sqlx::IntoArguments<DB>,
{
    let values = statement.values.clone().unwrap_or(Values(Vec::new()));
    sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
}

fn released() -> DbErr {
    DbErr::Custom("the connection was given back".to_owned())
}

pub(super) fn exec_error(error: sqlx::Error) -> DbErr {
    DbErr::Exec(RuntimeErr::SqlxError(error.into()))
}

pub(super) fn query_error(error: sqlx::Error) -> DbErr {
    DbErr::Query(RuntimeErr::SqlxError(error.into()))
}

fn acquire_error(error: sqlx::Error) -> DbErr {
    match error {
        sqlx::Error::PoolTimedOut => DbErr::ConnectionAcquire(ConnAcquireErr::Timeout),
        sqlx::Error::PoolClosed => DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed),
        other => DbErr::Conn(RuntimeErr::SqlxError(other.into())),
    }
}

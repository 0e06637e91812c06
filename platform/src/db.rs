//! The database: SQLite or PostgreSQL behind one interface of readers and writing transactions.
//!
//! SQLite has one writer connection and a pool of readers: `BEGIN IMMEDIATE` on a single connection never meets
//! "database is locked", and readers never wait (WAL). PostgreSQL has one pool for both.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use sea_orm::{
    ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement,
    sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous},
};
use secrecy::ExposeSecret;
use tokio::sync::Notify;

use crate::config::DatabaseConfig;

use self::connections::Connections;
use self::later::Waiting;
use self::transaction::StatementListener;
pub use self::transaction::Transaction;
pub use self::{
    connections::Load,
    content_version::ContentVersion,
    heartbeat::Heartbeat,
    kept_select::KeptSelect,
    later::{Later, insert_together},
    reader::Reader,
    write::Moved,
};
pub use crate::write_tx;

mod connections;
pub mod content_version;
pub mod heartbeat;
mod kept_select;
mod later;
mod reader;
mod transaction;
pub mod write;

/// How long a statement waits for a connection: on SQLite as long as the longest write takes.
const SQLITE_WAIT: Duration = Duration::from_secs(30);
const POSTGRES_WAIT: Duration = Duration::from_secs(10);
/// Connections of PostgreSQL that are no request's: the one that listens, and the one that numbers events or migrates.
const ASIDE: u32 = 2;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct DatabaseOptions {
    /// `sqlite://path` or `postgres://…`.
    pub url: String,
    /// Connections at most (PostgreSQL), readers at most (SQLite).
    pub max_connections: u32,
    /// A statement that runs longer is ended (PostgreSQL).
    pub statement_timeout: Duration,
}

impl From<&DatabaseConfig> for DatabaseOptions {
    fn from(config: &DatabaseConfig) -> Self {
        Self {
            url: config.url.expose_secret().to_owned(),
            max_connections: config.max_connections,
            statement_timeout: config.statement_timeout,
        }
    }
}

/// Woken after a commit that gave it work. Shared by everything that holds the same [`Db`].
#[derive(Debug, Default)]
pub struct Signals {
    /// Events were appended: the feed has something to number and deliver.
    pub events: Notify,
    /// Deliveries were enqueued: the outbox has something to send.
    pub deliveries: Notify,
    content: ContentVersion,
}

impl Signals {
    /// What is known of the content that visitors see.
    #[must_use]
    pub fn content(&self) -> &ContentVersion {
        &self.content
    }
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db {
    reader: Reader,
    writer: Arc<Connections>,
    migrator: DatabaseConnection,
    backend: DbBackend,
    signals: Arc<Signals>,
    heartbeat: Arc<Heartbeat>,
    listener: Option<StatementListener>,
}

impl fmt::Debug for Db {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Db")
            .field("backend", &self.backend)
            .finish_non_exhaustive()
    }
}

impl Db {
    /// Connects, creating an SQLite file that doesn't exist yet.
    ///
    /// # Errors
    /// When the server can't be reached or the file can't be opened.
    pub async fn connect(options: &DatabaseOptions) -> Result<Self, DbErr> {
        if options.url.starts_with("sqlite:") {
            Self::connect_sqlite(options).await
        } else {
            Self::connect_postgres(options).await
        }
    }

    async fn connect_sqlite(options: &DatabaseOptions) -> Result<Self, DbErr> {
        let base = |connections: u32| {
            let mut connect = ConnectOptions::new(options.url.clone());
            connect
                .max_connections(connections)
                .min_connections(1)
                .acquire_timeout(SQLITE_WAIT)
                .test_before_acquire(false)
                .sqlx_logging(false);
            connect
        };
        let mut writer = base(1);
        writer.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL, not NORMAL: in WAL mode NORMAL may lose acknowledged commits when the power fails.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
        });
        let writer = Database::connect(writer).await?;
        let readers = options.max_connections.max(1);
        let mut reader = base(readers);
        reader.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(true)
                .pragma("query_only", "ON")
        });
        let reader = Connections::kept("read", Database::connect(reader).await?, readers, SQLITE_WAIT);
        Ok(Self::new(
            reader,
            Connections::shared("write", writer.clone(), 1, SQLITE_WAIT),
            writer,
        ))
    }

    async fn connect_postgres(options: &DatabaseOptions) -> Result<Self, DbErr> {
        let all = options.max_connections.max(2 + ASIDE);
        let mut connect = ConnectOptions::new(options.url.clone());
        connect
            .max_connections(all)
            .min_connections(1)
            .acquire_timeout(POSTGRES_WAIT)
            .test_before_acquire(false)
            .statement_timeout(options.statement_timeout)
            .set_application_name("belle-house")
            .sqlx_logging(false);
        let pool = Database::connect(connect).await?;
        let connections = Connections::kept("all", pool.clone(), all - ASIDE, POSTGRES_WAIT);
        Ok(Self::new(Arc::clone(&connections), connections, pool))
    }

    fn new(reader: Arc<Connections>, writer: Arc<Connections>, migrator: DatabaseConnection) -> Self {
        Self {
            backend: reader.backend(),
            reader: Reader::new(reader),
            writer,
            migrator,
            signals: Arc::default(),
            heartbeat: Arc::default(),
            listener: None,
        }
    }

    /// One connection that is nobody else's, without foreign keys on SQLite and without a limit on a statement's time: for
    /// restoring a backup, which replaces everything in one transaction.
    ///
    /// # Errors
    /// When the server can't be reached or the file can't be opened.
    pub async fn connect_alone(options: &DatabaseOptions) -> Result<DatabaseConnection, DbErr> {
        let mut connect = ConnectOptions::new(options.url.clone());
        connect
            .max_connections(1)
            .min_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .set_application_name("belle-house backup")
            .sqlx_logging(false);
        connect.map_sqlx_sqlite_opts(|sqlite| {
            sqlite
                .create_if_missing(true)
                .journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(5))
                .foreign_keys(false)
        });
        Database::connect(connect).await
    }

    /// For reads outside a writing transaction.
    #[must_use]
    pub fn reader(&self) -> &Reader {
        &self.reader
    }

    /// How busy the connections are, by pool.
    #[must_use]
    pub fn load(&self) -> Vec<Load> {
        let mut pools = vec![self.reader.connections().load()];
        if self.backend == DbBackend::Sqlite {
            pools.push(self.writer.load());
        }
        pools
    }

    /// What is known of whether readers see what is written.
    #[must_use]
    pub fn heartbeat(&self) -> &Heartbeat {
        &self.heartbeat
    }

    /// For what no transaction of ours does: it may change the schema, and numbers events. The pool behind it keeps two
    /// connections for that.
    #[must_use]
    pub fn migrator(&self) -> &DatabaseConnection {
        &self.migrator
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// What commits wake.
    #[must_use]
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// Calls `callback` for every statement from now on; for tests that count statements.
    pub fn on_statement<F>(&mut self, callback: F)
    where
        F: Fn(&sea_orm::metric::Info<'_>) + Clone + Send + Sync + 'static,
    {
        self.migrator.set_metric_callback(callback.clone());
        let listener: StatementListener = Arc::new(callback);
        self.reader.set_listener(Arc::clone(&listener));
        self.listener = Some(listener);
    }

    /// Begins a writing transaction at the moment `now`. It is rolled back unless [`WriteTx::commit`] is called.
    ///
    /// # Errors
    /// When no connection is free in time or the database is away.
    pub async fn begin_write(&self, now: DateTime<Utc>) -> Result<WriteTx, DbErr> {
        let tx = Transaction::begin(&self.writer, self.listener.clone()).await?;
        Ok(WriteTx {
            tx,
            now,
            backend: self.backend,
            signals: Arc::clone(&self.signals),
            appended_events: AtomicBool::new(false),
            enqueued_deliveries: AtomicBool::new(false),
            changed_content: AtomicBool::new(false),
            waiting: Waiting::default(),
            holds_deliveries: AtomicBool::new(false),
        })
    }

    /// Closes all connections.
    ///
    /// # Errors
    /// When the driver can't.
    pub async fn close(self) -> Result<(), DbErr> {
        self.reader.connections().close().await?;
        if self.backend == DbBackend::Sqlite {
            self.writer.close().await?;
        }
        Ok(())
    }
}

/// One writing transaction: everything a command does commits together or not at all.
#[derive(Debug)]
pub struct WriteTx {
    tx: Transaction,
    now: DateTime<Utc>,
    backend: DbBackend,
    signals: Arc<Signals>,
    appended_events: AtomicBool,
    enqueued_deliveries: AtomicBool,
    changed_content: AtomicBool,
    waiting: Waiting,
    holds_deliveries: AtomicBool,
}

impl WriteTx {
    /// The connection to run statements on.
    #[must_use]
    pub fn conn(&self) -> &Transaction {
        &self.tx
    }

    /// The moment of the transaction: the same for every row it writes.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Which database it is.
    #[must_use]
    pub fn backend(&self) -> DbBackend {
        self.backend
    }

    /// Waits for every other transaction that holds the lock `name`, and holds it until this one ends: for what no row
    /// stands for yet, such as the next free slug. SQLite has one writer at a time, which is this one.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn lock_name(&self, name: &str) -> Result<(), DbErr> {
        if self.backend == DbBackend::Postgres {
            let lock = Statement::from_sql_and_values(
                self.backend,
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                [name.into()],
            );
            self.tx.execute_raw(lock).await?;
        }
        Ok(())
    }

    /// Adds to what is written together, just before the commit: a statement for all rows of a kind instead of one a row.
    /// It is for rows that nothing in the transaction reads, such as the audit log's.
    pub fn later<L: Later + Default>(&self, add: impl FnOnce(&mut L)) {
        self.waiting.add(add);
    }

    /// Remembers to wake the feed after the commit.
    pub(crate) fn mark_events(&self) {
        self.appended_events.store(true, Ordering::Relaxed);
    }

    /// Remembers to wake the outbox after the commit.
    pub(crate) fn mark_deliveries(&self) {
        self.enqueued_deliveries.store(true, Ordering::Relaxed);
    }

    /// From here on, messages that are written wait for a person to release them.
    pub fn hold_deliveries(&self) {
        self.holds_deliveries.store(true, Ordering::Relaxed);
    }

    /// Whether messages that are written wait for a person.
    pub(crate) fn holds_deliveries(&self) -> bool {
        self.holds_deliveries.load(Ordering::Relaxed)
    }

    /// Remembers that visitors will see something else: no instance gives an older answer than this for more than a
    /// second after the commit. The record layer calls it for records marked as shown to visitors; who writes what they
    /// see past that layer calls it too.
    pub fn mark_content(&self) {
        self.changed_content.store(true, Ordering::Relaxed);
    }

    /// Rolls back, and waits for it. Dropping does the same without waiting.
    ///
    /// # Errors
    /// When the database refuses; nothing was written all the same.
    pub async fn rollback(self) -> Result<(), DbErr> {
        self.tx.rollback().await
    }

    /// Commits, then wakes the feed and the outbox if there is something for them.
    ///
    /// # Errors
    /// When the database refuses or a statement failed before; nothing was written then, unless the connection was lost
    /// on the way: then nobody here can know, and the caller asks again with the same idempotency key.
    pub async fn commit(self) -> Result<(), DbErr> {
        self.waiting.write_all(&self).await?;
        // Last of all statements: whoever else changes content waits for this row until the commit.
        let content = if self.changed_content.into_inner() {
            Some(content_version::bump_in_tx(&self.tx, self.backend).await?)
        } else {
            None
        };
        self.tx.commit().await?;
        if let Some(version) = content {
            self.signals.content.raise(version);
        }
        if self.appended_events.into_inner() {
            self.signals.events.notify_one();
        }
        if self.enqueued_deliveries.into_inner() {
            self.signals.deliveries.notify_one();
        }
        Ok(())
    }
}

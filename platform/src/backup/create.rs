//! Making a backup.

use std::{collections::BTreeMap, path::PathBuf};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use futures_util::TryStreamExt as _;
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{
    AccessMode, ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, IsolationLevel,
    Statement, TransactionTrait as _,
};
use sha2::{Digest as _, Sha256};
use tokio::sync::mpsc;

use super::{
    NamedFiles, Progress, Step,
    archive::{self, Header, Manifest, Part},
    folder::{Backup, LockedFolder},
    rows::{self, Sum},
};
use crate::{
    backup_keys::{Identities, Recipient},
    db::{DatabaseOptions, Db},
    storage::Storage,
};

/// Rows are put together up to this many bytes.
const CHUNK: usize = 1 << 20;
/// Parts that wait for the disk.
const WAITING: usize = 4;

/// What is backed up.
#[derive(Debug, Clone)]
pub struct Source {
    /// The database, which is read on a connection of its own.
    pub database: DatabaseOptions,
    /// The files.
    pub storage: Storage,
    /// Which files belong to it.
    pub named_files: NamedFiles,
}

/// Writes a backup into the folder. It appears there once it is whole and on the disk. The identities open it besides
/// `recipients`: for proving it, after which they are forgotten.
///
/// # Errors
/// When the database, storage or the disk refuses: nothing of it is left then.
pub async fn create(
    source: &Source,
    folder: &LockedFolder,
    recipients: &[Recipient],
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<(Backup, Identities)> {
    ensure!(
        !recipients.is_empty(),
        "BACKUP_RECIPIENT isn't set: make a pair of keys with `belle-house backup keygen` and write the public one there"
    );
    let (witness, witness_key) = Identities::ephemeral();
    let mut all: Vec<Recipient> = recipients.to_vec();
    all.push(witness_key);
    let place = folder.begin(now)?;
    let (parts, mut received) = mpsc::channel(WAITING);
    let path: PathBuf = place.unfinished().to_owned();
    let writing =
        tokio::task::spawn_blocking(move || archive::write(&path, &all, || received.blocking_recv()));
    let read = read_all(source, now, &parts, progress).await;
    drop(parts);
    let written = writing.await?;
    let (header, manifest) = match (read, &written) {
        (Ok(read), _) => read,
        // A part that nobody takes any more: the disk said why.
        (Err(error), Ok(_)) => return Err(error),
        (Err(error), Err(_)) if !error.is::<NobodyWrites>() => return Err(error),
        (Err(_), Err(_)) => {
            return Err(written.err().unwrap_or_else(|| NobodyWrites.into()))
                .context("the backup can't be written; is the disk full?");
        }
    };
    let written = written.context("the backup can't be written; is the disk full?")?;
    let backup = Backup {
        name: place.name().to_owned(),
        taken_at: now,
        bytes: written.bytes,
        sha256: Some(written.sha256),
        database: Some(header.database),
        migration: Some(header.migration),
        made_by: Some(header.made_by),
        rows: manifest.rows(),
        files: manifest.files.len() as u64,
        missing_files: manifest.missing.len() as u64,
        proven_at: None,
        problem: None,
    };
    place.finish(&backup)?;
    Ok((backup, witness))
}

/// The thread that writes has ended.
#[derive(Debug, thiserror::Error)]
#[error("the backup's file is closed")]
struct NobodyWrites;

async fn send(parts: &mpsc::Sender<Part>, part: Part) -> Result<()> {
    Ok(parts.send(part).await.map_err(|_| NobodyWrites)?)
}

async fn read_all(
    source: &Source,
    now: DateTime<Utc>,
    parts: &mpsc::Sender<Part>,
    progress: &Progress,
) -> Result<(Header, Manifest)> {
    let connection = Db::connect_alone(&source.database).await?;
    let snapshot = snapshot(&connection).await?;
    let migration = last_migration(&snapshot).await?;
    let database = match connection.get_database_backend() {
        DbBackend::Postgres => "PostgreSQL",
        _ => "SQLite",
    };
    let header = Header::new(now, migration, env!("CARGO_PKG_VERSION").to_owned(), database);
    send(parts, Part::Header(header.clone())).await?;

    let tables = rows::tables(&snapshot).await?;
    let mut manifest = Manifest::default();
    for (done, table) in tables.iter().enumerate() {
        progress(Step {
            doing: "tables",
            done: done as u64,
            of: tables.len() as u64,
        });
        let mut sum = Sum::default();
        let mut chunk = Vec::new();
        let mut lines = table.lines(&snapshot).await?;
        while let Some(line) = lines.try_next().await? {
            sum.add(&line);
            chunk.extend_from_slice(&line);
            chunk.push(b'\n');
            if chunk.len() >= CHUNK {
                let lines = std::mem::take(&mut chunk);
                let table = table.name.clone();
                send(parts, Part::Rows { table, lines }).await?;
            }
        }
        if !chunk.is_empty() {
            let table = table.name.clone();
            send(parts, Part::Rows { table, lines: chunk }).await?;
        }
        manifest.tables.insert(table.name.clone(), sum.finish());
    }
    let named = (source.named_files)(&snapshot).await?;
    // The rows are read; files don't change, so nothing keeps the database waiting for them.
    snapshot.rollback().await?;
    (manifest.files, manifest.missing) = read_files(source, &connection, named, parts, progress).await?;
    connection.close().await?;
    send(parts, Part::Manifest(manifest.clone())).await?;
    Ok((header, manifest))
}

async fn read_files(
    source: &Source,
    connection: &DatabaseConnection,
    named: Vec<String>,
    parts: &mpsc::Sender<Part>,
    progress: &Progress,
) -> Result<(BTreeMap<String, String>, Vec<String>)> {
    let of = named.len() as u64;
    let mut files = BTreeMap::new();
    let mut missing = Vec::new();
    for (done, key) in named.into_iter().enumerate() {
        progress(Step {
            doing: "pictures",
            done: done as u64,
            of,
        });
        let Some(content) = source.storage.read(&key, None).await? else {
            missing.push(key);
            continue;
        };
        let content = Vec::from(content);
        files.insert(key.clone(), HEXLOWER.encode(&Sha256::digest(&content)));
        send(parts, Part::File { key, content }).await?;
    }
    if !missing.is_empty() {
        // Those of records that were removed for good meanwhile are gone rightly.
        let now = snapshot(connection).await?;
        let still: std::collections::HashSet<String> =
            (source.named_files)(&now).await?.into_iter().collect();
        now.rollback().await?;
        let gone: Vec<&String> = missing.iter().filter(|key| still.contains(*key)).collect();
        if !gone.is_empty() {
            tracing::error!(
                files = gone.len(),
                first = gone.first(),
                "storage lacks files that records name: the backup is made without them"
            );
        }
    }
    Ok((files, missing))
}

/// A transaction that sees the database as it is now, whatever is written meanwhile, and keeps nobody waiting.
async fn snapshot(connection: &DatabaseConnection) -> Result<DatabaseTransaction> {
    let snapshot = match connection.get_database_backend() {
        DbBackend::Postgres => {
            let (level, mode) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            connection.begin_with_config(Some(level), Some(mode)).await?
        }
        _ => connection.begin().await?,
    };
    // A snapshot is taken by the first read.
    let first = Statement::from_string(
        snapshot.get_database_backend(),
        "SELECT count(*) FROM seaql_migrations",
    );
    snapshot.query_one_raw(first).await?;
    Ok(snapshot)
}

async fn last_migration(snapshot: &DatabaseTransaction) -> Result<String> {
    let sql = "SELECT version FROM seaql_migrations";
    let rows = snapshot
        .query_all_raw(Statement::from_string(snapshot.get_database_backend(), sql))
        .await?;
    let applied = rows
        .iter()
        .map(|row| row.try_get::<String>("", "version"))
        .collect::<Result<std::collections::HashSet<_>, _>>()?;
    let known: Vec<String> = Migrator::migrations()
        .iter()
        .map(|one| one.name().to_owned())
        .collect();
    ensure!(
        known.len() == applied.len() && known.iter().all(|name| applied.contains(name)),
        "the database's schema isn't this version's: run `belle-house migrate` first, or the version that migrated it"
    );
    known.into_iter().next_back().context("there are no migrations")
}

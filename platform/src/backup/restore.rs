//! Bringing a backup back, and proving that it would come back.

use std::{path::Path, sync::Arc, time::Duration};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ConnectionTrait as _, DatabaseConnection, DatabaseTransaction, DbBackend, EntityTrait as _, Statement,
    TransactionTrait as _,
};

use super::{
    NamedFiles, Progress, Step,
    archive::{self, Header, Manifest},
    folder::LockedFolder,
    load::{self, Checked},
    rows,
};
use crate::{
    backup_keys::Identities,
    db::{DatabaseOptions, Db},
    events::{FEED_HEAD_ID, feed_head},
    storage::Storage,
};

/// What follows from a restore, written in its transaction.
pub type Consequences =
    Arc<dyn for<'a> Fn(&'a DatabaseTransaction) -> BoxFuture<'a, Result<()>> + Send + Sync>;

/// A server that lives has written within this.
const HEARTBEAT_EXPECTED: TimeDelta = TimeDelta::seconds(45);
/// Longer than a server waits between two beats.
const A_BEAT: Duration = Duration::from_secs(12);

/// Where a backup is restored to.
#[derive(Clone)]
pub struct Target {
    /// The database.
    pub database: DatabaseOptions,
    /// Where its files go.
    pub storage: Storage,
    /// Whether data that is there is replaced.
    pub replace: bool,
    /// What follows.
    pub consequences: Consequences,
}

/// What was restored.
#[derive(Debug, Clone)]
pub struct Restored {
    /// When the backup was taken.
    pub taken_at: DateTime<Utc>,
    /// Rows of all tables.
    pub rows: u64,
    /// Files of storage.
    pub files: u64,
}

/// Reads a backup to its end and compares it with its own manifest.
///
/// # Errors
/// When it isn't whole, isn't authentic, or the identities don't open it.
pub async fn check(path: &Path, identities: &Identities, progress: &Progress) -> Result<(Header, Manifest)> {
    let (path, identities, progress) = (path.to_owned(), identities.clone(), Arc::clone(progress));
    tokio::task::spawn_blocking(move || {
        let mut done = 0;
        archive::check(&path, &identities, || {
            done += 1;
            progress(Step {
                doing: "reading",
                done,
                of: 0,
            });
        })
    })
    .await?
}

/// Restores a backup, all of it or nothing.
///
/// # Errors
/// When the file isn't whole, somebody serves the database, it holds data and `replace` isn't set, or it refuses. What was
/// there is there then.
pub async fn restore(
    path: &Path,
    identities: &Identities,
    target: &Target,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Restored> {
    let (header, manifest) = check(path, identities, progress).await?;
    let checked = Checked {
        path: path.to_owned(),
        identities: identities.clone(),
        header,
        manifest,
    };
    let connection = Db::connect_alone(&target.database).await?;
    refuse_while_served(&connection, now).await?;
    let tx = connection.begin().await?;
    if !target.replace && is_in_use(&tx).await? {
        bail!(
            "the database holds data already. Nothing was changed; --replace has the backup take its place."
        );
    }
    load::load(&tx, &checked, Some(&target.storage), now, progress).await?;
    (target.consequences)(&tx).await?;
    let epoch = epoch(&tx).await?;
    tx.commit()
        .await
        .context("what was restored could not be committed")?;
    connection.close().await?;
    // A disk that is full can make an acknowledged commit one that never was.
    let again = Db::connect_alone(&target.database).await?;
    let seen = self::epoch(&again).await?;
    again.close().await?;
    ensure!(
        seen == epoch,
        "what was restored isn't there: nothing was changed. Is the disk full?"
    );
    Ok(Restored {
        taken_at: checked.header.taken_at,
        rows: checked.manifest.rows(),
        files: checked.manifest.files.len() as u64,
    })
}

/// Proves a backup: loads it into a scratch database in the folder, as a restore does, and looks whether all is there.
///
/// # Errors
/// When it wouldn't come back.
pub async fn prove(
    path: &Path,
    identities: &Identities,
    folder: &LockedFolder,
    named_files: NamedFiles,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Manifest> {
    let proof = folder.begin_proof()?;
    let (header, manifest) = check(path, identities, progress).await?;
    let checked = Checked {
        path: path.to_owned(),
        identities: identities.clone(),
        header,
        manifest,
    };
    let scratch = DatabaseOptions {
        url: format!("sqlite://{}", proof.path().join("scratch.sqlite3").display()),
        max_connections: 1,
        statement_timeout: Duration::ZERO,
    };
    let connection = Db::connect_alone(&scratch).await?;
    let tx = connection.begin().await?;
    load::load(&tx, &checked, None, now, progress).await?;
    let missing = &checked.manifest.missing;
    for key in (named_files)(&tx).await? {
        ensure!(
            checked.manifest.files.contains_key(&key) || missing.contains(&key),
            "rows name the file {key}, and the backup doesn't hold it"
        );
    }
    tx.commit().await?;
    connection.close().await?;
    Ok(checked.manifest)
}

async fn epoch(conn: &impl sea_orm::ConnectionTrait) -> Result<uuid::Uuid> {
    let head = feed_head::Entity::find_by_id(FEED_HEAD_ID).one(conn).await?;
    Ok(head.context("the event log has no head")?.epoch)
}

/// Whether anything was ever entered: all that is written is audited.
async fn is_in_use(tx: &DatabaseTransaction) -> Result<bool> {
    if !rows::all_tables(tx)
        .await?
        .iter()
        .any(|table| table == "audit_entries")
    {
        return Ok(false);
    }
    let any = Statement::from_string(tx.get_database_backend(), "SELECT 1 FROM audit_entries LIMIT 1");
    Ok(tx.query_one_raw(any).await?.is_some())
}

/// SQLite's file has a lock for this; on PostgreSQL a server shows by its heartbeat.
async fn refuse_while_served(connection: &DatabaseConnection, now: DateTime<Utc>) -> Result<()> {
    if connection.get_database_backend() != DbBackend::Postgres
        || !rows::all_tables(connection)
            .await?
            .iter()
            .any(|table| table == "heartbeat")
    {
        return Ok(());
    }
    let beat = async || -> Result<(i64, Option<DateTime<Utc>>)> {
        let read = Statement::from_string(
            DbBackend::Postgres,
            "SELECT beat, beaten_at FROM heartbeat WHERE id = 1",
        );
        let row = connection
            .query_one_raw(read)
            .await?
            .context("the table heartbeat is empty")?;
        Ok((row.try_get("", "beat")?, row.try_get("", "beaten_at")?))
    };
    let (before, at) = beat().await?;
    if at.is_none_or(|at| (now - at).abs() > HEARTBEAT_EXPECTED) {
        return Ok(());
    }
    tracing::info!("a server wrote a moment ago; looking whether it still does");
    tokio::time::sleep(A_BEAT).await;
    ensure!(
        beat().await?.0 == before,
        "a server is running on this database. Nothing was changed: stop all instances first."
    );
    Ok(())
}

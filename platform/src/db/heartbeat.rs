//! Proof, every few seconds, that readers see what the writer commits.
//!
//! A connection that is left inside a transaction fails without a sound: its writes are acknowledged and reach nobody,
//! its reads answer with what was. So one row is counted up by an ordinary writing transaction and read back on each
//! idle reading connection. A connection that sees less is closed, the log says so, and the instance isn't ready until
//! a later beat has been seen everywhere.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio_util::sync::CancellationToken;

use super::{Db, connections::is_lost};
use crate::{clock::SharedClock, db::write_tx, metrics};

/// How often. What is lost unseen is lost for no longer than this.
const EVERY: Duration = Duration::from_secs(10);
const READ: &str = "SELECT beat FROM heartbeat WHERE id = 1";

/// What the last beat showed.
#[derive(Debug, Default)]
pub struct Heartbeat {
    unseen: AtomicBool,
}

impl Heartbeat {
    /// Whether readers saw the last beat. True before the first.
    #[must_use]
    pub fn is_seen(&self) -> bool {
        !self.unseen.load(Ordering::Acquire)
    }
}

/// Beats until `stop`.
pub async fn run(db: Db, clock: SharedClock, stop: CancellationToken) {
    loop {
        if let Err(error) = metrics::job("heartbeat", beat(&db, clock.now())).await {
            tracing::error!(%error, "the heartbeat could not be written and read: is the disk full, or the database away?");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Counts up and looks whether it is seen. `false` when it isn't: those connections are closed now.
///
/// # Errors
/// When the row can't be written or read; what readers see is then not known, and the last finding stays.
pub async fn beat(db: &Db, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let beat: i64 = write_tx!(db.at(now), |tx| {
        let count = Statement::from_sql_and_values(
            db.backend(),
            "UPDATE heartbeat SET beat = beat + 1, beaten_at = $1 WHERE id = 1 RETURNING beat",
            [now.into()],
        );
        let row = tx.conn().query_one_raw(count).await?.ok_or_else(no_row)?;
        row.try_get("", "beat")
    })?;
    let blind = blind(db, beat).await?;
    if blind > 0 {
        tracing::error!(
            beat,
            connections = blind,
            "a committed write is not seen by connections that read: they are closed; report this with the log before it"
        );
        // Whether it was the readers or the writer: both begin anew.
        renew_writer(db).await;
    }
    db.heartbeat.unseen.store(blind > 0, Ordering::Release);
    Ok(blind == 0)
}

/// When this database was last written to by a server, as a new connection sees it.
///
/// # Errors
/// When the database refuses.
pub async fn last(db: &Db) -> Result<Option<DateTime<Utc>>, DbErr> {
    let read = Statement::from_string(db.backend(), "SELECT beaten_at FROM heartbeat WHERE id = 1");
    let row = db.reader().query_one_raw(read).await?.ok_or_else(no_row)?;
    row.try_get("", "beaten_at")
}

/// Reads on each connection that is free now, closes those that don't see `beat`, and counts them.
async fn blind(db: &Db, beat: i64) -> Result<usize, DbErr> {
    let read = Statement::from_string(db.backend(), READ);
    let connections = db.reader.connections();
    let mut readers = connections.take_free();
    if readers.is_empty() {
        readers.push(connections.take().await?);
    }
    let mut blind = 0;
    for mut reader in readers {
        let row = match reader.fetch_optional(&read).await {
            Ok(row) => row.ok_or_else(no_row)?,
            // Dropped, and so closed: the next statement gets another one.
            Err(error) if is_lost(&error) => continue,
            Err(error) => return Err(error),
        };
        let seen: i64 = row.try_get("", "beat")?;
        if seen < beat {
            blind += 1;
        } else {
            reader.release();
        }
    }
    Ok(blind)
}

async fn renew_writer(db: &Db) {
    if db.backend() == DbBackend::Sqlite
        && let Ok(connection) = db.migrator.get_sqlite_connection_pool().acquire().await
    {
        let _ = connection.close().await;
    }
}

fn no_row() -> DbErr {
    DbErr::Custom("the table heartbeat is empty: run `belle-house migrate`".to_owned())
}

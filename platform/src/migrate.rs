//! Bringing the database to the schema that this build expects.

use anyhow::{Context, Result};
use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, TransactionTrait};

use super::{db::Db, db::write_tx, events};

/// Locks migrating among processes that start together on one PostgreSQL; any number that nobody else uses.
const LOCK: i64 = 0x6268_6d69_6772;

/// Applies what is missing. Safe to call from several processes at once.
///
/// # Errors
/// When the database refuses.
pub async fn migrate(db: &Db, now: DateTime<Utc>) -> Result<()> {
    let alone = match db.backend() {
        DbBackend::Postgres => {
            let lock = db.migrator().begin().await?;
            // Waiting for another process may take as long as its migrations do.
            lock.execute_unprepared("SET LOCAL statement_timeout = 0").await?;
            lock.execute_unprepared(&format!("SELECT pg_advisory_xact_lock({LOCK})"))
                .await?;
            Some(lock)
        }
        _ => None,
    };
    Migrator::up(db.migrator(), None)
        .await
        .context("the database could not be migrated")?;
    write_tx!(db.at(now), |tx| { events::ensure_head(tx).await })?;
    if let Some(lock) = alone {
        lock.commit().await?;
    }
    Ok(())
}

/// How many migrations are missing.
///
/// # Errors
/// When the database refuses, or was migrated by a newer build.
pub async fn pending(db: &Db) -> Result<usize, DbErr> {
    Ok(Migrator::get_pending_migrations(db.migrator()).await?.len())
}

//! Bringing the database to the schema that this build expects.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use migration::{Migrator, MigratorTrait, SchemaManager, passes_over};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement, TransactionTrait};

use super::{db::Db, db::write_tx, events};

/// Locks migrating among processes that start together on one PostgreSQL; any number that nobody else uses.
const LOCK: i64 = 0x6268_6d69_6772;
/// Rows that a migration passes over in a second, on a small machine: it is better to be done before one said.
const ROWS_PER_SECOND: u64 = 20_000;

/// A migration that hasn't been applied, and what it passes over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its name.
    pub name: String,
    /// Tables of which it reads or writes every row, with how many there are.
    pub tables: Vec<(&'static str, u64)>,
}

impl Planned {
    /// How long it takes, about, on a small machine; whole seconds, rounded up. Writers of its tables wait so long.
    #[must_use]
    pub fn estimate(&self) -> TimeDelta {
        let rows: u64 = self.tables.iter().map(|(_, rows)| rows).sum();
        let seconds = rows.div_ceil(ROWS_PER_SECOND).max(1);
        TimeDelta::seconds(i64::try_from(seconds).unwrap_or(i64::MAX / 1000))
    }
}

/// Applies what is missing. Safe to call from several processes at once.
///
/// # Errors
/// When the database refuses, or was migrated by a newer build: nothing is changed then.
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
    refuse_newer(db).await?;
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

/// Which migrations are missing, in their order, and how much there is to do. Changes nothing.
///
/// # Errors
/// When the database refuses, or was migrated by a newer build.
pub async fn plan(db: &Db) -> Result<Vec<Planned>> {
    refuse_newer(db).await?;
    let manager = SchemaManager::new(db.migrator());
    let mut planned = Vec::new();
    for migration in Migrator::get_pending_migrations_read_only(db.migrator()).await? {
        let name = migration.name().to_owned();
        let mut tables = Vec::new();
        for &table in passes_over(&name) {
            // One that an earlier of these makes is empty.
            if manager.has_table(table).await? {
                tables.push((table, count(db, table).await?));
            }
        }
        planned.push(Planned { name, tables });
    }
    Ok(planned)
}

/// What has been applied, by name; nothing in a new database.
///
/// # Errors
/// When the database refuses.
pub async fn applied(db: &Db) -> Result<Vec<String>, DbErr> {
    let manager = SchemaManager::new(db.migrator());
    if !manager.has_table("seaql_migrations").await? {
        return Ok(Vec::new());
    }
    let statement = Statement::from_string(db.backend(), "SELECT version FROM seaql_migrations");
    let rows = db.migrator().query_all_raw(statement).await?;
    let mut names = rows
        .iter()
        .map(|row| row.try_get_by_index(0))
        .collect::<Result<Vec<String>, DbErr>>()?;
    names.sort();
    Ok(names)
}

/// An older build must neither serve nor change what it doesn't understand.
async fn refuse_newer(db: &Db) -> Result<()> {
    let known: BTreeSet<String> = Migrator::migrations()
        .iter()
        .map(|migration| migration.name().to_owned())
        .collect();
    let applied = applied(db).await?;
    let newer: Vec<String> = applied.into_iter().filter(|name| !known.contains(name)).collect();
    ensure!(
        newer.is_empty(),
        "the database was migrated by a newer version, which this one doesn't understand ({}): start that version again",
        newer.join(", ")
    );
    Ok(())
}

async fn count(db: &Db, table: &str) -> Result<u64> {
    let statement = Statement::from_string(db.backend(), format!("SELECT count(*) FROM {table}"));
    let row = db.migrator().query_one_raw(statement).await?;
    let rows: i64 = row.context("a count has a row")?.try_get_by_index(0)?;
    Ok(u64::try_from(rows).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_estimate_is_never_nothing() {
        let planned = |tables: &[(&'static str, u64)]| Planned {
            name: "m".to_owned(),
            tables: tables.to_vec(),
        };
        assert_eq!(planned(&[]).estimate(), TimeDelta::seconds(1));
        assert_eq!(planned(&[("events", 20_000)]).estimate(), TimeDelta::seconds(1));
        let two = planned(&[("events", 1_000_000), ("invoices", 1)]);
        assert_eq!(two.estimate(), TimeDelta::seconds(51));
    }

    #[test]
    fn what_passes_over_a_table_is_a_migration() {
        let names: BTreeSet<String> = Migrator::migrations()
            .iter()
            .map(|migration| migration.name().to_owned())
            .collect();
        for (name, tables) in migration::LARGE {
            assert!(names.contains(*name), "{name}");
            assert!(!tables.is_empty() && passes_over(name) == *tables, "{name}");
        }
        assert!(passes_over("m20261121_000001_platform").is_empty());
    }
}

//! Bringing rows into a database, in one transaction, with its triggers and foreign keys out of the way until all are
//! there.

use std::path::PathBuf;

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use migration::{Migrator, MigratorTrait as _};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait as _, DatabaseTransaction, DbBackend, EntityTrait as _, Statement,
};
use tokio::sync::mpsc;

use super::{
    Progress, Step,
    archive::{self, Header, Manifest, Part},
    rows::{self, Table},
};
use crate::{
    backup_keys::Identities,
    events::{FEED_HEAD_ID, feed_head},
    ids::new_uuid,
    storage::{NewFile, Storage},
};

/// Parts that wait for the database.
const WAITING: usize = 4;

/// A file that has been read to its end and checked.
#[derive(Debug, Clone)]
pub(super) struct Checked {
    pub(super) path: PathBuf,
    pub(super) identities: Identities,
    pub(super) header: Header,
    pub(super) manifest: Manifest,
}

/// Replaces everything that is in the database by what is in the backup, compares, and applies newer migrations. Files go
/// into storage, if there is any.
pub(super) async fn load(
    tx: &DatabaseTransaction,
    checked: &Checked,
    storage: Option<&Storage>,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<()> {
    drop_everything(tx).await?;
    Migrator::up(tx, Some(steps_to(&checked.header.migration)?))
        .await
        .context("the schema of the backup can't be made")?;
    let tables = rows::tables(tx).await?;
    let named: Vec<&String> = checked.manifest.tables.keys().collect();
    let made: Vec<&String> = tables.iter().map(|table| &table.name).collect();
    ensure!(
        named == made,
        "the backup holds other tables than its schema has: {named:?}, not {made:?}"
    );
    let aside = set_aside(tx, &tables).await?;
    for table in &tables {
        // What migrations lay.
        tx.execute_unprepared(&format!("DELETE FROM \"{}\"", table.name))
            .await?;
    }
    load_parts(tx, checked, &tables, storage, progress).await?;
    put_back(tx, &aside).await?;
    for table in &tables {
        let found = table.sum(tx).await?;
        let expected = checked.manifest.tables.get(&table.name);
        ensure!(
            Some(&found) == expected,
            "{} was loaded, and reads otherwise than it was backed up: {found:?}, not {expected:?}",
            table.name
        );
    }
    Migrator::up(tx, None)
        .await
        .context("newer migrations can't be applied to what was loaded")?;
    // A log of its own: cursors of before are refused, and readers told.
    feed_head::Entity::insert(feed_head::ActiveModel {
        id: Set(FEED_HEAD_ID),
        epoch: Set(new_uuid(now)),
        position: Set(0),
    })
    .exec_without_returning(tx)
    .await?;
    Ok(())
}

/// How many migrations lead to the schema whose last one this is.
fn steps_to(migration: &str) -> Result<u32> {
    let position = Migrator::migrations()
        .iter()
        .position(|known| known.name() == migration);
    let Some(position) = position else {
        bail!(
            "the backup was made by a newer version (its schema is {migration}): restore it with that one, or a later one"
        );
    };
    Ok(u32::try_from(position + 1)?)
}

async fn load_parts(
    tx: &DatabaseTransaction,
    checked: &Checked,
    tables: &[Table],
    storage: Option<&Storage>,
    progress: &Progress,
) -> Result<()> {
    let (parts, mut received) = mpsc::channel(WAITING);
    let (path, identities) = (checked.path.clone(), checked.identities.clone());
    let reading = tokio::task::spawn_blocking(move || {
        archive::read(&path, &identities, |part| {
            parts.blocking_send(part).context("nobody takes what is read")
        })
    });
    let (mut rows, mut files) = (0, 0);
    let of_rows = checked.manifest.rows();
    let of_files = checked.manifest.files.len() as u64;
    while let Some(part) = received.recv().await {
        match part {
            Part::Rows { table, lines } => {
                let table = tables
                    .iter()
                    .find(|known| known.name == table)
                    .with_context(|| format!("there is no table {table}"))?;
                let lines: Vec<&[u8]> = archive::lines_of(&lines).collect();
                table.insert(tx, &lines).await?;
                rows += lines.len() as u64;
                progress(Step {
                    doing: "rows",
                    done: rows,
                    of: of_rows,
                });
            }
            Part::File { key, content } => {
                if let Some(storage) = storage {
                    let file = NewFile {
                        content_type: content_type(&key),
                        key,
                        bytes: content.into(),
                    };
                    storage.put(vec![file]).await?;
                }
                files += 1;
                progress(Step {
                    doing: "pictures",
                    done: files,
                    of: of_files,
                });
            }
            Part::Header(_) | Part::Manifest(_) => {}
        }
    }
    reading.await?
}

fn content_type(key: &str) -> &'static str {
    match key.rsplit('.').next() {
        Some("webp") => "image/webp",
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

async fn drop_everything(tx: &DatabaseTransaction) -> Result<()> {
    let cascade = match tx.get_database_backend() {
        DbBackend::Postgres => " CASCADE",
        _ => "",
    };
    for table in rows::all_tables(tx).await? {
        tx.execute_unprepared(&format!("DROP TABLE \"{table}\"{cascade}"))
            .await?;
    }
    if tx.get_database_backend() == DbBackend::Postgres {
        let functions = "SELECT p.oid::regprocedure::text AS name FROM pg_proc p \
            WHERE p.pronamespace = current_schema()::regnamespace \
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')";
        for function in names(tx, functions).await? {
            tx.execute_unprepared(&format!("DROP FUNCTION {function} CASCADE"))
                .await?;
        }
    }
    Ok(())
}

/// Statements that bring back what was set aside.
struct Aside(Vec<String>);

/// Issued invoices are kept from getting lines, rows stand before those that they refer to: none of it applies to rows
/// that have been through it all.
async fn set_aside(tx: &DatabaseTransaction, tables: &[Table]) -> Result<Aside> {
    let mut back = Vec::new();
    match tx.get_database_backend() {
        DbBackend::Postgres => {
            let keys = "SELECT format('ALTER TABLE %s ALTER CONSTRAINT %I', conrelid::regclass, conname) AS name \
                FROM pg_constraint WHERE contype = 'f' AND connamespace = current_schema()::regnamespace";
            let keys = names(tx, keys).await?;
            for key in &keys {
                tx.execute_unprepared(&format!("{key} DEFERRABLE INITIALLY DEFERRED"))
                    .await?;
            }
            // Checks them all, now.
            back.push("SET CONSTRAINTS ALL IMMEDIATE".to_owned());
            back.extend(keys.iter().map(|key| format!("{key} NOT DEFERRABLE")));
            for table in tables {
                let alter = format!("ALTER TABLE \"{}\"", table.name);
                tx.execute_unprepared(&format!("{alter} DISABLE TRIGGER USER"))
                    .await?;
                back.push(format!("{alter} ENABLE TRIGGER USER"));
            }
        }
        // Foreign keys are off on this connection, since they can't be put off within a transaction.
        _ => {
            back = names(tx, "SELECT sql AS name FROM sqlite_master WHERE type = 'trigger'").await?;
            for trigger in names(tx, "SELECT name FROM sqlite_master WHERE type = 'trigger'").await? {
                tx.execute_unprepared(&format!("DROP TRIGGER \"{trigger}\""))
                    .await?;
            }
        }
    }
    Ok(Aside(back))
}

async fn put_back(tx: &DatabaseTransaction, aside: &Aside) -> Result<()> {
    for statement in &aside.0 {
        tx.execute_unprepared(statement)
            .await
            .context("rows refer to others that the backup doesn't hold")?;
    }
    if tx.get_database_backend() == DbBackend::Sqlite {
        let broken = "SELECT \"table\" || ' → ' || parent AS name FROM pragma_foreign_key_check LIMIT 5";
        let broken = names(tx, broken).await?;
        ensure!(
            broken.is_empty(),
            "rows refer to others that the backup doesn't hold: {broken:?}"
        );
    }
    Ok(())
}

async fn names(tx: &DatabaseTransaction, sql: &str) -> Result<Vec<String>> {
    let rows = tx
        .query_all_raw(Statement::from_string(tx.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<String>("", "name")?))
        .collect()
}

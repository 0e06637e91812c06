//! The database, as commands open it.

use anyhow::Result;

use super::{lock::require_one_name, output};
pub use crate::app::connect;
use platform::{
    clock::{Clock, SystemClock},
    config::Config,
    db::Db,
    migrate,
};

/// Connects, and brings the schema up to date.
///
/// # Errors
/// When the database can't be reached or refuses.
pub async fn open(config: &Config) -> Result<Db> {
    require_one_name(config)?;
    let db = connect(config).await?;
    migrate::migrate(&db, SystemClock.now()).await?;
    Ok(db)
}

/// Says which migrations are missing, what they pass over and about how long that takes. Changes nothing.
///
/// # Errors
/// When the database can't be reached, or was migrated by a newer version.
pub async fn plan(config: &Config) -> Result<()> {
    // Looking must not create an SQLite file.
    if config.database.sqlite_path().is_some_and(|path| !path.exists()) {
        return output::line("There is no database yet: `migrate` makes it.");
    }
    let db = connect(config).await?;
    let planned = migrate::plan(&db).await?;
    if planned.is_empty() {
        return output::line("Nothing is missing: the database is up to date.");
    }
    for one in &planned {
        let tables: Vec<String> = one
            .tables
            .iter()
            .map(|(table, rows)| format!("{table} ({rows} rows)"))
            .collect();
        let passes_over = if tables.is_empty() {
            "nothing large".to_owned()
        } else {
            tables.join(", ")
        };
        let seconds = one.estimate().num_seconds();
        output::line(format!("{}: {passes_over}, at most about {seconds} s", one.name))?;
    }
    output::line(format!(
        "{} migration(s) are missing. Writers of these tables wait meanwhile; make a backup first.",
        planned.len()
    ))
}

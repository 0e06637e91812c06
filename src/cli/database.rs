//! The database, as commands open it.

use anyhow::{Context, Result};
use secrecy::ExposeSecret;

use crate::platform::{
    clock::{Clock, SystemClock},
    config::Config,
    db::{DatabaseOptions, Db},
    migrate,
};

/// Connects; a SQLite file that doesn't exist is created.
///
/// # Errors
/// When the database can't be reached.
pub async fn connect(config: &Config) -> Result<Db> {
    if let Some(folder) = config
        .database
        .sqlite_path()
        .as_deref()
        .and_then(std::path::Path::parent)
    {
        std::fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    let options = DatabaseOptions {
        url: config.database.url.expose_secret().to_owned(),
        max_connections: config.database.max_connections,
        statement_timeout: config.database.statement_timeout,
    };
    Db::connect(&options)
        .await
        .context("the database can't be reached: check DATABASE_URL, and that it runs")
}

/// Connects, and brings the schema up to date.
///
/// # Errors
/// When the database can't be reached or refuses.
pub async fn open(config: &Config) -> Result<Db> {
    let db = connect(config).await?;
    migrate::migrate(&db, SystemClock.now()).await?;
    Ok(db)
}

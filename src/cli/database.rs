//! The database, as commands open it.

use anyhow::Result;

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
    let db = connect(config).await?;
    migrate::migrate(&db, SystemClock.now()).await?;
    Ok(db)
}

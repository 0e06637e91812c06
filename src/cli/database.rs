//! The database, as commands open it.

use anyhow::Result;

use super::lock::require_one_name;
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

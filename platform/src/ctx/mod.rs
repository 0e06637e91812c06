//! What commands and queries work with: handed down, never global.

use std::sync::Arc;

use super::{announce::Announcer, clock::SharedClock, config::Config, crypto::Keys, db::Db, holds::Holders};

/// The tools of every command and query. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Ctx {
    /// The database.
    pub db: Db,
    /// The time.
    pub clock: SharedClock,
    /// The server's keys.
    pub keys: Arc<Keys>,
    /// What the environment says.
    pub config: Arc<Config>,
    /// Tells people what happened.
    pub announcer: Arc<dyn Announcer>,
    /// Asked before a record changes that others hold on to.
    pub holders: Holders,
}

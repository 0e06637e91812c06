//! What commands and queries work with: handed down, never global.

use std::sync::Arc;

pub mod holds;

use chrono::{DateTime, Utc};

use self::holds::Holders;
use super::{
    actor::Actor,
    announce::Announcer,
    clock::SharedClock,
    config::Config,
    crypto::Keys,
    db::{Db, WriteTx, write::Writer},
    messages::Catalogues,
};

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
    /// What people are told when something can't be done.
    pub catalogues: Arc<Catalogues>,
    /// Tells people what happened.
    pub announcer: Arc<dyn Announcer>,
    /// Asked before a record changes that others hold on to.
    pub holders: Holders,
}

impl Writer for &Ctx {
    fn db(&self) -> &Db {
        &self.db
    }

    fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

/// The transaction that deletes, restores or removes, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub struct RecordTx<'a> {
    /// The tools.
    pub ctx: &'a Ctx,
    /// The transaction.
    pub tx: &'a WriteTx,
    /// Who asked for it.
    pub actor: &'a Actor,
}

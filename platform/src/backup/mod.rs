//! Backups that come back: one encrypted file of everything (docs/decisions/0025-backups-that-come-back.md).
//!
//! [`create`] writes one, [`prove`] loads it into a scratch database and compares, [`restore`] brings it back, into either
//! database. [`Folder`] is where they are kept, and what is pruned of them; [`Copies`] are in a bucket, away from the machine.

mod archive;
mod copies;
mod create;
mod folder;
mod load;
mod restore;
mod rows;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use sea_orm::DatabaseTransaction;

pub use crate::backup_keys::{Identities, Recipient, generate};
pub use archive::{Header, Manifest, WrongIdentity};
pub use copies::Copies;
pub use create::{Source, create};
pub use folder::{Backup, Folder, Kept, LockedFolder};
pub use restore::{Consequences, Restored, Target, check, prove, restore};
pub use rows::TableSummary;

/// The keys in storage of all files that the rows of a database name.
pub type NamedFiles = for<'a> fn(&'a DatabaseTransaction) -> BoxFuture<'a, anyhow::Result<Vec<String>>>;

/// How far a piece of work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What is being done.
    pub doing: &'static str,
    /// How much of it is done.
    pub done: u64,
    /// How much there is; 0 where that isn't known.
    pub of: u64,
}

/// Hears how far the work is. Called often.
pub type Progress = Arc<dyn Fn(Step) + Send + Sync>;

/// Nobody watches.
#[must_use]
pub fn unwatched() -> Progress {
    Arc::new(|_| {})
}

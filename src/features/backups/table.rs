//! The table `backup_state`: who makes the next backup, and how the last one went. One row.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// The id of the one row.
pub const STATE_ID: i32 = 1;

/// How far the work is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "backup_state")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// The instance that is making one…
    pub lease_owner: Option<Uuid>,
    /// …and until when no other begins.
    pub lease_until: Option<DateTime<Utc>>,
    /// When an administrator asked for one that hasn't begun.
    pub requested_at: Option<DateTime<Utc>>,
    /// When the last one was begun.
    pub started_at: Option<DateTime<Utc>>,
    /// When the last proven one was taken.
    pub proven_at: Option<DateTime<Utc>>,
    /// What went wrong with the last one; null when it is proven.
    pub problem: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

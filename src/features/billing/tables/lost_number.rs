//! The table `lost_numbers`: numbers that were given after the backup that was restored; their documents are not here.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

/// One number.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "lost_numbers")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub series: String,
    pub year: i32,
    pub sequence: i64,
    pub recorded_at: DateTime<Utc>,
    /// The administrator who said so.
    pub recorded_by: Option<AccountId>,
}

impl ActiveModelBehavior for ActiveModel {}

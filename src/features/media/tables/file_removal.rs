//! Folders of files whose rows are gone. Written in the transaction that removes the rows, worked off after it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// The table `file_removals`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "file_removals")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub folder: String,
    pub attempts: i32,
    pub not_before: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

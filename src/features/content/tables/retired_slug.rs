//! The table `retired_slugs`: what records were called before in URLs, so that old links still lead to them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// One slug that a record had. It has one owner among the records of its kind.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "retired_slugs")]
pub struct Model {
    /// The kind of record, as in the audit log.
    #[sea_orm(primary_key, auto_increment = false)]
    pub kind: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub slug: String,
    pub record_id: Uuid,
    pub retired_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

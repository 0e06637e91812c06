//! The table `known_addresses`: from where accounts have signed in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// An account and an address.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "known_addresses")]
pub struct Model {
    /// Both of them under the server's key: the table tells nobody who was where.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    /// The last sign-in.
    pub last_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

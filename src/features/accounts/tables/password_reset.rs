//! The table `password_resets`: the newest link that was asked for an address, whether anybody has it or not.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

/// One link. An address that is nobody's has a row as well, so that asking takes as long and writes as much.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "password_resets")]
pub struct Model {
    /// The address under the server's key: the table names nobody.
    #[sea_orm(primary_key, auto_increment = false)]
    pub address_key: String,
    /// Whose password it changes; null when nobody has the address.
    pub account_id: Option<AccountId>,
    /// SHA-256 of the token in the link. The token itself is in the mail alone.
    #[sea_orm(unique)]
    pub token_hash: Vec<u8>,
    pub expires_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

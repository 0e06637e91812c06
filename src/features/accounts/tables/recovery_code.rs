//! The table `recovery_codes`: what stands in for a lost authenticator app, each once.

use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

/// One that has not been used.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "recovery_codes")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// SHA-256 of account and code: with 80 random bits it needs no slower one.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code_hash: Vec<u8>,
}

impl ActiveModelBehavior for ActiveModel {}

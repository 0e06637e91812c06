//! The table `accounts`: everybody who can sign in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    platform::actor::{AccountId, Locale, Role},
    record_entity,
};

/// One account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "accounts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AccountId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    /// As it was typed, for showing and writing to.
    pub email: String,
    /// Lower case: what signing in compares, unique among the living.
    pub email_normalized: String,
    pub name: String,
    pub role: Role,
    pub locale: Locale,
    /// argon2id, in PHC form.
    pub password_hash: String,
    /// The password travelled by e-mail and has not been replaced yet.
    pub must_change_password: bool,
    pub temporary_password_expires_at: Option<DateTime<Utc>>,
    pub disabled_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("Account", AccountId, secret: [PasswordHash], derived: [EmailNormalized]);

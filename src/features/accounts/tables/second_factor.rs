//! The table `second_factors`: the authenticator apps that accounts sign in with.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

/// The app of one account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "second_factors")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// What the app shares with us, encrypted.
    pub sealed_secret: Vec<u8>,
    pub created_at: DateTime<Utc>,
    /// Since when it is asked for: `None` until the first code has shown that the app has the secret.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// The time step of the last code that was used: none of that step or before is good any more.
    pub last_step: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}

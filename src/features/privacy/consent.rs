//! The table `privacy_consents`: which version of the privacy notice an account accepted when. Rows are never changed, so that
//! each acceptance can be shown later.

use chrono::{DateTime, Utc};
use sea_orm::{QueryOrder, entity::prelude::*};

use platform::actor::AccountId;

/// One acceptance.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "privacy_consents")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    /// As `PRIVACY_NOTICE_VERSION` had it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: String,
    pub accepted_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What was accepted.
pub type Consent = Model;

/// The last acceptance of an account.
///
/// # Errors
/// When the database refuses.
pub async fn latest(conn: &impl ConnectionTrait, account: AccountId) -> Result<Option<Consent>, DbErr> {
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .order_by_desc(Column::AcceptedAt)
        .order_by_desc(Column::Version)
        .one(conn)
        .await
}

/// All acceptances of an account, the first one first.
///
/// # Errors
/// When the database refuses.
pub async fn all_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Consent>, DbErr> {
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .order_by_asc(Column::AcceptedAt)
        .all(conn)
        .await
}

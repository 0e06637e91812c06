//! The table `notifications`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::NotificationId;
use platform::actor::AccountId;

/// One entry of somebody's inbox, in the words and language it was written in.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: NotificationId,
    pub account_id: AccountId,
    /// What happened, such as `ProjectUpdatePosted`.
    pub kind: String,
    pub title: String,
    pub body: String,
    pub project_id: Option<Uuid>,
    pub record_kind: String,
    pub record_id: Uuid,
    pub created_at: DateTime<Utc>,
    pub read_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

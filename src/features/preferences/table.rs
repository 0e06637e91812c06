//! The table `notification_preferences`: what somebody has chosen. What isn't there is as it comes.

use sea_orm::entity::prelude::*;

use super::model::{Mode, Topic};
use platform::{actor::AccountId, outbox::Channel};

/// One choice.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "notification_preferences")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub account_id: AccountId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub topic: Topic,
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel: Channel,
    pub mode: Mode,
}

impl ActiveModelBehavior for ActiveModel {}

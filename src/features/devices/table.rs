//! The table `devices`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::DeviceId;
use platform::actor::{AccountId, SessionId};

/// What a device runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum DevicePlatform {
    /// Android.
    #[sea_orm(string_value = "ANDROID")]
    Android,
    /// iOS or iPadOS.
    #[sea_orm(string_value = "IOS")]
    Ios,
    /// A browser.
    #[sea_orm(string_value = "WEB")]
    Web,
}

/// One device.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "devices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeviceId,
    pub account_id: AccountId,
    /// The session that the device is signed in with: when it ends, so do the messages.
    pub session_id: SessionId,
    /// FCM's registration token. Whoever registers it last has the device.
    #[sea_orm(unique)]
    pub token: String,
    pub platform: DevicePlatform,
    pub app_version: Option<String>,
    pub created_at: DateTime<Utc>,
    /// The last time the app said that it is there.
    pub registered_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

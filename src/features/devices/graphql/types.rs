//! `Device`.

use async_graphql::{Enum, ID, Object};
use chrono::{DateTime, Utc};

use crate::features::devices::{Device, DevicePlatform};
use platform::actor::SessionId;

/// What a device runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "DevicePlatform", name = "DevicePlatform")]
pub enum GqlDevicePlatform {
    /// Android.
    Android,
    /// iOS or iPadOS.
    Ios,
    /// A browser.
    Web,
}

/// A device that push messages come to.
#[derive(Debug)]
pub struct GqlDevice {
    /// The row.
    pub stored: Device,
    /// The session that asks.
    pub current: SessionId,
}

/// A device that push messages come to.
#[Object(name = "Device")]
impl GqlDevice {
    /// The device's id (`dev_…`), for `unregisterDevice`.
    async fn id(&self) -> ID {
        self.stored.id.to_string().into()
    }

    /// What it runs.
    async fn platform(&self) -> GqlDevicePlatform {
        self.stored.platform.into()
    }

    /// The app's version when it registered last.
    async fn app_version(&self) -> Option<&str> {
        self.stored.app_version.as_deref()
    }

    /// When it was registered for the first time.
    async fn created_at(&self) -> DateTime<Utc> {
        self.stored.created_at
    }

    /// When the app last said that it is there.
    async fn registered_at(&self) -> DateTime<Utc> {
        self.stored.registered_at
    }

    /// Whether it is the one that asks.
    async fn is_current(&self) -> bool {
        self.stored.session_id == self.current
    }
}

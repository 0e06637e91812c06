//! Push messages to the clients' devices.

mod fcm;
mod log;
mod memory;

pub use fcm::{Endpoints, FcmPush, ServiceAccount};
pub use log::LogPush;
pub use memory::MemoryPush;

use std::{collections::BTreeMap, fmt::Debug, sync::Arc};

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;

use super::{clock::SharedClock, config::Config, send_error::SendError};

/// One message for all devices of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// Unique and the same at every attempt: a device shows a repetition in the place of the first.
    pub id: String,
    /// When it was caused.
    pub date: DateTime<Utc>,
    /// Whom it is for: an account's id.
    pub recipient: String,
    /// The heading.
    pub title: String,
    /// The text.
    pub body: String,
    /// What the app needs to open the right page.
    pub data: BTreeMap<String, String>,
    /// Android's channel, which people silence one by one in their phone's settings.
    pub channel: &'static str,
    /// What it belongs to; iOS shows pushes of one thread together.
    pub thread: Option<String>,
    /// What the app's icon shows on iOS: how much of the inbox is unread.
    pub badge: Option<u64>,
    /// Until when it is worth showing.
    pub expires_at: Option<DateTime<Utc>>,
}

/// What became of a push.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pushed {
    /// Devices that it was handed over for.
    pub accepted: usize,
    /// Devices that don't exist any more: forget their tokens.
    pub unregistered: Vec<String>,
    /// A remark for the staff.
    pub note: Option<String>,
}

/// A way to the devices.
pub trait PushTransport: Debug + Send + Sync {
    /// Sends `push` to the devices of these `tokens`.
    fn send<'a>(&'a self, push: &'a Push, tokens: &'a [String]) -> BoxFuture<'a, Result<Pushed, SendError>>;

    /// Tries the way without sending: what it is, or what is wrong with it. For `doctor`.
    fn check(&self) -> BoxFuture<'_, Result<String>>;
}

/// The transport that the configuration asks for.
///
/// # Errors
/// When the credentials can't be read.
pub fn from_config(config: &Config, clock: SharedClock) -> Result<Arc<dyn PushTransport>> {
    Ok(match &config.firebase_credentials_path {
        Some(path) => {
            let account = ServiceAccount::read(path)?;
            Arc::new(FcmPush::new(account, Endpoints::google(), clock)?)
        }
        None => Arc::new(LogPush::new(config.data_dir.join("push.log"))),
    })
}

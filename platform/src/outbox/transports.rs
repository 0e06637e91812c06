//! The ways out, as the outbox is given them.

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::BoxFuture;
use serde_json::Value;

use super::Templates;
use crate::{
    actor::{AccountId, Locale},
    mail::{Attachment, MailTransport},
    push::PushTransport,
    send_error::SendError,
};

/// Where randomness comes from.
pub type Randomness = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Makes the link that ends e-mails of a template's kind to an account; `None` where those can't be ended.
pub type UnsubscribeLink = Arc<dyn Fn(&str, AccountId, Locale) -> Option<String> + Send + Sync>;

/// Knows the devices of people.
pub trait Devices: std::fmt::Debug + Send + Sync {
    /// The push tokens of a person's devices.
    fn tokens(&self, recipient: AccountId) -> BoxFuture<'_, Result<Vec<String>>>;

    /// These devices don't exist any more.
    fn forget(&self, tokens: Vec<String>) -> BoxFuture<'_, Result<()>>;
}

/// Knows how much of people's inboxes is unread.
pub trait Unread: std::fmt::Debug + Send + Sync {
    /// Entries that the recipient hasn't read.
    fn count(&self, recipient: AccountId) -> BoxFuture<'_, Result<u64>>;
}

/// Makes the files that mails carry: anew at each attempt, so that nothing large waits in the outbox.
pub trait Attachments: std::fmt::Debug + Send + Sync {
    /// Those of a mail of this template, filled with this data; most have none.
    ///
    /// # Errors
    /// When one can't be made: the mail waits, it never goes without.
    fn make<'a>(
        &'a self,
        template: &'a str,
        data: &'a Value,
    ) -> BoxFuture<'a, Result<Vec<Attachment>, SendError>>;
}

/// The ways out.
#[derive(Clone)]
pub struct Transports {
    /// E-mail.
    pub mail: Arc<dyn MailTransport>,
    /// Push.
    pub push: Arc<dyn PushTransport>,
    /// Whose devices are which; without it nobody has any.
    pub devices: Option<Arc<dyn Devices>>,
    /// Files for mails; without it they have none.
    pub attachments: Option<Arc<dyn Attachments>>,
    /// What the app's icon shows; without it nothing.
    pub unread: Option<Arc<dyn Unread>>,
    /// Android's channel for each template.
    pub push_channel: fn(&str) -> &'static str,
    /// The texts.
    pub templates: Arc<Templates>,
    /// How people end what they needn't get; without it no e-mail says.
    pub unsubscribe: Option<UnsubscribeLink>,
    /// Spreads retries.
    pub random: Randomness,
}

impl std::fmt::Debug for Transports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transports")
            .field("mail", &self.mail)
            .field("push", &self.push)
            .finish_non_exhaustive()
    }
}

//! The ways out, as the outbox is given them.

use std::sync::Arc;

use anyhow::Result;
use futures_util::future::BoxFuture;

use super::Templates;
use crate::{
    actor::{AccountId, Locale},
    mail::MailTransport,
    push::PushTransport,
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

/// The ways out.
#[derive(Clone)]
pub struct Transports {
    /// E-mail.
    pub mail: Arc<dyn MailTransport>,
    /// Push.
    pub push: Arc<dyn PushTransport>,
    /// Whose devices are which; without it nobody has any.
    pub devices: Option<Arc<dyn Devices>>,
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

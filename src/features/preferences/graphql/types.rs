//! `NotificationPreference`.

use async_graphql::{Context, Enum, Result, SimpleObject};

use super::WishesLoader;
use crate::features::{
    deliveries::graphql::DeliveryChannel,
    preferences::{Mode, Topic, Wishes},
};
use platform::{
    actor::{AccountId, Role},
    graphql::{ContextExt, internal},
};

/// What messages are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Topic", name = "NotificationTopic")]
pub enum GqlTopic {
    /// News of the client's building site.
    ProjectUpdates,
    /// Invoices, credit notes, cancellations and receipts. By e-mail they always come.
    InvoicesAndPayments,
    /// That an invoice is due soon, or overdue.
    Reminders,
    /// Credentials, sign-ins from new places, passwords. They always come.
    AccountAndSecurity,
    /// For staff: somebody wants a house. Where the company has addresses of its own for that (`STAFF_EMAIL`), e-mails go
    /// there, whatever is chosen here.
    Leads,
    /// For staff: somebody asked something through the website; as `LEADS`.
    Inquiries,
}

/// When messages of a topic go out on a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Mode", name = "NotificationMode")]
pub enum GqlMode {
    /// Each at once.
    Immediate,
    /// Not at all. The inbox has them all the same.
    Off,
}

/// What holds for messages of a topic on a channel, beside the inbox in the app, which has everything always.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "NotificationPreference")]
pub struct GqlPreference {
    /// What the messages are about.
    pub topic: GqlTopic,
    /// By which way they go.
    pub channel: DeliveryChannel,
    /// When they go out, if at all.
    pub mode: GqlMode,
    /// What can be chosen, 3 at most. One alone: it can't be turned off, so show it without a switch.
    pub choices: Vec<GqlMode>,
}

/// What an account wants, batched with the other look-ups of the operation.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn wishes(ctx: &Context<'_>, account: AccountId) -> Result<Wishes> {
    let found = ctx.loader::<WishesLoader>().load_one(account).await;
    Ok(found.map_err(internal)?.unwrap_or_default())
}

/// All that somebody of this role can choose, and what holds.
#[must_use]
pub fn preferences(role: Role, wishes: &Wishes) -> Vec<GqlPreference> {
    let all = Topic::of(role).iter().flat_map(|&topic| {
        let channels = topic.channels().iter();
        channels.map(move |&channel| (topic, channel))
    });
    all.map(|(topic, channel)| GqlPreference {
        topic: topic.into(),
        channel: channel.into(),
        mode: wishes.mode(topic, channel).into(),
        choices: topic.choices(channel).iter().copied().map(Into::into).collect(),
    })
    .collect()
}

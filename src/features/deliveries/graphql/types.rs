//! `Delivery`.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use crate::features::{
    accounts::graphql::{GqlActor, actor_of},
    deliveries::Delivery,
};
use platform::{
    graphql::{Locale, scalars::EmailAddress},
    outbox::{Channel, Status},
};

/// The way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Channel", name = "DeliveryChannel")]
pub enum DeliveryChannel {
    /// To the recipient's devices.
    Push,
    /// To the recipient's e-mail address.
    Email,
}

/// How far a message has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Status", name = "DeliveryStatus")]
pub enum DeliveryStatus {
    /// Waits for its first or next attempt.
    Pending,
    /// Handed to the mail or push service.
    Sent,
    /// A push that reached nobody: the person has no device, or those that were registered are gone.
    NoDevice,
    /// Given up: refused for good, tried too often, or too old. See `lastError`; `replayDelivery` tries again,
    /// `dismissDelivery` lets it rest.
    Dead,
    /// A backup was restored, and nobody knows whether this was sent since it was made: `settleHeldDeliveries` sends it
    /// or cancels it.
    Held,
    /// Not sent: a newer message took its place, what it told of was deleted or became another client's, its recipient was
    /// shut out, or somebody dismissed or cancelled it.
    Cancelled,
}

/// One message to one person on one channel. For staff. What it says is not shown: it may hold credentials.
#[derive(Debug, Clone)]
pub struct GqlDelivery(pub Delivery);

/// One message to one person on one channel. For staff. What it says is not shown: it may hold credentials. It is wiped 30 days
/// after the message was written, and the message forgotten after 90, unless it is DEAD: then it waits to be dealt with.
#[Object(name = "Delivery")]
impl GqlDelivery {
    /// The delivery's id (`dlv_…`), which an e-mail carries in its `Message-ID`.
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The way it goes.
    async fn channel(&self) -> DeliveryChannel {
        self.0.channel.into()
    }

    /// How far it has come.
    async fn status(&self) -> DeliveryStatus {
        self.0.status.into()
    }

    /// Whom it is for; null when the account is gone.
    async fn recipient(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, Some(self.0.recipient_id)).await
    }

    /// The address that an e-mail goes to; null for pushes.
    async fn address(&self) -> Option<EmailAddress> {
        self.0.address.clone().map(EmailAddress)
    }

    /// Which message it is, such as `client_credentials` or `project_update_posted`.
    async fn template(&self) -> &str {
        &self.0.template
    }

    /// The language it is written in.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Attempts begun; after 12 it is given up.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// When the next attempt is due; null when none is.
    async fn next_attempt_at(&self) -> Option<DateTime<Utc>> {
        (self.0.status == Status::Pending).then_some(self.0.next_attempt_at)
    }

    /// Why the last attempt failed, or a remark on the one that succeeded (no device was registered).
    async fn last_error(&self) -> Option<&str> {
        self.0.last_error.as_deref()
    }

    /// When it stops being worth sending; null when never.
    async fn expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.expires_at
    }

    /// When it was written, together with what caused it.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When the mail or push service took it; null until then.
    async fn sent_at(&self) -> Option<DateTime<Utc>> {
        self.0.sent_at
    }
}

//! Reads of the outbox, for staff alone.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use super::{Deliveries, DeliveryColumn};
use crate::platform::{
    actor::{AccountId, Actor},
    outbox::{Channel, Status},
};

/// Which deliveries a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// In one of these states.
    pub status: Option<Vec<Status>>,
    /// On this channel.
    pub channel: Option<Channel>,
    /// For this account.
    pub recipient: Option<AccountId>,
}

/// The deliveries that `actor` may see: all for staff, none for others.
#[must_use]
pub fn select(actor: &Actor, filter: &DeliveryFilter) -> Select<Deliveries> {
    let mut deliveries = Deliveries::find();
    if !actor.is_staff() {
        deliveries = deliveries.filter(DeliveryColumn::Id.is_null());
    }
    if let Some(states) = &filter.status {
        deliveries = deliveries.filter(DeliveryColumn::Status.is_in(states.iter().copied()));
    }
    if let Some(channel) = filter.channel {
        deliveries = deliveries.filter(DeliveryColumn::Channel.eq(channel));
    }
    if let Some(recipient) = filter.recipient {
        deliveries = deliveries.filter(DeliveryColumn::RecipientId.eq(recipient));
    }
    deliveries
}

//! Reads of the outbox, for staff alone.

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select};

use super::{Deliveries, Delivery, DeliveryColumn};
use platform::{
    actor::{AccountId, Actor},
    outbox::{Channel, DeliveryId, Status},
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

/// Deliveries by id, for those who may see all. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn deliveries_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = DeliveryId>,
) -> Result<Vec<Delivery>, DbErr> {
    Deliveries::find()
        .filter(DeliveryColumn::Id.is_in(ids))
        .all(conn)
        .await
}

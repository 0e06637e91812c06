//! What happens at the staff's desk: leads, inquiries, messages that were given up.

use async_graphql::{ID, Object, Result};
use chrono::{DateTime, Utc};

use super::types::{Delivered, mismatch};
use crate::features::{
    deliveries::graphql::GqlDelivery,
    feed::EventDetails,
    leads::graphql::{GqlInquiry, GqlLead},
};

/// Somebody wants a house.
#[derive(Debug, Clone)]
pub struct LeadReceived(pub(super) Delivered);

/// Somebody wants a house: the lead is at hand. For staff.
#[Object]
impl LeadReceived {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(super) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(super) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(super) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(super) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The lead as it is now.
    pub(super) async fn lead(&self) -> Result<GqlLead> {
        match &self.0.event.what {
            EventDetails::LeadReceived(it) => Ok(GqlLead((**it).clone())),
            _ => Err(mismatch()),
        }
    }
}

/// Somebody has a question.
#[derive(Debug, Clone)]
pub struct InquiryReceived(pub(super) Delivered);

/// Somebody has a question: the inquiry is at hand. For staff.
#[Object]
impl InquiryReceived {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(super) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(super) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(super) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(super) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The inquiry as it is now.
    pub(super) async fn inquiry(&self) -> Result<GqlInquiry> {
        match &self.0.event.what {
            EventDetails::InquiryReceived(it) => Ok(GqlInquiry((**it).clone())),
            _ => Err(mismatch()),
        }
    }
}

/// A message was given up.
#[derive(Debug, Clone)]
pub struct DeliveryGivenUp(pub(super) Delivered);

/// A message was given up: it was refused for good, tried too often, or too old. Mend what is wrong, then `replayDelivery`.
/// For staff.
#[Object]
impl DeliveryGivenUp {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    pub(super) async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    pub(super) async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    pub(super) async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    pub(super) async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The message as it is now.
    pub(super) async fn delivery(&self) -> Result<GqlDelivery> {
        match &self.0.event.what {
            EventDetails::DeliveryGivenUp(it) => Ok(GqlDelivery((**it).clone())),
            _ => Err(mismatch()),
        }
    }
}

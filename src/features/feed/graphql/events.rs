//! The events of the live streams, one type each: where it stands in its stream, and what it tells of.

use std::{ops::Deref, sync::Arc};

use async_graphql::{ComplexObject, Context, ID, Result, SimpleObject};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::features::{
    billing::graphql::{GqlInvoice, GqlPayment, InvoiceStatus},
    clients::graphql::Client,
    deliveries::graphql::GqlDelivery,
    leads::graphql::{GqlInquiry, GqlLead},
    notifications::graphql::{GqlNotification, notification_by_id},
    projects::graphql::{GqlProject, GqlProjectUpdate},
};

/// What every event of a stream has.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "EventInStream")]
pub struct InStream {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    #[graphql(owned)]
    pub(super) id: ID,
    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    #[graphql(owned)]
    pub(super) cursor: String,
    /// When it happened.
    #[graphql(owned)]
    pub(super) occurred_at: DateTime<Utc>,
    /// Whether it happened before this stream began: you may have seen it.
    #[graphql(owned)]
    pub(super) replayed: bool,
}

/// Declares an event: what every event has, then what it tells of.
macro_rules! event {
    ($(#[$attribute:meta])* $name:ident { $($(#[$field_attribute:meta])* $field:ident: $ty:ty,)* }) => {
        #[derive(Debug, Clone, SimpleObject)]
        $(#[$attribute])*
        pub struct $name {
            #[graphql(flatten)]
            pub(super) in_stream: InStream,
            $($(#[$field_attribute])* pub(super) $field: $ty,)*
        }

        // The interface `StreamEvent` asks each type for the fields of `InStream`.
        impl Deref for $name {
            type Target = InStream;

            fn deref(&self) -> &InStream {
                &self.in_stream
            }
        }
    };
}

event! {
    /// An update was posted: show it. Everything of it is at hand; no further request is needed.
    ProjectUpdatePosted {
        /// The update.
        project_update: GqlProjectUpdate,
        /// The project it is about.
        project: GqlProject,
    }
}

event! {
    /// Progress, phase, dates, name, quote or state of a project changed, it is new to you, or an update that you may have
    /// seen was corrected or brought back: read again what you show of it.
    ProjectChanged {
        /// The project as it is now.
        project: GqlProject,
    }
}

event! {
    /// An invoice or credit note was issued: show it. Everything of it is at hand; no further request is needed.
    InvoiceIssued {
        /// The invoice or credit note as it is now.
        invoice: GqlInvoice,
        /// The project it is about.
        project: GqlProject,
    }
}

event! {
    /// An invoice was paid, is no longer paid, became overdue or was cancelled.
    InvoiceStatusChanged {
        /// What it came to then; `invoice.status` is what it is now.
        status: InvoiceStatus,
        /// The invoice as it is now.
        invoice: GqlInvoice,
        /// The project it is about.
        project: GqlProject,
    }
}

event! {
    /// A payment was recorded, or voided (then its `voidedAt` says so): read again the amounts that you show of its project
    /// and invoice.
    PaymentRecorded {
        /// The payment as it is now.
        payment: GqlPayment,
        /// The project it is about.
        project: GqlProject,
    }
}

event! {
    /// An entry came into your inbox.
    #[graphql(complex)]
    NotificationAdded {
        #[graphql(skip)]
        entry: Uuid,
    }
}

#[ComplexObject]
impl NotificationAdded {
    /// The entry; null when it has been removed since.
    async fn notification(&self, ctx: &Context<'_>) -> Result<Option<GqlNotification>> {
        notification_by_id(ctx, self.entry).await
    }
}

event! {
    /// Somebody wants a house: the lead is at hand. For staff.
    LeadReceived {
        /// The lead as it is now.
        lead: Arc<GqlLead>,
    }
}

event! {
    /// Somebody has a question: the inquiry is at hand. For staff.
    InquiryReceived {
        /// The inquiry as it is now.
        inquiry: Arc<GqlInquiry>,
    }
}

event! {
    /// What the company knows of a client changed: name, address, number, language, wishes. For staff.
    ClientChanged {
        /// The client as they are now.
        client: Arc<Client>,
    }
}

event! {
    /// A message was given up: it was refused for good, tried too often, or too old. Mend what is wrong, then `replayDelivery`.
    /// For staff.
    DeliveryGivenUp {
        /// The message as it is now.
        delivery: Arc<GqlDelivery>,
    }
}

event! {
    /// A record was deleted or is no longer yours to see: forget it and what belongs to it. A stream of one project ends
    /// after the project itself is removed.
    RecordRemoved {
        /// The record's id, such as `prj_…` or `inv_…`.
        record_id: ID,
        /// The record's type, such as `Project` or `ProjectUpdate`.
        record_type: &'static str,
    }
}

/// The cursor could not be honoured: it is older than the log (30 days), from another log, or no cursor. Load your lists
/// anew; the stream goes on from this event's cursor.
#[derive(Debug, Clone, SimpleObject)]
pub struct StreamReset {
    /// The cursor, again.
    #[graphql(owned)]
    pub(super) id: ID,
    /// The stream goes on from here.
    #[graphql(owned)]
    pub(super) cursor: String,
    /// When the stream was reset.
    #[graphql(owned)]
    pub(super) occurred_at: DateTime<Utc>,
    /// Never: it belongs to this stream alone.
    #[graphql(owned)]
    pub(super) replayed: bool,
}

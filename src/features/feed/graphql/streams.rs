//! What the streams yield: each event as its type, and which of them a client's and the staff's stream take.

use std::sync::Arc;

use async_graphql::{ID, Interface, Union};
use chrono::{DateTime, Utc};

use super::events::{
    ClientChanged, DeliveryGivenUp, InStream, InquiryReceived, InvoiceIssued, InvoiceStatusChanged,
    LeadReceived, NotificationAdded, PaymentRecorded, ProjectChanged, ProjectUpdatePosted, RecordRemoved,
    StreamReset,
};
use crate::features::{
    billing::graphql::{GqlInvoice, GqlPayment},
    clients::graphql::Client,
    deliveries::graphql::GqlDelivery,
    feed::{EventDetails, FeedEvent},
    leads::graphql::{GqlInquiry, GqlLead},
    projects::graphql::{GqlProject, GqlProjectUpdate},
};
use platform::feed::Item;

/// What every event of a stream has.
#[derive(Debug, Interface)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "The event's id (`evt_…`): the same event has the same id in every stream. A `StreamReset` has its cursor as id."
    ),
    field(
        name = "cursor",
        ty = "String",
        desc = "Keep the last one you handled: a stream that starts with it as `after` misses nothing."
    ),
    field(name = "occurred_at", ty = "DateTime<Utc>", desc = "When it happened."),
    field(
        name = "replayed",
        ty = "bool",
        desc = "Whether it happened before this stream began: you may have seen it."
    )
)]
pub enum StreamEvent {
    /// An update was posted.
    ProjectUpdatePosted(ProjectUpdatePosted),
    /// A project changed.
    ProjectChanged(ProjectChanged),
    /// An invoice was issued.
    InvoiceIssued(InvoiceIssued),
    /// An invoice's status changed.
    InvoiceStatusChanged(InvoiceStatusChanged),
    /// A payment was recorded.
    PaymentRecorded(PaymentRecorded),
    /// An entry came into the inbox.
    NotificationAdded(NotificationAdded),
    /// Somebody wants a house.
    LeadReceived(LeadReceived),
    /// Somebody has a question.
    InquiryReceived(InquiryReceived),
    /// What is known of a client changed.
    ClientChanged(ClientChanged),
    /// A message was given up.
    DeliveryGivenUp(DeliveryGivenUp),
    /// A record is gone.
    RecordRemoved(RecordRemoved),
    /// The stream starts anew.
    StreamReset(StreamReset),
}

impl StreamEvent {
    /// What a stream yields for an item of the feed, read at the moment `now`.
    pub(super) fn of(item: &Item<FeedEvent>, now: DateTime<Utc>) -> Self {
        match item {
            Item::Event {
                event,
                cursor,
                replayed,
            } => {
                let in_stream = InStream {
                    id: event.id.to_string().into(),
                    cursor: cursor.to_string(),
                    occurred_at: event.occurred_at,
                    replayed: *replayed,
                };
                Self::telling(&event.what, in_stream)
            }
            Item::Reset { cursor } => Self::StreamReset(StreamReset {
                id: cursor.to_string().into(),
                cursor: cursor.to_string(),
                occurred_at: now,
                replayed: false,
            }),
        }
    }

    fn telling(what: &EventDetails, in_stream: InStream) -> Self {
        match what {
            EventDetails::UpdatePosted(posted, project) => Self::ProjectUpdatePosted(ProjectUpdatePosted {
                in_stream,
                project_update: GqlProjectUpdate::loaded(posted, project),
                project: GqlProject(Arc::clone(project)),
            }),
            EventDetails::ProjectChanged(project) => Self::ProjectChanged(ProjectChanged {
                in_stream,
                project: GqlProject(Arc::clone(project)),
            }),
            EventDetails::InvoiceIssued(billed, project) => Self::InvoiceIssued(InvoiceIssued {
                in_stream,
                invoice: GqlInvoice::loaded(billed, project),
                project: GqlProject(Arc::clone(project)),
            }),
            EventDetails::InvoiceStatusChanged(billed, project, status) => {
                Self::InvoiceStatusChanged(InvoiceStatusChanged {
                    in_stream,
                    status: (*status).into(),
                    invoice: GqlInvoice::loaded(billed, project),
                    project: GqlProject(Arc::clone(project)),
                })
            }
            EventDetails::PaymentRecorded(payment, project) => Self::PaymentRecorded(PaymentRecorded {
                in_stream,
                payment: GqlPayment(Arc::clone(payment)),
                project: GqlProject(Arc::clone(project)),
            }),
            EventDetails::NotificationAdded(entry) => Self::NotificationAdded(NotificationAdded {
                in_stream,
                entry: *entry,
            }),
            EventDetails::LeadReceived(lead) => Self::LeadReceived(LeadReceived {
                in_stream,
                lead: Arc::new(GqlLead((**lead).clone())),
            }),
            EventDetails::InquiryReceived(inquiry) => Self::InquiryReceived(InquiryReceived {
                in_stream,
                inquiry: Arc::new(GqlInquiry((**inquiry).clone())),
            }),
            EventDetails::ClientChanged(client) => Self::ClientChanged(ClientChanged {
                in_stream,
                client: Arc::new(Client((**client).clone())),
            }),
            EventDetails::DeliveryGivenUp(delivery) => Self::DeliveryGivenUp(DeliveryGivenUp {
                in_stream,
                delivery: Arc::new(GqlDelivery((**delivery).clone())),
            }),
            EventDetails::RecordRemoved { kind, id } => Self::RecordRemoved(RecordRemoved {
                in_stream,
                record_id: id.clone().into(),
                record_type: kind,
            }),
        }
    }
}

/// Declares what a stream yields: some of the events. The others pass it by.
macro_rules! stream {
    ($(#[$attribute:meta])* $name:ident { $($(#[$event_attribute:meta])* $event:ident,)* }) => {
        $(#[$attribute])*
        #[derive(Debug, Union)]
        pub enum $name {
            $($(#[$event_attribute])* $event($event),)*
        }

        impl $name {
            /// The event, if this stream has it.
            pub(super) fn of(event: StreamEvent) -> Option<Self> {
                match event {
                    $(StreamEvent::$event(event) => Some(Self::$event(event)),)*
                    _ => None,
                }
            }
        }
    };
}

stream! {
    /// What a client's stream yields. More kinds will come: ignore those you don't know.
    ViewerEvent {
        /// An update was posted.
        ProjectUpdatePosted,
        /// A project changed.
        ProjectChanged,
        /// An invoice was issued.
        InvoiceIssued,
        /// An invoice's status changed.
        InvoiceStatusChanged,
        /// A payment was recorded.
        PaymentRecorded,
        /// An entry came into the inbox.
        NotificationAdded,
        /// A record is gone.
        RecordRemoved,
        /// The stream starts anew.
        StreamReset,
    }
}

stream! {
    /// What the staff's stream yields. More kinds will come: ignore those you don't know.
    StaffEvent {
        /// An update was posted.
        ProjectUpdatePosted,
        /// A project changed.
        ProjectChanged,
        /// Somebody wants a house.
        LeadReceived,
        /// Somebody has a question.
        InquiryReceived,
        /// What is known of a client changed.
        ClientChanged,
        /// A message was given up.
        DeliveryGivenUp,
        /// An invoice was issued.
        InvoiceIssued,
        /// An invoice's status changed.
        InvoiceStatusChanged,
        /// A payment was recorded.
        PaymentRecorded,
        /// A record is gone.
        RecordRemoved,
        /// The stream starts anew.
        StreamReset,
    }
}

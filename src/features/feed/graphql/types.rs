//! The events of the live streams.

use std::sync::Arc;

use super::desk::{DeliveryGivenUp, InquiryReceived, LeadReceived};
use async_graphql::{Context, ID, Interface, Object, Result, Union};
use chrono::{DateTime, Utc};

use super::billing::{InvoiceIssued, InvoiceStatusChanged, PaymentRecorded};
use crate::features::{
    feed::{EventDetails, FeedEvent},
    notifications::graphql::{GqlNotification, notification_by_id},
    projects::graphql::{GqlProject, GqlProjectUpdate},
};
use platform::feed::FeedCursor;

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
    /// A message was given up.
    DeliveryGivenUp(DeliveryGivenUp),
    /// A record is gone.
    RecordRemoved(RecordRemoved),
    /// The stream starts anew.
    StreamReset(StreamReset),
}

/// What a client's stream yields. More kinds will come: ignore those you don't know.
#[derive(Debug, Union)]
pub enum ViewerEvent {
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
    /// A record is gone.
    RecordRemoved(RecordRemoved),
    /// The stream starts anew.
    StreamReset(StreamReset),
}

/// What the staff's stream yields. More kinds will come: ignore those you don't know.
#[derive(Debug, Union)]
pub enum StaffEvent {
    /// An update was posted.
    ProjectUpdatePosted(ProjectUpdatePosted),
    /// A project changed.
    ProjectChanged(ProjectChanged),
    /// Somebody wants a house.
    LeadReceived(LeadReceived),
    /// Somebody has a question.
    InquiryReceived(InquiryReceived),
    /// A message was given up.
    DeliveryGivenUp(DeliveryGivenUp),
    /// An invoice was issued.
    InvoiceIssued(InvoiceIssued),
    /// An invoice's status changed.
    InvoiceStatusChanged(InvoiceStatusChanged),
    /// A payment was recorded.
    PaymentRecorded(PaymentRecorded),
    /// A record is gone.
    RecordRemoved(RecordRemoved),
    /// The stream starts anew.
    StreamReset(StreamReset),
}

/// An event in one reader's stream.
#[derive(Debug, Clone)]
pub struct Delivered {
    pub(super) event: Arc<FeedEvent>,
    pub(super) cursor: FeedCursor,
    pub(super) replayed: bool,
}

impl Delivered {
    pub(super) fn id(&self) -> ID {
        self.event.id.to_string().into()
    }

    /// For a client's stream; `None` for what is the staff's.
    pub(super) fn for_client(self) -> Option<ViewerEvent> {
        Some(match self.event.what {
            EventDetails::UpdatePosted(..) => ViewerEvent::ProjectUpdatePosted(ProjectUpdatePosted(self)),
            EventDetails::ProjectChanged(_) => ViewerEvent::ProjectChanged(ProjectChanged(self)),
            EventDetails::InvoiceIssued(..) => ViewerEvent::InvoiceIssued(InvoiceIssued(self)),
            EventDetails::InvoiceStatusChanged(..) => {
                ViewerEvent::InvoiceStatusChanged(InvoiceStatusChanged(self))
            }
            EventDetails::PaymentRecorded(..) => ViewerEvent::PaymentRecorded(PaymentRecorded(self)),
            EventDetails::NotificationAdded(_) => ViewerEvent::NotificationAdded(NotificationAdded(self)),
            EventDetails::RecordRemoved { .. } => ViewerEvent::RecordRemoved(RecordRemoved(self)),
            EventDetails::LeadReceived(_)
            | EventDetails::InquiryReceived(_)
            | EventDetails::DeliveryGivenUp(_) => {
                return None;
            }
        })
    }

    /// For the staff's stream; `None` for what is somebody's own.
    pub(super) fn for_staff(self) -> Option<StaffEvent> {
        Some(match self.event.what {
            EventDetails::UpdatePosted(..) => StaffEvent::ProjectUpdatePosted(ProjectUpdatePosted(self)),
            EventDetails::ProjectChanged(_) => StaffEvent::ProjectChanged(ProjectChanged(self)),
            EventDetails::InvoiceIssued(..) => StaffEvent::InvoiceIssued(InvoiceIssued(self)),
            EventDetails::InvoiceStatusChanged(..) => {
                StaffEvent::InvoiceStatusChanged(InvoiceStatusChanged(self))
            }
            EventDetails::PaymentRecorded(..) => StaffEvent::PaymentRecorded(PaymentRecorded(self)),
            EventDetails::NotificationAdded(_) => return None,
            EventDetails::LeadReceived(_) => StaffEvent::LeadReceived(LeadReceived(self)),
            EventDetails::InquiryReceived(_) => StaffEvent::InquiryReceived(InquiryReceived(self)),
            EventDetails::DeliveryGivenUp(_) => StaffEvent::DeliveryGivenUp(DeliveryGivenUp(self)),
            EventDetails::RecordRemoved { .. } => StaffEvent::RecordRemoved(RecordRemoved(self)),
        })
    }
}

/// An update was posted.
#[derive(Debug, Clone)]
pub struct ProjectUpdatePosted(pub(super) Delivered);

/// An update was posted: show it. Everything of it is at hand; no further request is needed.
#[Object]
impl ProjectUpdatePosted {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The update.
    async fn project_update(&self) -> Result<GqlProjectUpdate> {
        match &self.0.event.what {
            EventDetails::UpdatePosted(posted, project) => Ok(GqlProjectUpdate::loaded(posted, project)),
            _ => Err(mismatch()),
        }
    }

    /// The project it is about.
    async fn project(&self) -> Result<GqlProject> {
        match &self.0.event.what {
            EventDetails::UpdatePosted(_, project) => Ok(GqlProject(Arc::clone(project))),
            _ => Err(mismatch()),
        }
    }
}

/// A project changed.
#[derive(Debug, Clone)]
pub struct ProjectChanged(pub(super) Delivered);

/// Progress, phase, dates, name, quote or state of a project changed, it is new to you, or an update that you may have
/// seen was corrected or brought back: read again what you show of it.
#[Object]
impl ProjectChanged {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The project as it is now.
    async fn project(&self) -> Result<GqlProject> {
        match &self.0.event.what {
            EventDetails::ProjectChanged(project) => Ok(GqlProject(Arc::clone(project))),
            _ => Err(mismatch()),
        }
    }
}

/// An entry came into the inbox.
#[derive(Debug, Clone)]
pub struct NotificationAdded(pub(super) Delivered);

/// An entry came into your inbox.
#[Object]
impl NotificationAdded {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The entry; null when it has been removed since.
    async fn notification(&self, ctx: &Context<'_>) -> Result<Option<GqlNotification>> {
        match self.0.event.what {
            EventDetails::NotificationAdded(id) => notification_by_id(ctx, id).await,
            _ => Err(mismatch()),
        }
    }
}

/// A record is gone.
#[derive(Debug, Clone)]
pub struct RecordRemoved(pub(super) Delivered);

/// A record was deleted or is no longer yours to see: forget it and what belongs to it. A stream of one project ends
/// after the project itself is removed.
#[Object]
impl RecordRemoved {
    /// The event's id (`evt_…`): the same event has the same id in every stream.
    async fn id(&self) -> ID {
        self.0.id()
    }

    /// Keep the last one you handled: a stream that starts with it as `after` misses nothing.
    async fn cursor(&self) -> String {
        self.0.cursor.to_string()
    }

    /// When it happened.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.0.event.occurred_at
    }

    /// Whether it happened before this stream began: you may have seen it.
    async fn replayed(&self) -> bool {
        self.0.replayed
    }

    /// The record's id, such as `prj_…` or `inv_…`.
    async fn record_id(&self) -> Result<ID> {
        match &self.0.event.what {
            EventDetails::RecordRemoved { id, .. } => Ok(id.clone().into()),
            _ => Err(mismatch()),
        }
    }

    /// The record's type, such as `Project` or `ProjectUpdate`.
    async fn record_type(&self) -> Result<&'static str> {
        match &self.0.event.what {
            EventDetails::RecordRemoved { kind, .. } => Ok(kind),
            _ => Err(mismatch()),
        }
    }
}

/// The stream starts anew.
#[derive(Debug, Clone)]
pub struct StreamReset {
    pub(super) cursor: FeedCursor,
    pub(super) at: DateTime<Utc>,
}

/// The cursor could not be honoured: it is older than the log (30 days), from another log, or no cursor. Load your lists
/// anew; the stream goes on from this event's cursor.
#[Object]
impl StreamReset {
    /// The cursor, again.
    async fn id(&self) -> ID {
        self.cursor.to_string().into()
    }

    /// The stream goes on from here.
    async fn cursor(&self) -> String {
        self.cursor.to_string()
    }

    /// When the stream was reset.
    async fn occurred_at(&self) -> DateTime<Utc> {
        self.at
    }

    /// Never: it belongs to this stream alone.
    async fn replayed(&self) -> bool {
        false
    }
}

pub(super) fn mismatch() -> async_graphql::Error {
    platform::graphql::internal(anyhow::anyhow!("an event was given the type of another"))
}

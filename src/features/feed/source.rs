//! The events of the features: loading what they name, and who may see them.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait,
};
use serde_json::Value;
use uuid::Uuid;

use crate::features::{
    accounts::{ACCOUNT_DISABLED, SESSION_REVOKED, TOKENS_REPLACED, session_access},
    billing::{
        BilledInvoice, InvoiceId, InvoiceStatus, Invoices, Payment, PaymentId, billed_invoices,
        events as billing, payments_by_ids,
    },
    clients::{Clients, StoredClient, clients_by_ids, events::CLIENT_CHANGED},
    deliveries::{Delivery, deliveries_by_ids},
    leads::{
        Inquiries, Inquiry, InquiryId, Lead, LeadId, Leads,
        events::{INQUIRY_RECEIVED, LEAD_RECEIVED},
        inquiries_by_ids, leads_by_ids,
    },
    projects::{
        PostedUpdate, Project, ProjectColumn, ProjectId, ProjectUpdateId, ProjectUpdates, Projects,
        events as kinds, projects_by_ids, updates_with_all,
    },
};
use platform::{
    actor::{AccountId, Actor, ClientId, SessionId},
    clock::SharedClock,
    db::Db,
    events::{self, EventId, EventKind},
    feed::{Audience, Control, FeedSource, Hub, Loaded, Reader},
    ids,
    outbox::{DELIVERY_GIVEN_UP, DeliveryId},
    record::RecordEntity,
};

/// The hub of this application's events.
pub type FeedHub = Hub<FeatureEvents>;

/// An entry for somebody's inbox was written. The record is the notification; the audience is the account.
pub const NOTIFICATION_ADDED: EventKind = EventKind::new("NotificationAdded");

/// An event with the records it names, shared by all who see it.
#[derive(Debug)]
pub struct FeedEvent {
    /// The event.
    pub id: EventId,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The project it is about.
    pub project: Option<ProjectId>,
    /// What.
    pub what: EventDetails,
}

/// What an event tells of.
#[derive(Debug)]
pub enum EventDetails {
    /// An update was shown to the client.
    UpdatePosted(PostedUpdate, Arc<Project>),
    /// Something of a project changed.
    ProjectChanged(Arc<Project>),
    /// An invoice or credit note was issued.
    InvoiceIssued(BilledInvoice, Arc<Project>),
    /// An invoice came to this status.
    InvoiceStatusChanged(BilledInvoice, Arc<Project>, InvoiceStatus),
    /// A payment was recorded or voided.
    PaymentRecorded(Arc<Payment>, Arc<Project>),
    /// An entry came into an inbox.
    NotificationAdded(Uuid),
    /// Somebody wants a house. For the staff.
    LeadReceived(Arc<Lead>),
    /// Somebody has a question. For the staff.
    InquiryReceived(Arc<Inquiry>),
    /// A message was given up. For the staff.
    DeliveryGivenUp(Arc<Delivery>),
    /// What is known of a client changed. For the staff.
    ClientChanged(Arc<StoredClient>),
    /// A record is no longer there for the reader.
    RecordRemoved {
        /// Which kind, by its GraphQL type.
        kind: &'static str,
        /// Its id as the API writes it.
        id: String,
    },
}

/// Loads the features' events.
#[derive(Debug, Clone)]
pub struct FeatureEvents {
    db: Db,
    clock: SharedClock,
}

impl FeatureEvents {
    /// For this database, by this clock.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self { db, clock }
    }

    async fn load_rows(&self, rows: Vec<events::Model>) -> anyhow::Result<Vec<Loaded<FeedEvent>>> {
        let updates: HashSet<_> = kinds::PROJECT_UPDATE_POSTED
            .records(&rows)
            .map(ProjectUpdateId)
            .collect();
        let projects: HashSet<ProjectId> = rows
            .iter()
            .filter_map(|row| row.project_id.map(ProjectId))
            .collect();
        let books = Books::load(self.db.reader(), &rows).await?;
        let conn = self.db.reader();
        let updates = if updates.is_empty() {
            HashMap::new()
        } else {
            updates_with_all(conn, updates.into_iter().collect()).await?
        };
        let projects: HashMap<ProjectId, Arc<Project>> = if projects.is_empty() {
            HashMap::new()
        } else {
            let found = projects_by_ids(conn, projects).await?;
            found
                .into_iter()
                .map(|(id, project)| (id, Arc::new(project)))
                .collect()
        };
        let desk = Desk::load(conn, &rows).await?;
        Ok(rows
            .into_iter()
            .map(|row| assemble(row, &updates, &books, &projects, &desk))
            .collect())
    }

    async fn read_log(
        &self,
        reader: Reader,
        after: i64,
        until: i64,
        limit: u64,
    ) -> anyhow::Result<Vec<events::Model>> {
        use events::Column;
        let mut mine = Condition::any().add(Column::AccountId.eq(reader.account));
        if reader.staff {
            mine = mine.add(Column::ForStaff.eq(true));
        }
        if let Some(client) = reader.client {
            let own = Projects::find()
                .select_only()
                .column(ProjectColumn::Id)
                .filter(ProjectColumn::ClientId.eq(client))
                .filter(ProjectColumn::DeletedAt.is_null())
                .into_query();
            mine = mine.add(Column::ClientId.eq(client)).add(
                Condition::all()
                    .add(Column::ClientId.is_null())
                    .add(Column::ProjectId.in_subquery(own)),
            );
        }
        let rows = events::Entity::find()
            .filter(Column::Position.gt(after))
            .filter(Column::Position.lte(until))
            .filter(mine)
            .filter(Condition::all().add_option(reader.project.map(|project| Column::ProjectId.eq(project))))
            .filter(Column::Kind.is_not_in([SESSION_REVOKED, ACCOUNT_DISABLED].map(EventKind::name)))
            .order_by_asc(Column::Position)
            .limit(limit)
            .all(self.db.reader())
            .await?;
        Ok(rows)
    }
}

impl FeedSource for FeatureEvents {
    type Event = FeedEvent;

    fn load(&self, rows: Vec<events::Model>) -> BoxFuture<'_, anyhow::Result<Vec<Loaded<FeedEvent>>>> {
        Box::pin(self.load_rows(rows))
    }

    fn replay(
        &self,
        reader: Reader,
        after: i64,
        until: i64,
        limit: u64,
    ) -> BoxFuture<'_, anyhow::Result<Vec<events::Model>>> {
        Box::pin(self.read_log(reader, after, until, limit))
    }

    fn living_sessions(&self, sessions: Vec<SessionId>) -> BoxFuture<'_, anyhow::Result<Vec<SessionId>>> {
        Box::pin(async move {
            let mut living = Vec::with_capacity(sessions.len());
            // SQLite takes 32,766 values a statement.
            for some in sessions.chunks(5_000) {
                let found = session_access(self.db.reader(), self.clock.now(), some.iter().copied()).await?;
                living.extend(found.into_iter().map(|standing| standing.session_id));
            }
            Ok(living)
        })
    }
}

/// The invoices and payments that a batch of rows names.
#[derive(Debug, Default)]
struct Books {
    invoices: HashMap<InvoiceId, BilledInvoice>,
    payments: HashMap<PaymentId, Arc<Payment>>,
}

impl Books {
    async fn load(conn: &impl ConnectionTrait, rows: &[events::Model]) -> Result<Self, DbErr> {
        let issued = billing::INVOICE_ISSUED.records(rows);
        let invoices: HashSet<_> = issued
            .chain(billing::INVOICE_STATUS_CHANGED.records(rows))
            .collect();
        let payments: HashSet<_> = billing::PAYMENT_RECORDED.records(rows).collect();
        let mut books = Self::default();
        if !invoices.is_empty() {
            let ids = invoices.into_iter().map(InvoiceId).collect();
            books.invoices = billed_invoices(conn, ids).await?;
        }
        if !payments.is_empty() {
            let found = payments_by_ids(conn, payments.into_iter().map(PaymentId)).await?;
            books.payments = found
                .into_iter()
                .map(|(id, payment)| (id, Arc::new(payment)))
                .collect();
        }
        Ok(books)
    }

    fn details(&self, row: &events::Model, project: &Arc<Project>) -> Option<EventDetails> {
        let id = row.record_id?;
        let project = Arc::clone(project);
        if billing::PAYMENT_RECORDED.is(row) {
            let payment = self.payments.get(&PaymentId(id))?;
            return Some(EventDetails::PaymentRecorded(Arc::clone(payment), project));
        }
        let billed = self.invoices.get(&InvoiceId(id))?.clone();
        if billing::INVOICE_ISSUED.is(row) {
            return Some(EventDetails::InvoiceIssued(billed, project));
        }
        let status = row.payload.get("status").and_then(Value::as_str);
        let status = status.and_then(InvoiceStatus::from_name)?;
        Some(EventDetails::InvoiceStatusChanged(billed, project, status))
    }
}

/// A row with what it names. The owner of its project is who owns it now, so that who lost it sees nothing more of
/// it, not even what happened before.
fn assemble(
    row: events::Model,
    updates: &HashMap<ProjectUpdateId, PostedUpdate>,
    books: &Books,
    projects: &HashMap<ProjectId, Arc<Project>>,
    desk: &Desk,
) -> Loaded<FeedEvent> {
    let project_id = row.project_id.map(ProjectId);
    let project = project_id
        .and_then(|id| projects.get(&id))
        .filter(|project| project.deleted_at.is_none());
    let audience = Audience {
        client: row.client_id.or_else(|| project.map(|project| project.client_id)),
        account: row.account_id,
        staff: row.for_staff,
        project: row.project_id,
    };
    let named = |kind: EventKind| kind.is(&row).then_some(row.record_id).flatten();
    let what = if let Some(id) = named(kinds::PROJECT_UPDATE_POSTED) {
        updates
            .get(&ProjectUpdateId(id))
            .zip(project)
            .map(|(posted, project)| EventDetails::UpdatePosted(posted.clone(), Arc::clone(project)))
    } else if kinds::PROJECT_CHANGED.is(&row) {
        project.map(|project| EventDetails::ProjectChanged(Arc::clone(project)))
    } else if kinds::RECORD_REMOVED.is(&row) {
        removed(&row)
    } else if let Some(id) = named(NOTIFICATION_ADDED) {
        Some(EventDetails::NotificationAdded(id))
    } else {
        let of_billing = project.and_then(|project| books.details(&row, project));
        of_billing.or_else(|| desk.details(&row))
    };
    Loaded {
        position: row.position.unwrap_or_default(),
        audience,
        control: control(&row),
        event: what.map(|what| {
            Arc::new(FeedEvent {
                id: row.id,
                occurred_at: row.occurred_at,
                project: project_id,
                what,
            })
        }),
    }
}

/// What the staff's events name, leads, inquiries, clients and messages: loaded once for all who listen.
#[derive(Debug, Default)]
struct Desk {
    leads: HashMap<LeadId, Arc<Lead>>,
    inquiries: HashMap<InquiryId, Arc<Inquiry>>,
    deliveries: HashMap<DeliveryId, Arc<Delivery>>,
    clients: HashMap<ClientId, Arc<StoredClient>>,
}

impl Desk {
    async fn load(conn: &impl ConnectionTrait, rows: &[events::Model]) -> Result<Self, DbErr> {
        let named = |kind: EventKind| -> HashSet<Uuid> { kind.records(rows).collect() };
        let mut desk = Self::default();
        let leads = named(LEAD_RECEIVED);
        if !leads.is_empty() {
            let found = leads_by_ids(conn, leads.into_iter().map(LeadId)).await?;
            desk.leads = shared(found);
        }
        let inquiries = named(INQUIRY_RECEIVED);
        if !inquiries.is_empty() {
            let found = inquiries_by_ids(conn, inquiries.into_iter().map(InquiryId)).await?;
            desk.inquiries = shared(found);
        }
        let deliveries = named(DELIVERY_GIVEN_UP);
        if !deliveries.is_empty() {
            let found = deliveries_by_ids(conn, deliveries.into_iter().map(DeliveryId)).await?;
            desk.deliveries = shared(found.into_iter().map(|delivery| (delivery.id, delivery)));
        }
        let clients = named(CLIENT_CHANGED);
        if !clients.is_empty() {
            let found = clients_by_ids(conn, &Actor::System, clients.into_iter().map(ClientId)).await?;
            let living = found.into_iter().filter(|client| client.deleted_at.is_none());
            desk.clients = shared(living.map(|client| (client.id, client)));
        }
        Ok(desk)
    }

    fn details(&self, row: &events::Model) -> Option<EventDetails> {
        let id = row.record_id?;
        if LEAD_RECEIVED.is(row) {
            let lead = self.leads.get(&LeadId(id))?;
            return Some(EventDetails::LeadReceived(Arc::clone(lead)));
        }
        if INQUIRY_RECEIVED.is(row) {
            let inquiry = self.inquiries.get(&InquiryId(id))?;
            return Some(EventDetails::InquiryReceived(Arc::clone(inquiry)));
        }
        if CLIENT_CHANGED.is(row) {
            let client = self.clients.get(&ClientId(id))?;
            return Some(EventDetails::ClientChanged(Arc::clone(client)));
        }
        let delivery = self.deliveries.get(&DeliveryId(id))?;
        DELIVERY_GIVEN_UP
            .is(row)
            .then(|| EventDetails::DeliveryGivenUp(Arc::clone(delivery)))
    }
}

fn shared<K: Eq + std::hash::Hash, V>(found: impl IntoIterator<Item = (K, V)>) -> HashMap<K, Arc<V>> {
    found.into_iter().map(|(id, row)| (id, Arc::new(row))).collect()
}

fn removed(row: &events::Model) -> Option<EventDetails> {
    const fn names<E: RecordEntity>() -> (&'static str, &'static str) {
        (E::KIND, E::PREFIX)
    }
    let removable = [
        names::<Clients>(),
        names::<Projects>(),
        names::<ProjectUpdates>(),
        names::<Leads>(),
        names::<Inquiries>(),
        names::<Invoices>(),
    ];
    let removed = row.record_kind.as_deref()?;
    let (kind, prefix) = removable.into_iter().find(|(kind, _)| *kind == removed)?;
    let id = ids::encode(prefix, row.record_id?);
    Some(EventDetails::RecordRemoved { kind, id })
}

fn control(row: &events::Model) -> Option<Control> {
    let text = |name: &str| row.payload.get(name).and_then(Value::as_str);
    if SESSION_REVOKED.is(row) {
        let session = SessionId::parse(text("session")?).ok()?;
        return Some(Control::SessionEnded(session));
    }
    if TOKENS_REPLACED.is(row) {
        let session = SessionId::parse(text("session")?).ok()?;
        return Some(Control::TokensReplaced(session));
    }
    if ACCOUNT_DISABLED.is(row) {
        let account = AccountId::parse(text("account")?).ok()?;
        return Some(Control::AccountEnded(account));
    }
    kinds::RECORD_REMOVED
        .is(row)
        .then_some(row.client_id)
        .flatten()
        .map(Control::RightsLost)
}

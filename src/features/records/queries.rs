//! Reads across all kinds of records.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select,
};
use uuid::Uuid;

use super::{RecordId, StoredRecord};
use crate::{
    features::{
        accounts::Accounts,
        billing::{
            InvoiceColumn, InvoiceFilter, PaymentColumn, PaymentFilter, select_invoices, select_payments,
        },
        clients::{ClientColumn, Clients, living_client},
        leads::{living_inquiry, living_lead},
        projects::{
            ProjectColumn, ProjectFilter, UpdateColumn, UpdateFilter, select_projects, select_updates,
        },
    },
    platform::{
        actor::{AccountId, Actor, ClientId},
        audit::{self, AuditAction},
        graphql::RecordScope,
        record::RecordEntity,
    },
};

/// Which entries of the audit log a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// About this record: kind and id.
    pub record: Option<(&'static str, Uuid)>,
    /// Of what this account did.
    pub actor: Option<AccountId>,
    /// Of one of these actions.
    pub actions: Option<Vec<AuditAction>>,
    /// At this moment or later.
    pub from: Option<DateTime<Utc>>,
    /// Before this moment.
    pub until: Option<DateTime<Utc>>,
}

/// A living record by its id, if `actor` may see it on the company's day `today`: what isn't yours is as what doesn't exist.
///
/// # Errors
/// When the database refuses.
pub async fn visible_record(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    now: DateTime<Utc>,
    today: NaiveDate,
    id: RecordId,
) -> Result<Option<StoredRecord>, DbErr> {
    Ok(match id {
        RecordId::Client(id) => living_client(conn, actor, id).await?.map(StoredRecord::Client),
        RecordId::Project(id) => select_projects(actor, &ProjectFilter::default(), RecordScope::Living)
            .filter(ProjectColumn::Id.eq(id))
            .one(conn)
            .await?
            .map(StoredRecord::Project),
        RecordId::Update(id) => select_updates(actor, &UpdateFilter::default(), RecordScope::Living)
            .filter(UpdateColumn::Id.eq(id))
            .one(conn)
            .await?
            .map(StoredRecord::Update),
        RecordId::Lead(id) => living_lead(conn, actor, id).await?.map(StoredRecord::Lead),
        RecordId::Inquiry(id) => living_inquiry(conn, actor, id).await?.map(StoredRecord::Inquiry),
        RecordId::Content(id) => id.visible(conn, actor, now).await?.map(StoredRecord::Content),
        RecordId::Invoice(id) => {
            select_invoices(actor, &InvoiceFilter::default(), RecordScope::Living, today)
                .filter(InvoiceColumn::Id.eq(id))
                .one(conn)
                .await?
                .map(StoredRecord::Invoice)
        }
        RecordId::Payment(id) => {
            let all = PaymentFilter {
                include_voided: true,
                ..PaymentFilter::default()
            };
            select_payments(actor, &all)
                .filter(PaymentColumn::Id.eq(id))
                .one(conn)
                .await?
                .map(StoredRecord::Payment)
        }
    })
}

/// Entries about a record. A client and its account are one to whoever looks for what was done to them.
fn about((kind, id): (&'static str, Uuid)) -> Condition {
    use audit::Column;
    let itself = Condition::all()
        .add(Column::RecordKind.eq(kind))
        .add(Column::RecordId.eq(id));
    if kind != <Clients as RecordEntity>::KIND {
        return itself;
    }
    let account = Clients::find_by_id(ClientId(id))
        .select_only()
        .column(ClientColumn::AccountId)
        .into_query();
    Condition::any().add(itself).add(
        Condition::all()
            .add(Column::RecordKind.eq(<Accounts as RecordEntity>::KIND))
            .add(Column::RecordId.in_subquery(account)),
    )
}

/// The entries of the audit log that `actor` may see: all for the staff, none for others.
#[must_use]
pub fn select_audit(actor: &Actor, filter: &AuditFilter) -> Select<audit::Entity> {
    use audit::Column;
    let hidden = (!actor.is_staff()).then(|| Column::Id.is_null());
    audit::Entity::find().filter(
        Condition::all()
            .add_option(hidden)
            .add_option(filter.record.map(about))
            .add_option(filter.actor.map(|actor| Column::AccountId.eq(actor)))
            .add_option(
                filter
                    .actions
                    .as_ref()
                    .map(|actions| Column::Action.is_in(actions.iter().copied())),
            )
            .add_option(filter.from.map(|from| Column::At.gte(from)))
            .add_option(filter.until.map(|until| Column::At.lt(until))),
    )
}

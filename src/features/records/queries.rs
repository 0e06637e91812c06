//! Reads across all kinds of records.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use uuid::Uuid;

use crate::features::{
    accounts::Accounts,
    clients::{ClientColumn, Clients},
};
use platform::{
    actor::{AccountId, Actor, ClientId},
    audit::{self, AuditAction},
    record::RecordEntity,
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

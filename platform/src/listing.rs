//! Lists of records that visitors and staff read through one field: what is published for everybody, the rest for
//! staff who ask for it (`scope`).

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};

use super::{
    actor::Actor,
    ctx::Ctx,
    error::CommandError,
    paging::OrderBy,
    record::{RecordColumn, RecordEntity},
};

/// Which records a list shows, by their state. All but PUBLISHED are for staff; others see what is published without
/// asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum RecordScope {
    /// Living ones that are out of draft: what a client or visitor sees.
    Published,
    /// All that are not deleted.
    #[default]
    Living,
    /// Deleted ones, which `restoreRecord` brings back.
    Deleted,
    /// Living and deleted ones.
    All,
}

impl RecordScope {
    /// Narrows a list to the records of this state, for records that have no drafts.
    pub fn filter<E: RecordEntity>(self, list: Select<E>) -> Select<E> {
        let deleted_at = E::column(RecordColumn::DeletedAt);
        match self {
            Self::Published | Self::Living => list.filter(deleted_at.is_null()),
            Self::Deleted => list.filter(deleted_at.is_not_null()),
            Self::All => list,
        }
    }
}

/// A kind of record with a list.
pub trait Listed: RecordEntity {
    /// What the list can be narrowed by.
    type Filter: Clone + Default + Send + Sync + 'static;

    /// What a living record must be to be shown at the moment `now` to whom it is meant for: nothing more than living,
    /// unless the kind says otherwise.
    fn published(now: DateTime<Utc>) -> Condition {
        let _ = now;
        Condition::all()
    }

    /// What the filter lets through.
    fn matching(filter: &Self::Filter) -> Condition;

    /// The column that the list is ordered by when nobody asks for another, and whether its largest comes first.
    fn usual_order() -> (Self::Column, bool);
}

/// The filter of a list that can be searched, and nothing else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SearchFilter {
    /// Each word stands somewhere in the record's texts.
    pub search: Option<String>,
}

/// The scope that a list has for this caller: what is asked for, or else `for_staff` for staff and what is published
/// for everybody else.
///
/// # Errors
/// When somebody who isn't staff asks for more than what is published.
pub fn resolve_scope(
    actor: &Actor,
    asked: Option<RecordScope>,
    for_staff: RecordScope,
) -> Result<RecordScope, CommandError> {
    match asked {
        _ if actor.is_staff() => Ok(asked.unwrap_or(for_staff)),
        None | Some(RecordScope::Published) => Ok(RecordScope::Published),
        Some(_) if matches!(actor, Actor::Anonymous) => Err(CommandError::Unauthenticated),
        Some(_) => Err(CommandError::Forbidden),
    }
}

/// The records of a scope at the moment `now`. Who may ask for which scope is [`resolve_scope`]'s business.
#[must_use]
pub fn select<E: Listed>(scope: RecordScope, now: DateTime<Utc>, filter: &E::Filter) -> Select<E> {
    <E as EntityTrait>::find()
        .filter(in_scope::<E>(scope, now))
        .filter(E::matching(filter))
}

/// The condition of a scope alone.
#[must_use]
pub fn in_scope<E: Listed>(scope: RecordScope, now: DateTime<Utc>) -> Condition {
    let deleted_at = E::column(RecordColumn::DeletedAt);
    match scope {
        RecordScope::Published => E::published(now).add(deleted_at.is_null()),
        RecordScope::Living => Condition::all().add(deleted_at.is_null()),
        RecordScope::Deleted => Condition::all().add(deleted_at.is_not_null()),
        RecordScope::All => Condition::all(),
    }
}

/// The scope in which `actor` finds a record again by its id: staff what lives, others what is published.
#[must_use]
pub fn own_scope(actor: &Actor) -> RecordScope {
    if actor.is_staff() {
        RecordScope::Living
    } else {
        RecordScope::Published
    }
}

/// The records of a kind that `actor` finds again by their ids now.
#[must_use]
pub fn readable<E: Listed>(ctx: &Ctx, actor: &Actor) -> Select<E> {
    <E as EntityTrait>::find().filter(in_scope::<E>(own_scope(actor), ctx.clock.now()))
}

/// The order that is asked for, or the usual one.
#[must_use]
pub fn order_by<E: Listed>(asked: Option<(E::Column, bool)>) -> OrderBy<E> {
    let (column, descending) = asked.unwrap_or_else(E::usual_order);
    OrderBy::new(column, descending, E::column(RecordColumn::Id))
}

//! `reorderServices`, `reorderPartners`: gives a list its order.

use std::collections::HashSet;

use sea_orm::{
    ActiveModelBehavior, ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, ModelTrait,
    QueryFilter, QueryOrder, QuerySelect, Value,
};
use uuid::Uuid;

use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation, Violations},
    message,
    record::{self, RecordColumn, RecordEntity},
};

/// The longest list that is put in order at once.
pub const MAX_REORDERED: usize = 500;

/// A kind of record that staff put in order.
pub trait Positioned: RecordEntity {
    /// Its place, smallest first.
    const POSITION: Self::Column;
}

/// The place behind the last one.
///
/// # Errors
/// When the database refuses.
pub async fn next_position<E: Positioned>(tx: &WriteTx) -> Result<i32, CommandError> {
    let last: Option<Option<i32>> = E::find()
        .select_only()
        .column_as(E::POSITION.max(), "last")
        .filter(E::column(RecordColumn::DeletedAt).is_null())
        .into_tuple()
        .one(tx.conn())
        .await?;
    Ok(last.flatten().map_or(1, |last| last.saturating_add(1)))
}

/// Puts the named records first, in this order; the others follow in the order they have. Answers with all living ones.
///
/// # Errors
/// NOT_FOUND at an id that nobody has, INVALID at one that is named twice.
pub async fn reorder<E, A>(ctx: &Ctx, actor: &Actor, ids: &[Uuid]) -> Result<Vec<E::Model>, CommandError>
where
    E: Positioned,
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<A>,
    A: ActiveModelTrait<Entity = E> + ActiveModelBehavior + Send,
{
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let living = <E as EntityTrait>::find()
            .filter(E::column(RecordColumn::DeletedAt).is_null())
            // Locked in one order, so that two who sort at once don't wait for each other.
            .order_by_asc(E::column(RecordColumn::Id))
            .lock_exclusive()
            .all(tx.conn())
            .await?;
        let mut violations = Violations::default();
        let mut seen = HashSet::new();
        for (index, id) in ids.iter().enumerate() {
            let field = || ["input".to_owned(), "ids".to_owned(), index.to_string()];
            if !living.iter().any(|row| E::id_of(row) == *id) {
                violations.push(Violation::not_found(field(), E::NOUN));
            } else if !seen.insert(*id) {
                violations.push(Violation::new(
                    ErrorCode::Invalid,
                    field(),
                    message!("named-twice"),
                ));
            }
        }
        violations.into_result()?;
        let position = |row: &E::Model| match row.get(E::POSITION) {
            Value::Int(Some(position)) => position,
            _ => i32::MAX,
        };
        let named = |row: &E::Model| {
            ids.iter()
                .position(|id| *id == E::id_of(row))
                .unwrap_or(usize::MAX)
        };
        let mut sorted = living;
        sorted.sort_by_key(|row| (named(row), position(row), E::id_of(row)));
        let mut after = Vec::with_capacity(sorted.len());
        for (place, row) in (1_i32..).zip(&sorted) {
            let mut change = A::default();
            change.set(E::POSITION, place.into());
            after.push(record::update::<E, _>(tx, actor, row, change).await?);
        }
        Ok(after)
    })
}

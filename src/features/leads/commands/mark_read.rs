//! `markLeadsRead`, `markInquiriesRead`: many at once, each by itself.

use sea_orm::{IntoActiveModel, ModelTrait};
use uuid::Uuid;

use platform::{
    actor::Actor,
    ctx::Ctx,
    editing::{self, Editable},
    error::CommandError,
};

/// Rows at once, at most.
pub const MAX_ROWS: usize = 100;

/// One of the records.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Which.
    pub id: Uuid,
    /// The version that the caller read, if it matters.
    pub expected_version: Option<i32>,
}

/// Marks records as `fields` says. Each is a transaction of its own; one that is as asked already stays as it is.
///
/// # Errors
/// For the whole: when the caller may not. For a row: NOT_FOUND, CONFLICT at `input.rows.N.…`.
pub async fn mark_all<E: Editable>(
    ctx: &Ctx,
    actor: &Actor,
    rows: &[Row],
    fields: &E::Fields,
) -> Result<Vec<Result<E::Model, CommandError>>, CommandError>
where
    E::Model: ModelTrait<Entity = E> + IntoActiveModel<E::Row> + Sync,
{
    E::permit(actor)?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        let marked = editing::update::<E>(ctx, actor, row.id, row.expected_version, fields.clone()).await;
        let place = ["input", "rows", &index.to_string()];
        outcomes.push(marked.map_err(|error| error.below(&["input"], &place)));
    }
    Ok(outcomes)
}

//! `markLeadsRead`, `markInquiriesRead`: many at once, each by itself.

use sea_orm::ActiveValue::Set;

use super::{lock_inquiry, lock_lead};
use crate::{
    features::leads::{
        InquiryId, LeadId,
        tables::{inquiry, lead},
    },
    platform::{actor::Actor, ctx::Ctx, error::CommandError, record, write::write_tx},
};

/// Rows at once, at most.
pub const MAX_ROWS: usize = 100;

/// One of the records.
#[derive(Debug, Clone, Copy)]
pub struct Row<I> {
    /// Which.
    pub id: I,
    /// The version that the caller read, if it matters.
    pub expected_version: Option<i32>,
}

/// Marks leads as read, or as unread. Each is a transaction of its own; one that is as asked already stays as it is.
///
/// # Errors
/// For the whole: INVALID at `input.rows` for too many. For a row: NOT_FOUND, CONFLICT at `input.rows.N.…`.
pub async fn mark_leads_read(
    ctx: &Ctx,
    actor: &Actor,
    rows: &[Row<LeadId>],
    read: bool,
) -> Result<Vec<Result<lead::Model, CommandError>>, CommandError> {
    actor.require_staff()?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        outcomes.push(at_row(index, mark_lead(ctx, actor, *row, read).await));
    }
    Ok(outcomes)
}

async fn mark_lead(
    ctx: &Ctx,
    actor: &Actor,
    row: Row<LeadId>,
    read: bool,
) -> Result<lead::Model, CommandError> {
    write_tx!(ctx, |tx| {
        let current = lock_lead(tx, row.id, &["input", "id"]).await?;
        if let Some(expected) = row.expected_version {
            record::expect_version::<lead::Entity>(&current, expected)?;
        }
        let changes = lead::ActiveModel {
            is_read: Set(read),
            ..Default::default()
        };
        let marked = record::update::<lead::Entity, _>(tx, actor, &current, changes).await?;
        Ok(marked)
    })
}

/// Marks inquiries as read, or as unread. As [`mark_leads_read`].
///
/// # Errors
/// As [`mark_leads_read`].
pub async fn mark_inquiries_read(
    ctx: &Ctx,
    actor: &Actor,
    rows: &[Row<InquiryId>],
    read: bool,
) -> Result<Vec<Result<inquiry::Model, CommandError>>, CommandError> {
    actor.require_staff()?;
    let mut outcomes = Vec::with_capacity(rows.len());
    for (index, row) in rows.iter().enumerate() {
        outcomes.push(at_row(index, mark_inquiry(ctx, actor, *row, read).await));
    }
    Ok(outcomes)
}

async fn mark_inquiry(
    ctx: &Ctx,
    actor: &Actor,
    row: Row<InquiryId>,
    read: bool,
) -> Result<inquiry::Model, CommandError> {
    write_tx!(ctx, |tx| {
        let current = lock_inquiry(tx, row.id, &["input", "id"]).await?;
        if let Some(expected) = row.expected_version {
            record::expect_version::<inquiry::Entity>(&current, expected)?;
        }
        let changes = inquiry::ActiveModel {
            is_read: Set(read),
            ..Default::default()
        };
        let marked = record::update::<inquiry::Entity, _>(tx, actor, &current, changes).await?;
        Ok(marked)
    })
}

/// Tells a row's mistakes at its place.
fn at_row<T>(index: usize, outcome: Result<T, CommandError>) -> Result<T, CommandError> {
    outcome.map_err(|error| error.below(&["input"], &["input", "rows", &index.to_string()]))
}

//! `closeProject`, `reopenProject`.

use sea_orm::ActiveValue::Set;

use super::append_project_changed;
use crate::features::projects::{ProjectId, lock_project_in_tx, tables::project};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, Violation},
    record,
};

/// Closes a project: done, and still visible to its client. Closing a closed one changes nothing.
///
/// # Errors
/// CONFLICT when it is not at `expected_version`; NOT_FOUND.
pub async fn close_project(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
) -> Result<project::Model, CommandError> {
    set_closed(ctx, actor, id, expected_version, true).await
}

/// Opens a closed project again. Opening an open one changes nothing.
///
/// # Errors
/// As [`close_project`].
pub async fn reopen_project(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
) -> Result<project::Model, CommandError> {
    set_closed(ctx, actor, id, expected_version, false).await
}

async fn set_closed(
    ctx: &Ctx,
    actor: &Actor,
    id: ProjectId,
    expected_version: i32,
    closed: bool,
) -> Result<project::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let current = lock_project_in_tx(tx, id)
            .await?
            .filter(|project| project.deleted_at.is_none())
            .ok_or_else(|| Violation::not_found(["input", "id"], ProjectId::NOUN))?;
        record::expect_version::<project::Entity>(&current, expected_version)?;
        if current.closed_at.is_some() == closed {
            return Ok(current);
        }
        let changes = project::ActiveModel {
            closed_at: Set(closed.then_some(tx.now())),
            ..Default::default()
        };
        let updated = record::update::<project::Entity, _>(tx, actor, &current, changes).await?;
        append_project_changed(tx, &updated).await?;
        Ok(updated)
    })
}

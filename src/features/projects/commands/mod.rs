//! What can be done to projects and updates, one operation a file.

mod create_project;
mod create_project_update;
mod post_project_update;
mod update_project;
mod update_project_update;

pub use create_project::{CheckedProject, CreateProject, create_project, create_project_in_tx};
pub use create_project_update::{CreateProjectUpdate, create_project_update};
pub use post_project_update::post_project_update;
pub use update_project::{ProjectPatch, close_project, reopen_project, update_project};
pub use update_project_update::{ImageChoice, ProjectUpdatePatch, update_project_update};

use super::{ProjectId, ProjectUpdateId, events, lock_project_in_tx, tables::project};
use crate::platform::{
    db::WriteTx,
    error::{CommandError, Violation},
    events::{NewEvent, append_in_tx},
};

fn no_such_project(field: &[&str]) -> CommandError {
    Violation::not_found(field.iter().copied(), "project").into()
}

/// Locks a living project.
async fn lock_project(tx: &WriteTx, id: ProjectId, field: &[&str]) -> Result<project::Model, CommandError> {
    lock_project_in_tx(tx, id)
        .await?
        .filter(|project| project.deleted_at.is_none())
        .ok_or_else(|| no_such_project(field))
}

/// Tells the project's client and the staff that it changed.
async fn append_project_changed(tx: &WriteTx, project: &project::Model) -> Result<(), CommandError> {
    append_change_in_tx(tx, project, true).await
}

/// Tells the staff that something of a project changed, and its client if `client_sees` it: a draft is nothing to them.
///
/// # Errors
/// When the database refuses.
pub async fn append_change_in_tx(
    tx: &WriteTx,
    project: &project::Model,
    client_sees: bool,
) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::PROJECT_CHANGED,
            project: client_sees.then_some(project.id.0),
            for_staff: true,
            record: Some(("Project", project.id.0, project.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

/// The record of an event about an update.
fn update_record(id: ProjectUpdateId, version: i32) -> Option<(&'static str, uuid::Uuid, i32)> {
    Some(("ProjectUpdate", id.0, version))
}

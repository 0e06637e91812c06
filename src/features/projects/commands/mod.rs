//! What can be done to projects and updates, one operation a file.

mod close_project;
mod edit_project;
mod edit_project_update;
mod post_project_update;

pub use close_project::{close_project, reopen_project};
pub use edit_project::{ProjectFields, create_project_in_tx, read as read_project};
pub use edit_project_update::{ImageChoice, ProjectUpdateFields};
pub use post_project_update::post_project_update;

use super::{events, tables::project};
use platform::{
    db::WriteTx,
    error::CommandError,
    events::{NewEvent, append_in_tx},
};

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
        NewEvent::about::<project::Entity>(events::PROJECT_CHANGED, project)
            .for_owner_of(client_sees.then_some(project.id.0))
            .for_staff(),
    );
    Ok(())
}

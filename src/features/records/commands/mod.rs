//! Deleting, restoring, and removing for good. Rows are locked from the top down (client, project, update), as
//! everywhere: two commands can't wait for each other.

mod delete_record;
mod force_delete_record;
mod restore_record;

pub use delete_record::delete_record;
pub use force_delete_record::force_delete_record;
pub use restore_record::restore_record;

use sea_orm::{ColumnTrait, ModelTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::RecordId;
use crate::{
    features::projects::{Project, ProjectUpdate, events},
    platform::{
        actor::{Actor, ClientId},
        db::WriteTx,
        error::{CommandError, Violation},
        events::{NewEvent, append_in_tx},
        record::{self, RecordColumn, RecordEntity},
    },
};

const FIELD: [&str; 2] = ["input", "id"];

fn require_staff(actor: &Actor) -> Result<(), CommandError> {
    match actor {
        Actor::Anonymous => Err(CommandError::Unauthenticated),
        _ if actor.is_staff() => Ok(()),
        _ => Err(CommandError::Forbidden),
    }
}

fn not_found(id: RecordId) -> CommandError {
    Violation::not_found(FIELD, id.noun()).into()
}

/// A row, living or deleted, locked until the transaction ends and at the version that the caller expects.
async fn lock<E>(
    tx: &WriteTx,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<Option<E::Model>, CommandError>
where
    E: RecordEntity,
    E::Model: ModelTrait<Entity = E>,
{
    let found = E::find()
        .filter(E::column(RecordColumn::Id).eq(id))
        .lock_exclusive()
        .one(tx.conn())
        .await?;
    if let (Some(row), Some(expected)) = (&found, expected_version) {
        record::expect_version::<E>(row, expected)?;
    }
    Ok(found)
}

/// Tells the staff that a client is gone. The client's own streams end.
async fn append_client_removed(tx: &WriteTx, id: ClientId, version: i32) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            for_staff: true,
            record: Some(("Client", id.0, version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

/// Tells its client and the staff that a project is gone, and with it everything below it.
async fn append_project_removed(tx: &WriteTx, project: &Project) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            project: Some(project.id.0),
            client: Some(project.client_id),
            for_staff: true,
            record: Some(("Project", project.id.0, project.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

/// Tells the staff that an update is gone, and its client too if they could see it. The event of a draft names no
/// project, since a project's events are its client's to see.
async fn append_update_removed(
    tx: &WriteTx,
    project: &Project,
    update: &ProjectUpdate,
) -> Result<(), CommandError> {
    let posted = update.posted_at.is_some();
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            project: posted.then_some(project.id.0),
            client: posted.then_some(project.client_id),
            for_staff: true,
            record: Some(("ProjectUpdate", update.id.0, update.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

/// Tells the staff that something of theirs is gone: a lead or an inquiry.
async fn append_desk_removed(
    tx: &WriteTx,
    kind: &'static str,
    id: Uuid,
    version: i32,
) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            for_staff: true,
            record: Some((kind, id, version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
}

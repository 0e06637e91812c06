//! Deleting, restoring, and removing for good. Rows are locked from the top down, as everywhere
//! (`features/projects/parents.rs`): two commands can't wait for each other.

mod delete_record;
mod force_delete_record;
mod restore_record;

pub use delete_record::delete_record;
pub use force_delete_record::force_delete_record;
pub use restore_record::restore_record;

use sea_orm::{ColumnTrait, EntityTrait, ModelTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::RecordId;
use crate::{
    features::{
        billing::{Invoice, InvoiceId, InvoiceState, Invoices, PaymentId, Payments, refuse_deletion_in_tx},
        projects::{
            BelowProject, Project, ProjectBelow, ProjectId, ProjectUpdate, Projects, events,
            lock_below_project_in_tx, lock_project_below_clients_in_tx,
        },
    },
    platform::{
        actor::ClientId,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation},
        events::{NewEvent, append_in_tx},
        record::{self, RecordColumn, RecordEntity},
    },
};

const FIELD: [&str; 2] = ["input", "id"];

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

/// A project, living or deleted, locked after its client and at the version that the caller expects.
async fn lock_project(
    tx: &WriteTx,
    id: ProjectId,
    expected_version: Option<i32>,
) -> Result<ProjectBelow, CommandError> {
    let found = lock_project_below_clients_in_tx(tx, id, None).await?;
    let found = found.ok_or_else(|| not_found(RecordId::Project(id)))?;
    if let Some(expected) = expected_version {
        record::expect_version::<Projects>(&found.project, expected)?;
    }
    Ok(found)
}

/// A row below a project, locked after it and at the version that the caller expects; either may be deleted.
async fn lock_below<E>(
    tx: &WriteTx,
    id: RecordId,
    row: Uuid,
    expected_version: Option<i32>,
) -> Result<(Project, E::Model), CommandError>
where
    E: BelowProject,
    E::Model: ModelTrait<Entity = E>,
{
    let found = lock_below_project_in_tx::<E>(tx, row).await?;
    let (project, row) = found.ok_or_else(|| not_found(id))?;
    if let Some(expected) = expected_version {
        record::expect_version::<E>(&row, expected)?;
    }
    Ok((project, row))
}

/// An invoice that may be deleted, locked after its project: a draft.
async fn lock_draft(
    tx: &WriteTx,
    id: RecordId,
    invoice: InvoiceId,
    expected_version: Option<i32>,
) -> Result<Invoice, CommandError> {
    let (_, row) = lock_below::<Invoices>(tx, id, invoice.0, expected_version).await?;
    if row.state == InvoiceState::Draft {
        return Ok(row);
    }
    let message = format!(
        "{} is issued: it is kept, with its lines. Take it back with cancelInvoice, or a part of it with createCreditNote.",
        row.number.as_deref().unwrap_or("This invoice")
    );
    Err(Violation::new(ErrorCode::Locked, FIELD, message).into())
}

/// The refusal to delete a payment.
async fn payment_is_kept(
    tx: &WriteTx,
    id: RecordId,
    payment: PaymentId,
) -> Result<CommandError, CommandError> {
    let found = Payments::find_by_id(payment).one(tx.conn()).await?;
    Ok(match found {
        Some(_) => Violation::new(
            ErrorCode::Locked,
            FIELD,
            "A payment is kept: take it out of the sums with voidPayment, which says why.",
        )
        .into(),
        None => not_found(id),
    })
}

/// Refuses when an invoice was issued or a payment recorded on any of these projects, which are locked.
async fn refuse_with_books(tx: &WriteTx, projects: &[Project]) -> Result<(), CommandError> {
    let ids: Vec<ProjectId> = projects.iter().map(|project| project.id).collect();
    refuse_deletion_in_tx(tx, &ids, &FIELD).await
}

/// Tells the staff that a draft is gone; its client never saw it.
async fn append_draft_removed(tx: &WriteTx, draft: &Invoice) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent {
            kind: events::RECORD_REMOVED,
            for_staff: true,
            record: Some(("Invoice", draft.id.0, draft.version)),
            ..NewEvent::default()
        },
    )
    .await?;
    Ok(())
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

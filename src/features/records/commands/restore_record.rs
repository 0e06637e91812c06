//! `restoreRecord`: brings back a record with exactly what was deleted together with it.

use sea_orm::EntityTrait;

use super::{FIELD, lock, lock_below, lock_project, not_found};
use crate::{
    features::{
        billing::{Invoices, Payments},
        clients::{Clients, restore_clients_in_tx},
        leads::{Inquiries, Leads},
        projects::{ProjectUpdates, Projects, commands::append_change_in_tx, lock_projects_of_in_tx},
        records::{RecordId, StoredRecord},
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation},
        record,
        write::write_tx,
    },
};

/// Restores a record with its batch, and answers with it as it is now. What was deleted before it, by itself,
/// stays deleted.
///
/// # Errors
/// NOT_FOUND when there is no such record; LOCKED when it isn't deleted, or what it belongs to is; TAKEN when
/// another account has the client's e-mail address by now; CONFLICT when it is not at `expected_version`.
pub async fn restore_record(
    ctx: &Ctx,
    actor: &Actor,
    id: RecordId,
    expected_version: Option<i32>,
) -> Result<StoredRecord, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        match id {
            RecordId::Client(client) => {
                let row = lock::<Clients>(tx, client.0, expected_version).await?;
                let batch = row.ok_or_else(|| not_found(id))?.deletion_batch;
                let batch = batch.ok_or_else(|| living(id))?;
                lock_projects_of_in_tx(tx, client).await?;
                restore_clients_in_tx(tx, actor, batch).await?;
                restore_projects(tx, actor, batch).await?;
            }
            RecordId::Project(project) => {
                let locked = lock_project(tx, project, expected_version).await?;
                let row = &locked.project;
                let batch = row.deletion_batch.ok_or_else(|| living(id))?;
                if !locked.is_living(row.client_id) {
                    return Err(orphan(id, RecordId::Client(row.client_id)));
                }
                restore_projects(tx, actor, batch).await?;
            }
            RecordId::Update(update) => {
                let (project, row) = lock_below::<ProjectUpdates>(tx, id, update.0, expected_version).await?;
                let batch = row.deletion_batch.ok_or_else(|| living(id))?;
                if project.deleted_at.is_some() {
                    return Err(orphan(id, RecordId::Project(row.project_id)));
                }
                record::restore::<ProjectUpdates>(tx, actor, batch).await?;
                append_change_in_tx(tx, &project, row.posted_at.is_some()).await?;
            }
            RecordId::Lead(lead) => {
                let row = lock::<Leads>(tx, lead.0, expected_version).await?;
                let batch = row.ok_or_else(|| not_found(id))?.deletion_batch;
                record::restore::<Leads>(tx, actor, batch.ok_or_else(|| living(id))?).await?;
            }
            RecordId::Inquiry(inquiry) => {
                let row = lock::<Inquiries>(tx, inquiry.0, expected_version).await?;
                let batch = row.ok_or_else(|| not_found(id))?.deletion_batch;
                record::restore::<Inquiries>(tx, actor, batch.ok_or_else(|| living(id))?).await?;
            }
            RecordId::Content(content) => content.restore_in_tx(tx, actor, expected_version).await?,
            RecordId::Invoice(invoice) => {
                let (project, row) = lock_below::<Invoices>(tx, id, invoice.0, expected_version).await?;
                let batch = row.deletion_batch.ok_or_else(|| living(id))?;
                if project.deleted_at.is_some() {
                    return Err(orphan(id, RecordId::Project(row.project_id)));
                }
                if project.currency != row.currency {
                    return Err(locked(
                        "The project has another currency by now: write a new invoice with createInvoice."
                            .to_owned(),
                    ));
                }
                record::restore::<Invoices>(tx, actor, batch).await?;
            }
            RecordId::Payment(payment) => {
                Payments::find_by_id(payment)
                    .one(tx.conn())
                    .await?
                    .ok_or_else(|| not_found(id))?;
                return Err(living(id));
            }
        }
        let restored = id.load(tx.conn()).await?.ok_or_else(|| not_found(id))?;
        Ok(restored)
    })
}

async fn restore_projects(tx: &WriteTx, actor: &Actor, batch: uuid::Uuid) -> Result<(), CommandError> {
    let projects = record::restore::<Projects>(tx, actor, batch).await?;
    record::restore::<ProjectUpdates>(tx, actor, batch).await?;
    record::restore::<Invoices>(tx, actor, batch).await?;
    for project in &projects {
        append_change_in_tx(tx, project, true).await?;
    }
    Ok(())
}

fn living(id: RecordId) -> CommandError {
    locked(format!(
        "This {} isn't deleted: there is nothing to restore.",
        id.noun()
    ))
}

fn orphan(id: RecordId, parent: RecordId) -> CommandError {
    locked(format!(
        "The {} {parent} that this {} belongs to is deleted: restore that first.",
        parent.noun(),
        id.noun(),
    ))
}

fn locked(message: String) -> CommandError {
    Violation::new(ErrorCode::Locked, FIELD, message).into()
}

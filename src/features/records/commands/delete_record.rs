//! `deleteRecord`: takes a record and what belongs to it out of sight, as one batch that can come back.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{
    append_client_removed, append_desk_removed, append_draft_removed, append_project_removed,
    append_update_removed, lock, lock_below, lock_draft, lock_project, not_found, payment_is_kept,
    refuse_with_books,
};
use crate::{
    features::{
        billing::{InvoiceColumn, Invoices, delete_drafts_in_tx},
        clients::{Clients, delete_client_in_tx},
        leads::{Inquiries, InquiryColumn, LeadColumn, Leads},
        projects::{
            Project, ProjectColumn, ProjectId, ProjectUpdates, Projects, UpdateColumn, lock_projects_of_in_tx,
        },
        records::{RecordId, StoredRecord},
    },
    platform::{
        actor::{Actor, ClientId},
        ctx::Ctx,
        db::WriteTx,
        error::CommandError,
        ids::new_uuid,
        outbox,
        record::{self, RecordEntity},
        write::write_tx,
    },
};

/// Deletes a record with what belongs to it, and answers with it as it is now.
///
/// # Errors
/// NOT_FOUND when there is no such record or it is deleted already; CONFLICT when it is not at
/// `expected_version`.
pub async fn delete_record(
    ctx: &Ctx,
    actor: &Actor,
    id: RecordId,
    expected_version: Option<i32>,
) -> Result<StoredRecord, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let batch = new_uuid(tx.now());
        let deleted = match id {
            RecordId::Client(client) => {
                lock::<Clients>(tx, client.0, expected_version).await?;
                delete_client(tx, actor, batch, client)
                    .await?
                    .ok_or_else(|| not_found(id))?
            }
            RecordId::Project(project) => {
                let locked = lock_project(tx, project, expected_version).await?;
                delete_projects(tx, actor, batch, &[locked.project])
                    .await?
                    .pop()
                    .map(StoredRecord::Project)
                    .ok_or_else(|| not_found(id))?
            }
            RecordId::Update(update) => {
                let (project, _) = lock_below::<ProjectUpdates>(tx, id, update.0, expected_version).await?;
                let this = Condition::all().add(UpdateColumn::Id.eq(update));
                let deleted = record::soft_delete::<ProjectUpdates>(tx, actor, batch, this)
                    .await?
                    .pop()
                    .ok_or_else(|| not_found(id))?;
                append_update_removed(tx, &project, &deleted).await?;
                StoredRecord::Update(deleted)
            }
            RecordId::Lead(lead) => {
                lock::<Leads>(tx, lead.0, expected_version).await?;
                let this = Condition::all().add(LeadColumn::Id.eq(lead));
                let deleted = record::soft_delete::<Leads>(tx, actor, batch, this).await?.pop();
                let deleted = deleted.ok_or_else(|| not_found(id))?;
                append_desk_removed(tx, Leads::KIND, lead.0, deleted.version).await?;
                StoredRecord::Lead(deleted)
            }
            RecordId::Inquiry(inquiry) => {
                lock::<Inquiries>(tx, inquiry.0, expected_version).await?;
                let this = Condition::all().add(InquiryColumn::Id.eq(inquiry));
                let deleted = record::soft_delete::<Inquiries>(tx, actor, batch, this)
                    .await?
                    .pop();
                let deleted = deleted.ok_or_else(|| not_found(id))?;
                append_desk_removed(tx, Inquiries::KIND, inquiry.0, deleted.version).await?;
                StoredRecord::Inquiry(deleted)
            }
            RecordId::Content(content) => {
                StoredRecord::Content(content.delete_in_tx(tx, actor, batch, expected_version).await?)
            }
            RecordId::Invoice(invoice) => {
                lock_draft(tx, id, invoice, expected_version).await?;
                let this = Condition::all().add(InvoiceColumn::Id.eq(invoice));
                let deleted = record::soft_delete::<Invoices>(tx, actor, batch, this)
                    .await?
                    .pop()
                    .ok_or_else(|| not_found(id))?;
                append_draft_removed(tx, &deleted).await?;
                StoredRecord::Invoice(deleted)
            }
            RecordId::Payment(payment) => return Err(payment_is_kept(tx, id, payment).await?),
        };
        Ok(deleted)
    })
}

async fn delete_client(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
    id: ClientId,
) -> Result<Option<StoredRecord>, CommandError> {
    let projects = lock_projects_of_in_tx(tx, id).await?;
    let Some(client) = delete_client_in_tx(tx, actor, batch, id).await? else {
        return Ok(None);
    };
    delete_projects(tx, actor, batch, &projects).await?;
    append_client_removed(tx, client.id, client.version).await?;
    // Nobody reads it any more, and it may hold a password.
    outbox::cancel_all_in_tx(tx, client.account_id).await?;
    Ok(Some(StoredRecord::Client(client)))
}

/// Deletes projects, which are locked, with their updates, drafts too.
async fn delete_projects(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
    projects: &[Project],
) -> Result<Vec<Project>, CommandError> {
    refuse_with_books(tx, projects).await?;
    let which = ProjectColumn::Id.is_in(projects.iter().map(|project| project.id));
    let which = Condition::all().add(which);
    let deleted = record::soft_delete::<Projects>(tx, actor, batch, which).await?;
    if deleted.is_empty() {
        return Ok(deleted);
    }
    let of_batch = Projects::find()
        .select_only()
        .column(ProjectColumn::Id)
        .filter(ProjectColumn::DeletionBatch.eq(batch))
        .into_query();
    let updates = Condition::all().add(UpdateColumn::ProjectId.in_subquery(of_batch));
    record::soft_delete::<ProjectUpdates>(tx, actor, batch, updates).await?;
    let ids: Vec<ProjectId> = deleted.iter().map(|project| project.id).collect();
    delete_drafts_in_tx(tx, actor, batch, &ids).await?;
    for project in &deleted {
        append_project_removed(tx, project).await?;
    }
    Ok(deleted)
}

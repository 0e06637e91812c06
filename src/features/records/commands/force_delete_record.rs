//! `forceDeleteRecord`: removes a record for good, with rows, pictures and inbox entries.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use super::{
    append_client_removed, append_desk_removed, append_draft_removed, append_project_removed,
    append_update_removed, lock, lock_below, lock_draft, lock_project, not_found, payment_is_kept,
    refuse_with_books,
};
use crate::{
    features::{
        billing::{InvoiceColumn, force_delete_drafts_in_tx},
        clients::{Clients, force_delete_client_in_tx},
        leads::{Inquiries, InquiryColumn, LeadColumn, Leads},
        media::{ImageId, remove_in_tx},
        projects::{
            Project, ProjectColumn, ProjectUpdate, ProjectUpdates, Projects, UpdateColumn, UpdateImageColumn,
            UpdateImages, lock_projects_of_in_tx,
        },
        records::RecordId,
    },
    platform::{
        actor::Actor,
        announce::Forgotten,
        ctx::Ctx,
        db::WriteTx,
        error::CommandError,
        outbox,
        record::{self, RecordEntity},
        write::write_tx,
    },
};

/// Removes a record, living or deleted, with everything below it. Nothing of it can be brought back; the audit
/// log keeps the last values.
///
/// # Errors
/// NOT_FOUND; CONFLICT when it is not at `expected_version`; FORBIDDEN for all but administrators.
pub async fn force_delete_record(
    ctx: &Ctx,
    actor: &Actor,
    id: RecordId,
    expected_version: Option<i32>,
) -> Result<RecordId, CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if actor.is_admin() => {}
        _ => return Err(CommandError::Forbidden),
    }
    write_tx!(ctx, |tx| {
        match id {
            RecordId::Client(client) => {
                let row = lock::<Clients>(tx, client.0, expected_version).await?;
                let row = row.ok_or_else(|| not_found(id))?;
                let projects = lock_projects_of_in_tx(tx, client).await?;
                remove_projects(ctx, tx, actor, &projects).await?;
                let account = row.account_id;
                ctx.announcer
                    .forget_in_tx(tx, Forgotten::Account(account))
                    .await?;
                outbox::cancel_all_in_tx(tx, account).await?;
                force_delete_client_in_tx(tx, actor, client).await?;
                if row.deleted_at.is_none() {
                    append_client_removed(tx, client, row.version).await?;
                }
            }
            RecordId::Project(project) => {
                let locked = lock_project(tx, project, expected_version).await?;
                remove_projects(ctx, tx, actor, &[locked.project]).await?;
            }
            RecordId::Update(update) => {
                let (project, row) = lock_below::<ProjectUpdates>(tx, id, update.0, expected_version).await?;
                remove_updates(ctx, tx, actor, std::slice::from_ref(&row)).await?;
                if row.deleted_at.is_none() {
                    append_update_removed(tx, &project, &row).await?;
                }
            }
            RecordId::Lead(lead) => {
                let row = lock::<Leads>(tx, lead.0, expected_version).await?;
                let row = row.ok_or_else(|| not_found(id))?;
                let this = Condition::all().add(LeadColumn::Id.eq(lead));
                record::force_delete::<Leads>(tx, actor, this).await?;
                // The e-mails about it say what it said.
                outbox::forget_in_tx(tx, &lead.to_string()).await?;
                if row.deleted_at.is_none() {
                    append_desk_removed(tx, Leads::KIND, lead.0, row.version).await?;
                }
            }
            RecordId::Inquiry(inquiry) => {
                let row = lock::<Inquiries>(tx, inquiry.0, expected_version).await?;
                let row = row.ok_or_else(|| not_found(id))?;
                let this = Condition::all().add(InquiryColumn::Id.eq(inquiry));
                record::force_delete::<Inquiries>(tx, actor, this).await?;
                outbox::forget_in_tx(tx, &inquiry.to_string()).await?;
                if row.deleted_at.is_none() {
                    append_desk_removed(tx, Inquiries::KIND, inquiry.0, row.version).await?;
                }
            }
            RecordId::Content(content) => content.force_delete_in_tx(tx, actor, expected_version).await?,
            RecordId::Invoice(invoice) => {
                let row = lock_draft(tx, id, invoice, expected_version).await?;
                let this = Condition::all().add(InvoiceColumn::Id.eq(invoice));
                force_delete_drafts_in_tx(tx, actor, this).await?;
                if row.deleted_at.is_none() {
                    append_draft_removed(tx, &row).await?;
                }
            }
            RecordId::Payment(payment) => return Err(payment_is_kept(tx, id, payment).await?),
        }
        Ok(id)
    })
}

async fn remove_projects(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    projects: &[Project],
) -> Result<(), CommandError> {
    refuse_with_books(tx, projects).await?;
    for project in projects {
        let updates = ProjectUpdates::find()
            .filter(UpdateColumn::ProjectId.eq(project.id))
            .lock_exclusive()
            .all(tx.conn())
            .await?;
        remove_updates(ctx, tx, actor, &updates).await?;
        let drafts = Condition::all().add(InvoiceColumn::ProjectId.eq(project.id));
        force_delete_drafts_in_tx(tx, actor, drafts).await?;
        ctx.announcer
            .forget_in_tx(tx, Forgotten::Record(project.id.0))
            .await?;
        let this = Condition::all().add(ProjectColumn::Id.eq(project.id));
        record::force_delete::<Projects>(tx, actor, this).await?;
        if project.deleted_at.is_none() {
            append_project_removed(tx, project).await?;
        }
    }
    Ok(())
}

/// Removes updates in the order of their foreign keys: the links to pictures, the updates, the pictures.
async fn remove_updates(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    updates: &[ProjectUpdate],
) -> Result<(), CommandError> {
    for update in updates {
        let images: Vec<ImageId> = UpdateImages::find()
            .select_only()
            .column(UpdateImageColumn::ImageId)
            .filter(UpdateImageColumn::UpdateId.eq(update.id))
            .into_tuple()
            .all(tx.conn())
            .await?;
        UpdateImages::delete_many()
            .filter(UpdateImageColumn::UpdateId.eq(update.id))
            .exec(tx.conn())
            .await?;
        ctx.announcer
            .forget_in_tx(tx, Forgotten::Record(update.id.0))
            .await?;
        let this = Condition::all().add(UpdateColumn::Id.eq(update.id));
        record::force_delete::<ProjectUpdates>(tx, actor, this).await?;
        remove_in_tx(tx, &images).await?;
    }
    Ok(())
}

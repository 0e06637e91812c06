//! What billing holds on to: a project with books can't be deleted, moved to another client or change its currency; its
//! drafts go and come with it.

use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::{
    InvoiceState,
    tables::{invoice, item, payment},
};
use crate::{
    features::projects::{CURRENCY_CHANGES, MOVES, ProjectId},
    platform::{
        actor::Actor,
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation},
        holds::{Holder, Step},
        record,
    },
};

/// Objects to what would tear books from their client or change what their amounts mean.
#[derive(Debug, Clone, Copy, Default)]
pub struct BillingHolds;

impl Holder for BillingHolds {
    fn objection<'a>(
        &'a self,
        tx: &'a WriteTx,
        step: Step,
    ) -> BoxFuture<'a, Result<Option<Violation>, CommandError>> {
        Box::pin(async move {
            let project = ProjectId(step.record);
            let message = match step.what {
                MOVES if has_books(tx, &[project]).await? => {
                    "An invoice was issued or a payment recorded on this project, so it stays its client's: enter a new \
                     project for the other client with createProject."
                }
                CURRENCY_CHANGES if has_books(tx, &[project]).await? || has_drafts(tx, project).await? => {
                    "The project has invoices or payments in its currency, which is therefore fixed: delete the drafts, or \
                     enter a new project in the other currency with createProject."
                }
                _ => return Ok(None),
            };
            Ok(Some(Violation::new(
                ErrorCode::Locked,
                step.field.iter().copied(),
                message,
            )))
        })
    }
}

/// Whether an invoice was issued or a payment recorded on any of these projects, which are locked.
async fn has_books(tx: &WriteTx, projects: &[ProjectId]) -> Result<bool, CommandError> {
    let issued = invoice::Entity::find()
        .filter(invoice::Column::ProjectId.is_in(projects.iter().copied()))
        .filter(invoice::Column::State.ne(InvoiceState::Draft))
        .count(tx.conn())
        .await?;
    if issued > 0 {
        return Ok(true);
    }
    let paid = payment::Entity::find()
        .filter(payment::Column::ProjectId.is_in(projects.iter().copied()))
        .count(tx.conn())
        .await?;
    Ok(paid > 0)
}

async fn has_drafts(tx: &WriteTx, project: ProjectId) -> Result<bool, CommandError> {
    let drafts = invoice::Entity::find()
        .filter(invoice::Column::ProjectId.eq(project))
        .filter(invoice::Column::DeletedAt.is_null())
        .count(tx.conn())
        .await?;
    Ok(drafts > 0)
}

/// Refuses to delete, for now or for good, what is above an issued invoice or a payment. The projects are locked.
///
/// # Errors
/// LOCKED at `field`, with what to do instead.
pub async fn refuse_deletion_in_tx(
    tx: &WriteTx,
    projects: &[ProjectId],
    field: &[&str],
) -> Result<(), CommandError> {
    if projects.is_empty() || !has_books(tx, projects).await? {
        return Ok(());
    }
    Err(Violation::new(
        ErrorCode::Locked,
        field.iter().copied(),
        "Books are kept: an issued invoice or a recorded payment belongs to this. Close the project with closeProject, \
         disable the client with disableClient; take an invoice back with cancelInvoice or createCreditNote, a payment with \
         voidPayment.",
    )
    .into())
}

/// Deletes the drafts of projects that are deleted as part of `batch`; `record::restore` brings them back with it.
///
/// # Errors
/// When the database refuses.
pub async fn delete_drafts_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
    projects: &[ProjectId],
) -> Result<(), CommandError> {
    let drafts = Condition::all()
        .add(invoice::Column::ProjectId.is_in(projects.iter().copied()))
        .add(invoice::Column::State.eq(InvoiceState::Draft));
    record::soft_delete::<invoice::Entity>(tx, actor, batch, drafts).await?;
    Ok(())
}

/// Removes drafts, living or deleted, for good, with their lines.
///
/// # Errors
/// When the database refuses.
pub async fn force_delete_drafts_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    which: Condition,
) -> Result<(), CommandError> {
    let which = Condition::all()
        .add(which)
        .add(invoice::Column::State.eq(InvoiceState::Draft));
    let ids = invoice::Entity::find()
        .select_only()
        .column(invoice::Column::Id)
        .filter(which.clone())
        .into_query();
    item::Entity::delete_many()
        .filter(item::Column::InvoiceId.in_subquery(ids))
        .exec(tx.conn())
        .await?;
    record::force_delete::<invoice::Entity>(tx, actor, which).await?;
    Ok(())
}

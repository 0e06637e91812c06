//! What billing holds on to: a project with books can't be deleted, moved to another client or change its currency; its
//! drafts go and come with it.

use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{
    InvoiceState,
    tables::{invoice, payment},
};
use crate::features::projects::{CURRENCY_CHANGES, MOVES, ProjectId, Projects};
use platform::{
    ctx::{
        RecordTx,
        holds::{Holder, Step},
    },
    db::WriteTx,
    deletion::{force_delete_in_tx, locked, restore_in_tx},
    error::{CommandError, ErrorCode, Violation},
    message,
    record::{self, RecordEntity},
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
                    message!("project-with-books-stays")
                }
                CURRENCY_CHANGES if has_books(tx, &[project]).await? || has_drafts(tx, project).await? => {
                    message!("project-currency-fixed")
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

    fn delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            let projects = projects_among(kind, ids);
            refuse_with_books(with.tx, &projects).await?;
            if !projects.is_empty() {
                let drafts = Condition::all().add(invoice::Column::ProjectId.is_in(projects));
                record::soft_delete::<invoice::Entity>(with.tx, with.actor, batch, drafts).await?;
            }
            Ok(())
        })
    }

    fn restore_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            if !projects_among(kind, ids).is_empty() {
                restore_in_tx::<invoice::Entity>(with, batch).await?;
            }
            Ok(())
        })
    }

    fn force_delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            let projects = projects_among(kind, ids);
            refuse_with_books(with.tx, &projects).await?;
            if projects.is_empty() {
                return Ok(());
            }
            let drafts = invoice::Entity::find()
                .filter(invoice::Column::ProjectId.is_in(projects))
                .lock_exclusive()
                .all(with.tx.conn())
                .await?;
            for draft in &drafts {
                force_delete_in_tx::<invoice::Entity>(with, draft).await?;
            }
            Ok(())
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
async fn refuse_with_books(tx: &WriteTx, projects: &[ProjectId]) -> Result<(), CommandError> {
    if projects.is_empty() || !has_books(tx, projects).await? {
        return Ok(());
    }
    Err(locked(message!("books-are-kept")))
}

/// The projects among the records of a kind: what drafts are below.
fn projects_among(kind: &str, ids: &[Uuid]) -> Vec<ProjectId> {
    let are_projects = kind == Projects::KIND;
    ids.iter()
        .filter(|_| are_projects)
        .copied()
        .map(ProjectId)
        .collect()
}

//! `deleteRecord`, `restoreRecord`, `forceDeleteRecord`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::{
    kinds::{RecordId, parse},
    types::Record,
};
use platform::{
    error::{CommandError, ErrorCode},
    graphql::{Allow, AnyRecord, ContextExt, UserError, internal, split},
};

/// Which record is deleted.
#[derive(InputObject)]
pub struct DeleteRecordInput {
    /// The id of a client (`cli_…`), a project (`prj_…`), a project update (`upd_…`), a lead (`led_…`), an inquiry
    /// (`inq_…`), a draft invoice (`inv_…`), or of anything that the website and the app show (`pfi_…`, `pgi_…`, `pvd_…`,
    /// `svc_…`, `ptn_…`, `tst_…`, `pst_…`, `faq_…`, `prm_…`).
    pub id: ID,
    /// The version you read, if it matters: if someone changed the record since, nothing is written (CONFLICT).
    pub expected_version: Option<i32>,
}

/// Which record is restored.
#[derive(InputObject)]
pub struct RestoreRecordInput {
    /// The id of a deleted client (`cli_…`), project (`prj_…`), project update (`upd_…`), lead (`led_…`), inquiry
    /// (`inq_…`), draft invoice (`inv_…`), or of anything that the website and the app show.
    pub id: ID,
    /// The version you read, if it matters: if someone changed the record since, nothing is written (CONFLICT).
    pub expected_version: Option<i32>,
}

/// Which record is removed for good.
#[derive(InputObject)]
pub struct ForceDeleteRecordInput {
    /// The id of a client (`cli_…`), a project (`prj_…`), a project update (`upd_…`), a lead (`led_…`), an inquiry
    /// (`inq_…`), a draft invoice (`inv_…`), or of anything that the website and the app show, living or deleted.
    pub id: ID,
    /// The version you read, if it matters: if someone changed the record since, nothing is written (CONFLICT).
    pub expected_version: Option<i32>,
}

/// What `deleteRecord` and `restoreRecord` answer.
#[derive(SimpleObject)]
pub struct RecordPayload {
    /// The record as it is now; with CONFLICT the current one, with other errors null.
    pub record: Option<Record>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// What `forceDeleteRecord` answers.
#[derive(SimpleObject)]
pub struct ForceDeleteRecordPayload {
    /// The id of the record that is gone; null when it isn't.
    pub deleted_id: Option<ID>,
    /// With CONFLICT the record as it is now; otherwise null.
    pub record: Option<Record>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// Mutations on records of any kind.
#[derive(Debug, Default)]
pub struct RecordsMutation;

#[Object]
impl RecordsMutation {
    /// Deletes a record with what belongs to it, as one batch that `restoreRecord` brings back: a client with account,
    /// projects and updates, who is signed out everywhere at once; a project with its updates and draft invoices; an item
    /// of the portfolio with its gallery and videos; anything else by itself. An issued invoice, a payment, and what is
    /// above one are LOCKED: the message says what to do instead. What is deleted already is NOT_FOUND. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn delete_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which record.")] input: DeleteRecordInput,
    ) -> Result<RecordPayload> {
        let id = parse(&input.id);
        let outcome = match &id {
            Ok((kind, id)) => {
                let expected = input.expected_version;
                kind.delete(ctx.app(), ctx.actor(), *id, expected).await
            }
            Err(violation) => Err(violation.clone().into()),
        };
        payload(ctx, id.ok(), outcome).await
    }

    /// Brings back a deleted record with exactly what was deleted together with it; what had been deleted before, by
    /// itself, stays deleted. LOCKED when it isn't deleted, or when what it belongs to is; TAKEN when another account
    /// has a client's e-mail address by now. A client signs in anew. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn restore_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which record.")] input: RestoreRecordInput,
    ) -> Result<RecordPayload> {
        let id = parse(&input.id);
        let outcome = match &id {
            Ok((kind, id)) => {
                let expected = input.expected_version;
                kind.restore(ctx.app(), ctx.actor(), *id, expected).await
            }
            Err(violation) => Err(violation.clone().into()),
        };
        payload(ctx, id.ok(), outcome).await
    }

    /// Removes a record, living or deleted, for good, with everything below it: rows, pictures with their files, inbox
    /// entries. Nothing brings it back; the audit log keeps what it was. An issued invoice, a payment, and what is above
    /// one are LOCKED. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn force_delete_record(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which record.")] input: ForceDeleteRecordInput,
    ) -> Result<ForceDeleteRecordPayload> {
        let id = parse(&input.id);
        let outcome = match &id {
            Ok((kind, id)) => {
                let expected = input.expected_version;
                kind.force_delete(ctx.app(), ctx.actor(), *id, expected).await
            }
            Err(violation) => Err(violation.clone().into()),
        };
        let record = current_after_conflict(ctx, id.ok(), &outcome).await?;
        let (deleted, user_errors) = split(outcome)?;
        Ok(ForceDeleteRecordPayload {
            deleted_id: deleted.map(|()| input.id),
            record,
            user_errors,
        })
    }
}

async fn payload(
    ctx: &Context<'_>,
    id: Option<RecordId>,
    outcome: std::result::Result<Box<dyn AnyRecord>, CommandError>,
) -> Result<RecordPayload> {
    let current = current_after_conflict(ctx, id, &outcome).await?;
    let (record, user_errors) = split(outcome)?;
    Ok(RecordPayload {
        record: record.map(Record).or(current),
        user_errors,
    })
}

/// The record as it is now, for a caller who had read an older version.
async fn current_after_conflict<T>(
    ctx: &Context<'_>,
    id: Option<RecordId>,
    outcome: &std::result::Result<T, CommandError>,
) -> Result<Option<Record>> {
    let conflict = matches!(outcome, Err(CommandError::Rejected(violations))
        if violations.iter().any(|violation| violation.code == ErrorCode::Conflict));
    match id {
        Some((kind, id)) if conflict => {
            let current = kind.find(ctx.app(), id).await.map_err(internal)?;
            Ok(current.map(Record))
        }
        _ => Ok(None),
    }
}

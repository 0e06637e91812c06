//! `cancelInvoice`: takes an issued invoice back as a whole, with a reason.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::{
    announcing, append_status,
    create_credit_note::{default_subject, issue_note_in_tx, left_in_tx, whole},
    lock_invoice, locked,
    printable::printable,
    require_issued, settlement_in_tx, today,
};
use crate::features::billing::{InvoiceId, InvoiceState, InvoiceStatus, model::MAX_NOTE, tables::invoice};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    editing::made_before,
    error::CommandError,
    form::{Checks, line},
    idempotency::{self, Claim},
    message,
    money::Amount,
    record,
};

/// Which invoice is cancelled, and why.
#[derive(Debug, Clone, Serialize)]
pub struct CancelInvoice {
    /// The invoice.
    pub id: InvoiceId,
    /// The version that was read.
    pub expected_version: i32,
    /// Why; the client reads it.
    pub reason: String,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

const ID: &[&str] = &["input", "id"];

/// Cancels an issued invoice: its advance is free again, a credit note takes back what is left, and nothing is owed on it.
///
/// # Errors
/// LOCKED when it is no issued invoice, or a payment on it isn't voided; CONFLICT when it is not at `expected_version`.
pub async fn cancel_invoice(
    ctx: &Ctx,
    actor: &Actor,
    input: CancelInvoice,
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "cancelInvoice", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<invoice::Entity>(tx, id).await,
        };
        let (project, current) = lock_invoice(tx, input.id, ID).await?;
        require_issued(&current, ID, message!("draft-not-cancelled"))?;
        record::expect_version::<invoice::Entity>(&current, input.expected_version)?;
        let mut checks = Checks::of_new(&["input"]);
        let rule = printable("reason", line(MAX_NOTE));
        let reason = checks.given("reason", input.reason.clone(), rule);
        checks.finish()?;
        let settlement = settlement_in_tx(tx, current.id).await?;
        if settlement.paid > Amount(0) {
            return Err(locked(
                ID,
                message!("invoice-has-payments", paid = (settlement.paid, current.currency)),
            ));
        }
        let left = left_in_tx(tx, &current).await?;
        let today = current
            .issue_date
            .map_or(today(ctx), |issued| issued.max(today(ctx)));
        let cancelled_on = if left.total > Amount(0) {
            let (items, totals) = whole(&current, left);
            let subject = default_subject(&current);
            let note = issue_note_in_tx(ctx, tx, actor, &project, &current, subject, items, totals).await?;
            note.issue_date
        } else {
            None
        };
        let changes = invoice::ActiveModel {
            state: Set(InvoiceState::Cancelled),
            cancelled_at: Set(Some(tx.now())),
            cancelled_on: Set(Some(cancelled_on.unwrap_or(today))),
            cancel_reason: Set(Some(reason)),
            ..Default::default()
        };
        let cancelled = record::update::<invoice::Entity, _>(tx, actor, &current, changes).await?;
        append_status(tx, &cancelled, InvoiceStatus::Cancelled).await?;
        announcing::cancelled(ctx, tx, &project, &cancelled).await?;
        claimed.complete(tx, cancelled.id.0).await?;
        Ok(cancelled)
    })
}

//! `duplicateInvoice`: a new draft with the lines of an invoice, for what is billed again or was cancelled to be corrected.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::{
    checks::CheckedItem,
    edit_invoice::{draft_row, insert_draft},
    lock_invoice, locked,
};
use crate::features::billing::{InvoiceId, InvoiceKind, items_of, model::Totals, tables::invoice};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    editing::made_before,
    error::CommandError,
    idempotency::{self, Claim},
    message,
    money::Amount,
};

/// Which invoice is made again.
#[derive(Debug, Clone, Serialize)]
pub struct DuplicateInvoice {
    /// A draft, an issued or a cancelled one.
    pub id: InvoiceId,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

const ID: &[&str] = &["input", "id"];

/// Writes a draft for the same project with the same subject, lines, tax rate and payment mode. Advance and due date belong
/// to the moment, and are left out.
///
/// # Errors
/// NOT_FOUND; LOCKED for a credit note.
pub async fn duplicate_invoice(
    ctx: &Ctx,
    actor: &Actor,
    input: DuplicateInvoice,
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, "duplicateInvoice", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<invoice::Entity>(tx, id).await,
        };
        let (project, original) = lock_invoice(tx, input.id, ID).await?;
        if original.kind == InvoiceKind::CreditNote {
            let number = original.number.clone().unwrap_or_default();
            return Err(locked(ID, message!("credit-note-not-duplicated", number)));
        }
        let items = items_of(tx.conn(), [original.id]).await?.remove(&original.id);
        let items: Vec<CheckedItem> = items
            .unwrap_or_default()
            .iter()
            .map(|item| CheckedItem {
                id: None,
                ..CheckedItem::from(item)
            })
            .collect();
        let row = invoice::ActiveModel {
            tax_percentage: Set(original.tax_percentage),
            payment_mode: Set(original.payment_mode),
            ..draft_row(
                project.id,
                original.currency,
                InvoiceKind::Invoice,
                original.subject.clone(),
                Amount(0),
                Totals {
                    subtotal: original.subtotal,
                    tax: original.tax_amount,
                    total_ttc: original.total_ttc,
                    net_to_pay: original.total_ttc,
                },
            )
        };
        let draft = insert_draft(tx, actor, row, items).await?;
        claimed.complete(tx, draft.id).await?;
        Ok(draft)
    })
}

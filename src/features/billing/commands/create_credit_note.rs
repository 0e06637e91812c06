//! `createCreditNote`: takes back an issued invoice, or part of it, under a number of its own series.

use sea_orm::ActiveValue::Set;
use serde::Serialize;

use super::{
    Fields, announcing, append_issued, append_status_change,
    checks::{CheckedItem, ItemInput, items, totals},
    edit_invoice::{draft_row, insert_draft},
    issue_invoice::freeze_in_tx,
    lock_invoice, locked, require_issued, settlement_in_tx,
};
use crate::features::{
    billing::{
        InvoiceId, InvoiceKind, credit_notes_of,
        model::{Creditable, Line, MAX_CREDIT_NOTES, MAX_SUBJECT, Totals},
        sums::credited_parts,
        tables::invoice,
    },
    projects::Project,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::made_before,
    error::CommandError,
    form::{Checks, Fault, line},
    idempotency::{self, Claim},
    message,
    messages::Message,
    money::Amount,
    quantity::Quantity,
};

/// A credit note.
#[derive(Debug, Clone, Serialize)]
pub struct CreateCreditNote {
    /// The issued invoice that it takes back.
    pub invoice: InvoiceId,
    /// What it is for; names the invoice when absent.
    pub subject: Option<String>,
    /// What is taken back, more than 0 altogether; everything that is left when absent.
    pub items: Option<Vec<ItemInput>>,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

const INVOICE: &[&str] = &["input", "invoiceId"];

/// Issues a credit note; its client is told.
///
/// # Errors
/// LOCKED when it is no issued invoice, or everything is credited already; INVALID when it is more than what is left.
pub async fn create_credit_note(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateCreditNote,
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, "createCreditNote", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<invoice::Entity>(tx, id).await,
        };
        let (project, credited) = lock_invoice(tx, input.invoice, INVOICE).await?;
        require_issued(&credited, INVOICE, message!("draft-not-credited"))?;
        let left = left_in_tx(tx, &credited).await?;
        if left.total <= Amount(0) {
            return Err(locked(INVOICE, message!("invoice-credited-in-full")));
        }
        let mut checks = Checks::of_new(&["input"]);
        let notes = credit_notes_of(tx.conn(), [credited.id]).await?;
        if notes.get(&credited.id).map_or(0, Vec::len) >= MAX_CREDIT_NOTES {
            checks.refuse(
                "invoiceId",
                Fault::invalid(message!("invoice-too-many-credit-notes", most = MAX_CREDIT_NOTES)),
            );
        }
        let subject = checks.required(
            "subject",
            input.subject.clone().map(Some),
            Some(&default_subject(&credited)),
            line(MAX_SUBJECT),
        );
        let (items, totals) = match &input.items {
            None => whole(&credited, left),
            Some(inputs) => {
                let (currency, tax) = (credited.currency, credited.tax_percentage);
                let items = items(&mut checks, inputs, &[], currency);
                let totals = totals(&mut checks, &items, tax, Amount(0), currency);
                if checks.are_passed() && totals.total_ttc <= Amount(0) {
                    let message = message!("credit-note-not-positive");
                    checks.refuse("items", Fault::invalid(message));
                } else if checks.are_passed() && !left.holds(totals) {
                    checks.refuse("items", Fault::invalid(too_much(&credited, left, totals)));
                }
                (items, totals)
            }
        };
        checks.finish()?;
        let before = settlement_in_tx(tx, credited.id).await?;
        let note = issue_note_in_tx(ctx, tx, actor, &project, &credited, subject, items, totals).await?;
        append_status_change(ctx, tx, &credited, before).await?;
        announcing::credited(ctx, tx, &project, &note, &credited).await?;
        claimed.complete(tx, note.id.0).await?;
        Ok(note)
    })
}

/// What an invoice still holds after its credit notes; true as long as the project is locked.
pub(super) async fn left_in_tx(tx: &WriteTx, invoice: &invoice::Model) -> Result<Creditable, CommandError> {
    let credited = credited_parts(tx.conn(), invoice.id).await?;
    Ok(Creditable::of((invoice.subtotal, invoice.tax_amount), credited))
}

/// The subject of a credit note that says none.
pub(super) fn default_subject(credited: &invoice::Model) -> String {
    let number = credited.number.as_deref().unwrap_or_default();
    let subject: String = credited.subject.chars().take(150).collect();
    format!("Avoir sur la facture {number} : {subject}")
}

/// A credit note of all that is left: to the unit, whatever rounding the earlier ones had.
pub(super) fn whole(credited: &invoice::Model, left: Creditable) -> (Vec<CheckedItem>, Totals) {
    let item = CheckedItem {
        id: None,
        description: default_subject(credited),
        line: Line {
            quantity: Quantity(Quantity::ONE),
            unit_price: left.subtotal,
        },
        total: left.subtotal,
    };
    let totals = Totals {
        subtotal: left.subtotal,
        tax: left.tax,
        total_ttc: left.total,
        net_to_pay: left.total,
    };
    (vec![item], totals)
}

fn too_much(credited: &invoice::Model, left: Creditable, totals: Totals) -> Message {
    let money = |amount: Amount| (amount, credited.currency);
    message!(
        "credit-note-too-large",
        subtotal = money(totals.subtotal),
        tax = money(totals.tax),
        subtotal_left = money(left.subtotal),
        tax_left = money(left.tax),
        number = credited.number.clone().unwrap_or_default()
    )
}

/// Writes and issues a credit note as part of `tx`.
#[expect(
    clippy::too_many_arguments,
    reason = "two call sites, and a struct would only rename the arguments"
)]
pub(super) async fn issue_note_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    project: &Project,
    credited: &invoice::Model,
    subject: String,
    items: Vec<CheckedItem>,
    totals: Totals,
) -> Result<invoice::Model, CommandError> {
    let (currency, kind) = (project.currency, InvoiceKind::CreditNote);
    let row = invoice::ActiveModel {
        credited_invoice_id: Set(Some(credited.id)),
        tax_percentage: Set(credited.tax_percentage),
        ..draft_row(project.id, currency, kind, subject, Amount(0), totals)
    };
    let draft = insert_draft(tx, actor, row, items).await?;
    let not_before = credited.issue_date;
    let note = freeze_in_tx(ctx, tx, actor, project, &draft, not_before, Fields::Of(INVOICE)).await?;
    append_issued(tx, &note).await?;
    Ok(note)
}

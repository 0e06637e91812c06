//! What can be done to invoices and payments, one operation a file.
//!
//! Rows are locked from the top down (project, invoice, payment, number series), as everywhere: two commands can't wait
//! for each other. The lock of the project's row is what sums over payments and invoices are decided under.

mod announcing;
mod cancel_invoice;
mod checks;
mod confirm_number_series;
mod create_credit_note;
mod duplicate_invoice;
mod edit_company;
mod edit_invoice;
mod issue_invoice;
mod mark_invoice_paid;
mod preview_invoice;
mod printable;
mod record_payment;
mod void_payment;

pub use cancel_invoice::{CancelInvoice, cancel_invoice};
pub use checks::ItemInput;
pub use confirm_number_series::{ConfirmNumberSeries, confirm_number_series};
pub use create_credit_note::{CreateCreditNote, create_credit_note};
pub use duplicate_invoice::{DuplicateInvoice, duplicate_invoice};
pub use edit_company::CompanyFields;
pub use edit_invoice::{InvoiceFields, create_invoice};
pub use issue_invoice::{IssueInvoice, IssueInvoices, Row, issue_invoice, issue_invoices};
pub use mark_invoice_paid::{MarkInvoicePaid, MarkInvoicesPaid, mark_invoice_paid, mark_invoices_paid};
pub use preview_invoice::{Preview, PreviewInvoice, preview_invoice};
pub use record_payment::{RecordPayment, record_payment};
pub use void_payment::{VoidPayment, void_payment};

pub(super) use announcing::due as announce_due;

use chrono::NaiveDate;
use serde_json::json;

use super::{
    InvoiceId, InvoiceKind, InvoiceState, InvoiceStatus, Settlement, events, filters, model, settlements,
    tables::{invoice, payment},
};
use crate::features::projects::{
    BelowProject, Project, ProjectId, lock_below_project_in_tx, lock_project_in_tx,
};
use platform::{
    ctx::Ctx,
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    events::{NewEvent, append_in_tx},
    message,
    messages::Message,
    record, search,
};

impl BelowProject for invoice::Entity {
    fn project_of(row: &invoice::Model) -> ProjectId {
        row.project_id
    }
}

impl BelowProject for payment::Entity {
    fn project_of(row: &payment::Model) -> ProjectId {
        row.project_id
    }
}

/// Where in the input an operation's mistakes are.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fields<'a> {
    /// Each value at a place of its own: `input.dueDate`.
    Input,
    /// The input names the invoice alone, at this path.
    Of(&'a [&'a str]),
}

impl Fields<'_> {
    /// The path of the value `name`.
    pub(super) fn at(self, name: &str) -> Vec<String> {
        match self {
            Self::Input => vec!["input".to_owned(), name.to_owned()],
            Self::Of(path) => path.iter().map(|part| (*part).to_owned()).collect(),
        }
    }

    /// The path of what isn't the fault of one value.
    fn whole(self) -> Vec<String> {
        match self {
            Self::Input => vec!["input".to_owned()],
            Self::Of(_) => self.at(""),
        }
    }

    fn invalid(self, name: &str, message: Message) -> Violation {
        Violation::new(ErrorCode::Invalid, self.at(name), message)
    }
}

/// LOCKED at `field`.
fn locked(field: &[&str], message: Message) -> CommandError {
    Violation::new(ErrorCode::Locked, field.iter().copied(), message).into()
}

/// Locks a living project.
async fn lock_project(tx: &WriteTx, id: ProjectId, field: &[&str]) -> Result<Project, CommandError> {
    lock_project_in_tx(tx, id)
        .await?
        .filter(|project| project.deleted_at.is_none())
        .ok_or_else(|| Violation::not_found(field.iter().copied(), ProjectId::NOUN).into())
}

/// Locks a living invoice and, before it, its living project.
async fn lock_invoice(
    tx: &WriteTx,
    id: InvoiceId,
    field: &[&str],
) -> Result<(Project, invoice::Model), CommandError> {
    lock_below_project_in_tx::<invoice::Entity>(tx, id.0)
        .await?
        .filter(|(project, invoice)| project.deleted_at.is_none() && invoice.deleted_at.is_none())
        .ok_or_else(|| Violation::not_found(field.iter().copied(), InvoiceId::NOUN).into())
}

/// CONFLICT at `expectedVersion` beside `field`, which names the invoice: in the input or in one of its rows.
fn expect_version_at(invoice: &invoice::Model, expected: i32, field: &[&str]) -> Result<(), CommandError> {
    let row = field.split_last().map_or(&[][..], |(_, row)| row);
    record::expect_version::<invoice::Entity>(invoice, expected).map_err(|error| error.below(&["input"], row))
}

/// What came in and was credited; true as long as the project is locked.
async fn settlement_in_tx(tx: &WriteTx, id: InvoiceId) -> Result<Settlement, CommandError> {
    let settlements = settlements(tx.conn(), [id]).await?;
    Ok(settlements.get(&id).copied().unwrap_or_default())
}

/// The company's day now: read after the locks that it is to be ordered by.
fn today(ctx: &Ctx) -> NaiveDate {
    filters::today(&ctx.config, ctx.clock.now())
}

fn status_of(invoice: &invoice::Model, settlement: Settlement, today: NaiveDate) -> InvoiceStatus {
    let balance = model::balance(invoice.kind, invoice.state, invoice.net_to_pay, settlement);
    model::status(invoice.kind, invoice.state, balance, invoice.due_date, today)
}

/// An invoice that is to be paid, credited or cancelled: an issued one, and no credit note. `of_a_draft` says what can be
/// done to a draft instead.
fn require_issued(invoice: &invoice::Model, field: &[&str], of_a_draft: Message) -> Result<(), CommandError> {
    let number = invoice.number.clone().unwrap_or_default();
    match (invoice.kind, invoice.state) {
        (InvoiceKind::CreditNote, _) => Err(locked(field, message!("credit-note-stays", number))),
        (_, InvoiceState::Draft) => Err(locked(field, of_a_draft)),
        (_, InvoiceState::Cancelled) => Err(locked(field, message!("invoice-cancelled-is-final", number))),
        (InvoiceKind::Invoice, InvoiceState::Issued) => Ok(()),
    }
}

/// What of an invoice's own it is found by: of an issued one the client's name too, as it stands on it.
fn search_text(number: Option<&str>, subject: &str, client: Option<&str>) -> String {
    search::search_text([number.unwrap_or_default(), subject, client.unwrap_or_default()])
}

/// Tells the client and the staff that an invoice or credit note is there.
async fn append_issued(tx: &WriteTx, invoice: &invoice::Model) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::about::<invoice::Entity>(events::INVOICE_ISSUED, invoice)
            .for_owner_of(invoice.project_id.0)
            .for_staff(),
    );
    Ok(())
}

/// Tells the client and the staff what an invoice's status has come to.
pub(super) async fn append_status(
    tx: &WriteTx,
    invoice: &invoice::Model,
    status: InvoiceStatus,
) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::about::<invoice::Entity>(events::INVOICE_STATUS_CHANGED, invoice)
            .for_owner_of(invoice.project_id.0)
            .for_staff()
            .with(json!({ "status": status.name() })),
    );
    Ok(())
}

/// Tells the client and the staff that a payment was recorded or voided.
async fn append_payment(tx: &WriteTx, payment: &payment::Model) -> Result<(), CommandError> {
    append_in_tx(
        tx,
        NewEvent::about::<payment::Entity>(events::PAYMENT_RECORDED, payment)
            .for_owner_of(payment.project_id.0)
            .for_staff(),
    );
    Ok(())
}

/// Appends a change of status, if there was one.
async fn append_status_change(
    ctx: &Ctx,
    tx: &WriteTx,
    invoice: &invoice::Model,
    before: Settlement,
) -> Result<(), CommandError> {
    let today = today(ctx);
    let after = settlement_in_tx(tx, invoice.id).await?;
    let (old, new) = (
        status_of(invoice, before, today),
        status_of(invoice, after, today),
    );
    if old != new {
        append_status(tx, invoice, new).await?;
    }
    Ok(())
}

/// Locks an issued invoice, if it is still there, with its status now.
pub(super) async fn lock_due(
    ctx: &Ctx,
    tx: &WriteTx,
    id: InvoiceId,
) -> Result<Option<(Project, invoice::Model, InvoiceStatus)>, CommandError> {
    let (project, invoice) = match lock_invoice(tx, id, &[]).await {
        Ok(found) => found,
        Err(CommandError::Rejected(_)) => return Ok(None),
        Err(error) => return Err(error),
    };
    let settlement = settlement_in_tx(tx, id).await?;
    let status = status_of(&invoice, settlement, today(ctx));
    Ok(Some((project, invoice, status)))
}

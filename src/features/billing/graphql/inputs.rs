//! What callers send: filters, orders, inputs and patches.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};

use super::types::{GqlInvoiceKind, GqlPaymentMode, InvoiceStatus};
use crate::features::billing::{
    InvoiceFilter, InvoiceOrder, PaymentFilter, PaymentMode, PaymentOrder,
    commands::{InvoiceFields, ItemInput, Row},
    model::{MAX_BULK, MAX_ITEMS},
};
use platform::{
    entered,
    error::{CommandError, Violation, Violations},
    graphql::{
        BoundedList, CsvSeparator, FilterList, OrderDirection,
        editing::Entered,
        parse_id,
        values::{Date, Decimal},
    },
    read_inputs, search,
};

/// Which invoices a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct InvoiceFilterInput {
    /// In one of these statuses, 100 at most. Clients never see DRAFT, whatever is asked.
    pub status: Option<FilterList<InvoiceStatus>>,
    /// Only invoices, or only credit notes; both when absent.
    pub kind: Option<GqlInvoiceKind>,
    /// Of this project (`prj_…`).
    pub project_id: Option<ID>,
    /// Of this client's projects (`cli_…`).
    pub client_id: Option<ID>,
    /// Issued on this day or later.
    pub issued_from: Option<Date>,
    /// Issued on this day or earlier.
    pub issued_until: Option<Date>,
    /// Due on this day or later.
    pub due_from: Option<Date>,
    /// Due on this day or earlier.
    pub due_until: Option<Date>,
    /// Only overdue ones, or only the others.
    pub overdue: Option<bool>,
    /// Each word stands in number, subject, client's or project's name; case and accents don't matter.
    pub search: Option<String>,
}

impl InvoiceFilterInput {
    /// Checks the values; `path` is the filter's.
    pub(super) fn check(self, path: &[&str]) -> Result<InvoiceFilter, Violation> {
        let at = |name: &'static str| path.iter().copied().chain([name]).collect::<Vec<_>>();
        Ok(InvoiceFilter {
            statuses: self
                .status
                .map(|statuses| statuses.set_at(at("status")))
                .transpose()?
                .map(|statuses| statuses.into_iter().map(Into::into).collect()),
            kind: self.kind.map(Into::into),
            project: self
                .project_id
                .map(|id| parse_id(&id, &at("projectId")))
                .transpose()?,
            client: self
                .client_id
                .map(|id| parse_id(&id, &at("clientId")))
                .transpose()?,
            issued_from: self.issued_from.map(|day| day.0),
            issued_until: self.issued_until.map(|day| day.0),
            due_from: self.due_from.map(|day| day.0),
            due_until: self.due_until.map(|day| day.0),
            overdue: self.overdue,
            search: search::check(self.search, &at("search"))?,
        })
    }
}

/// What invoices can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "InvoiceOrder")]
pub enum InvoiceOrderField {
    /// When they were entered.
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// The day of issue; drafts come last.
    IssueDate,
    /// The due date; those without come last.
    DueDate,
    /// Year and number; drafts come last.
    Number,
    /// The total with tax.
    Total,
}

/// An order of invoices.
#[derive(Debug, InputObject)]
#[graphql(name = "InvoiceOrder")]
pub struct InvoiceOrderInput {
    /// By what.
    pub field: InvoiceOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

pub(super) fn invoice_order(order_by: Option<InvoiceOrderInput>) -> (InvoiceOrder, bool) {
    let order_by = order_by.unwrap_or(InvoiceOrderInput {
        field: InvoiceOrderField::CreatedAt,
        direction: OrderDirection::Desc,
    });
    (order_by.field.into(), order_by.direction == OrderDirection::Desc)
}

/// Which payments a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct PaymentFilterInput {
    /// For this project (`prj_…`).
    pub project_id: Option<ID>,
    /// For this client's projects (`cli_…`).
    pub client_id: Option<ID>,
    /// For this invoice (`inv_…`).
    pub invoice_id: Option<ID>,
    /// In this way.
    pub mode: Option<GqlPaymentMode>,
    /// Paid on this day or later.
    pub paid_from: Option<Date>,
    /// Paid on this day or earlier.
    pub paid_until: Option<Date>,
    /// Voided ones too; they are left out otherwise.
    #[graphql(default)]
    pub include_voided: bool,
}

impl PaymentFilterInput {
    /// Checks the values; `path` is the filter's.
    pub(super) fn check(self, path: &[&str]) -> Result<PaymentFilter, Violation> {
        let at = |name: &'static str| path.iter().copied().chain([name]).collect::<Vec<_>>();
        Ok(PaymentFilter {
            project: self
                .project_id
                .map(|id| parse_id(&id, &at("projectId")))
                .transpose()?,
            client: self
                .client_id
                .map(|id| parse_id(&id, &at("clientId")))
                .transpose()?,
            invoice: self
                .invoice_id
                .map(|id| parse_id(&id, &at("invoiceId")))
                .transpose()?,
            mode: self.mode.map(Into::into),
            paid_from: self.paid_from.map(|day| day.0),
            paid_until: self.paid_until.map(|day| day.0),
            include_voided: self.include_voided,
        })
    }
}

/// What payments can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "PaymentOrder")]
pub enum PaymentOrderField {
    /// The day they came in.
    PaidOn,
    /// When they were entered.
    CreatedAt,
    /// How much.
    Amount,
}

/// An order of payments.
#[derive(Debug, InputObject)]
#[graphql(name = "PaymentOrder")]
pub struct PaymentOrderInput {
    /// By what.
    pub field: PaymentOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

pub(super) fn payment_order(order_by: Option<PaymentOrderInput>) -> (PaymentOrder, bool) {
    let order_by = order_by.unwrap_or(PaymentOrderInput {
        field: PaymentOrderField::PaidOn,
        direction: OrderDirection::Desc,
    });
    (order_by.field.into(), order_by.direction == OrderDirection::Desc)
}

/// A line of an invoice.
#[derive(Debug, InputObject)]
pub struct InvoiceItemInput {
    /// In `updateInvoice` the line that it is (`itm_…`), to keep it; without one it is new.
    pub id: Option<ID>,
    /// What is charged, 4,000 characters at most; may have several lines.
    pub description: String,
    /// How much: more than 0, three decimals at most, 10^9 at most.
    pub quantity: Decimal,
    /// At which price, with no more decimals than the currency has; negative for a discount.
    pub unit_price: Decimal,
}

/// A new invoice. The lines' totals, tax and sums are worked out by the server.
#[derive(Debug, InputObject)]
pub struct CreateInvoiceInput {
    /// For which contract (`prj_…`); the invoice has its currency.
    pub project_id: ID,
    /// What it is for, 200 characters at most.
    pub subject: String,
    /// Until when it is to be paid; not before the day of issue.
    pub due_date: Option<Date>,
    /// The tax rate, 0 to 100 percent with two decimals at most; the company's when absent.
    pub tax_percentage: Option<Decimal>,
    /// What was paid before and is subtracted; 0 when absent. It must be covered, at issuing, by the project's payments
    /// that aren't tied to an invoice.
    pub advance_payment: Option<Decimal>,
    /// How it is to be paid.
    pub payment_mode: Option<GqlPaymentMode>,
    /// The lines, in order; 500 at most. A draft may have none yet.
    pub items: BoundedList<InvoiceItemInput, MAX_ITEMS>,
    /// Issues it at once, as `issueInvoice` does; otherwise it stays a draft.
    pub issue: Option<bool>,
    /// Makes sending twice harmless: the same key and input answer with the invoice made the first time. Kept 30 days.
    pub idempotency_key: String,
}

/// Which invoice is made again.
#[derive(Debug, InputObject)]
pub struct DuplicateInvoiceInput {
    /// The invoice (`inv_…`): a draft, an issued or a cancelled one.
    pub id: ID,
    /// Makes sending twice harmless: the same key and input answer with the draft made the first time. Kept 30 days.
    pub idempotency_key: String,
}

/// Changes to a draft: absent keeps, null clears.
#[derive(Debug, InputObject)]
pub struct InvoicePatch {
    /// What it is for, 200 characters at most. It can't be empty: null is REQUIRED.
    pub subject: MaybeUndefined<String>,
    /// Until when it is to be paid.
    pub due_date: MaybeUndefined<Date>,
    /// The tax rate, 0 to 100 percent. Null is REQUIRED.
    pub tax_percentage: MaybeUndefined<Decimal>,
    /// What was paid before and is subtracted. Null is REQUIRED; 0 is none.
    pub advance_payment: MaybeUndefined<Decimal>,
    /// How it is to be paid.
    pub payment_mode: MaybeUndefined<GqlPaymentMode>,
    /// All lines from now on, in order: one with an id stays (and may change), one without is new, what isn't named is
    /// removed. 500 at most; null removes all.
    pub items: MaybeUndefined<BoundedList<InvoiceItemInput, MAX_ITEMS>>,
}

/// Which draft changes, from which version, and how.
#[derive(Debug, InputObject)]
pub struct UpdateInvoiceInput {
    /// The draft (`inv_…`). An issued one is LOCKED.
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current invoice.
    pub expected_version: i32,
    /// The changes.
    pub patch: InvoicePatch,
}

/// Which draft is issued.
#[derive(Debug, InputObject)]
pub struct IssueInvoiceInput {
    /// The draft (`inv_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
    /// Makes sending twice harmless. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// One row of a bulk mutation.
#[derive(Debug, InputObject)]
pub struct InvoiceRow {
    /// The invoice (`inv_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
}

/// Which drafts are issued.
#[derive(Debug, InputObject)]
pub struct IssueInvoicesInput {
    /// The drafts, in the order they get their numbers; 100 at most.
    pub rows: BoundedList<InvoiceRow, MAX_BULK>,
    /// Makes sending twice harmless: a repeated call does the rows that were missed and answers for the others.
    pub idempotency_key: Option<String>,
}

/// Which invoice was paid.
#[derive(Debug, InputObject)]
pub struct MarkInvoicePaidInput {
    /// The invoice (`inv_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
    /// When; not in the future. Today, in company time, when absent.
    pub paid_on: Option<Date>,
    /// In which way; the invoice's `paymentMode` when absent.
    pub mode: Option<GqlPaymentMode>,
    /// The reference of the transfer, the cheque or the transaction, 500 characters at most.
    pub reference: Option<String>,
    /// Makes sending twice harmless: the same key and input answer with the payment made the first time. Kept 30 days.
    pub idempotency_key: String,
}

/// Which invoices were paid, all on one day and in one way.
#[derive(Debug, InputObject)]
pub struct MarkInvoicesPaidInput {
    /// The invoices; 100 at most.
    pub rows: BoundedList<InvoiceRow, MAX_BULK>,
    /// When; not in the future. Today, in company time, when absent.
    pub paid_on: Option<Date>,
    /// In which way; each invoice's `paymentMode` when absent.
    pub mode: Option<GqlPaymentMode>,
    /// The reference of the transfer, the cheque or the transaction, 500 characters at most.
    pub reference: Option<String>,
    /// Makes sending twice harmless: a repeated call does the rows that were missed and answers for the others.
    pub idempotency_key: String,
}

/// Which invoice is cancelled, and why.
#[derive(Debug, InputObject)]
pub struct CancelInvoiceInput {
    /// The invoice (`inv_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
    /// Why, 500 characters at most; the client reads it.
    pub reason: String,
    /// Makes sending twice harmless. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// A credit note.
#[derive(Debug, InputObject)]
pub struct CreateCreditNoteInput {
    /// The issued invoice that it takes back (`inv_…`).
    pub invoice_id: ID,
    /// What it is for, 200 characters at most; names the invoice when absent.
    pub subject: Option<String>,
    /// What is taken back, 500 lines at most: more than 0 altogether, taxed as the invoice (a negative line takes a
    /// discount back); everything that is left when absent.
    pub items: Option<BoundedList<InvoiceItemInput, MAX_ITEMS>>,
    /// Makes sending twice harmless: the same key and input answer with the credit note made the first time. Kept 30 days.
    pub idempotency_key: String,
}

/// A payment.
#[derive(Debug, InputObject)]
pub struct RecordPaymentInput {
    /// For which contract (`prj_…`).
    pub project_id: ID,
    /// The issued invoice that it pays (`inv_…`); without one it is money paid ahead, for advances.
    pub invoice_id: Option<ID>,
    /// How much: more than 0, no more than the invoice's balance, in the project's currency.
    pub amount: Decimal,
    /// The day it came in; not in the future.
    pub paid_on: Date,
    /// In which way.
    pub mode: GqlPaymentMode,
    /// The reference of the transfer, the cheque or the transaction, 500 characters at most.
    pub reference: Option<String>,
    /// Makes sending twice harmless: the same key and input answer with the payment made the first time. Kept 30 days.
    pub idempotency_key: String,
}

/// Which invoices are exported.
#[derive(Debug, InputObject)]
pub struct ExportInvoicesInput {
    /// Which invoices and credit notes: all issued ones unless said otherwise; drafts when the status DRAFT is asked for.
    pub filter: Option<InvoiceFilterInput>,
    /// What stands between the cells.
    #[graphql(default_with = "CsvSeparator::Comma")]
    pub separator: CsvSeparator,
}

/// Which days of the accounting journal are exported.
#[derive(Debug, InputObject)]
pub struct ExportAccountingJournalInput {
    /// This day and later ones.
    pub from: Date,
    /// This day and earlier ones; not before `from`.
    pub until: Date,
    /// What stands between the cells.
    #[graphql(default_with = "CsvSeparator::Comma")]
    pub separator: CsvSeparator,
}

/// Which payment is voided, and why.
#[derive(Debug, InputObject)]
pub struct VoidPaymentInput {
    /// The payment (`pay_…`).
    pub id: ID,
    /// The version you read.
    pub expected_version: i32,
    /// Why, 500 characters at most.
    pub reason: String,
    /// Makes sending twice harmless. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// The rows of a bulk mutation. Ids that aren't any are told at their places, and nothing begins.
pub(super) fn rows(rows: BoundedList<InvoiceRow, MAX_BULK>) -> Result<Vec<Row>, CommandError> {
    let mut violations = Violations::default();
    let rows = rows
        .at(["input", "rows"])?
        .into_iter()
        .enumerate()
        .filter_map(|(index, row)| {
            let index = index.to_string();
            let id = violations.check(parse_id(&row.id, &["input", "rows", &index, "id"]))?;
            Some(Row {
                id,
                expected_version: row.expected_version,
            })
        })
        .collect();
    violations.into_result()?;
    Ok(rows)
}

entered! {
    GqlPaymentMode => PaymentMode, Into::into;
}

impl Entered<ItemInput> for InvoiceItemInput {
    fn read(self, path: &[String], violations: &mut Violations) -> Option<ItemInput> {
        let path = [path, &["id".to_owned()]].concat();
        Some(ItemInput {
            // An id that isn't one is a violation, which ends the reading: what stands here then is never used.
            id: self.id.and_then(|id| id.read(&path, violations)),
            description: self.description,
            quantity: self.quantity.0,
            unit_price: self.unit_price.0,
        })
    }
}

read_inputs! {
    create CreateInvoiceInput {
        required { project_id, subject, items }
        optional { due_date, tax_percentage, advance_payment, payment_mode, issue }
    }
    update UpdateInvoiceInput,
    patch InvoicePatch { subject, due_date, tax_percentage, advance_payment, payment_mode, items }
    into InvoiceFields
}

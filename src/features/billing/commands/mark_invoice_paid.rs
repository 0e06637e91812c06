//! `markInvoicePaid` and `markInvoicesPaid`: what is left on an invoice came in.

use chrono::NaiveDate;
use serde::Serialize;

use super::{
    Fields, Row, expect_version_at,
    issue_invoice::{check_bulk, row_key, row_result},
    lock_invoice, locked,
    printable::{check_names_in_tx, optional_printable},
    record_payment::{Received, check_day, receive_in_tx},
    require_issued, settlement_in_tx, today,
};
use crate::features::billing::{
    InvoiceId, PaymentMode,
    model::{self, MAX_NOTE},
    tables::{invoice, payment},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    editing::made_before,
    error::{CommandError, ErrorCode},
    form::{Checks, Fault, optional_line},
    idempotency::{self, Claim},
    message,
    money::Amount,
};

/// Which invoice was paid.
#[derive(Debug, Clone, Serialize)]
pub struct MarkInvoicePaid {
    /// The invoice.
    pub id: InvoiceId,
    /// The version that was read.
    pub expected_version: i32,
    /// When; today when absent.
    pub paid_on: Option<NaiveDate>,
    /// In which way; as the invoice says when absent.
    pub mode: Option<PaymentMode>,
    /// Of the transfer, the cheque, the transaction.
    pub reference: Option<String>,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Which invoices were paid, all on one day and in one way.
#[derive(Debug, Clone)]
pub struct MarkInvoicesPaid {
    /// The invoices.
    pub rows: Vec<Row>,
    /// When; today when absent.
    pub paid_on: Option<NaiveDate>,
    /// In which way; as each invoice says when absent.
    pub mode: Option<PaymentMode>,
    /// Of the transfer, the cheque, the transaction.
    pub reference: Option<String>,
    /// Makes a repeated call harmless.
    pub idempotency_key: String,
}

/// An invoice and the payment that settled it.
pub type Settled = (invoice::Model, payment::Model);

/// Records a payment of what is left on an invoice.
///
/// # Errors
/// LOCKED when it is no issued invoice, or nothing is left; CONFLICT when it is not at `expected_version`; violations at
/// `input.…`.
pub async fn mark_invoice_paid(
    ctx: &Ctx,
    actor: &Actor,
    input: MarkInvoicePaid,
) -> Result<Settled, CommandError> {
    settle(ctx, actor, "markInvoicePaid", input, &["input", "id"]).await
}

/// Settles invoices one after the other, each in a transaction of its own; what is wrong with one is told of that one.
///
/// # Errors
/// INVALID for too many rows or a bad key; what isn't a row's fault ends the whole.
pub async fn mark_invoices_paid(
    ctx: &Ctx,
    actor: &Actor,
    input: MarkInvoicesPaid,
) -> Result<Vec<Result<Settled, CommandError>>, CommandError> {
    actor.require_staff()?;
    check_bulk(&input.rows, Some(&input.idempotency_key))?;
    let mut results = Vec::with_capacity(input.rows.len());
    for (index, row) in input.rows.iter().enumerate() {
        let one = MarkInvoicePaid {
            id: row.id,
            expected_version: row.expected_version,
            paid_on: input.paid_on,
            mode: input.mode,
            reference: input.reference.clone(),
            idempotency_key: row_key(Some(&input.idempotency_key), *row).unwrap_or_default(),
        };
        let index = index.to_string();
        let field = ["input", "rows", index.as_str(), "id"];
        results.push(row_result(
            settle(ctx, actor, "markInvoicesPaid", one, &field).await,
        )?);
    }
    Ok(results)
}

async fn settle(
    ctx: &Ctx,
    actor: &Actor,
    operation: &'static str,
    input: MarkInvoicePaid,
    field: &[&str],
) -> Result<Settled, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, operation, key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => {
                let invoice = made_before::<invoice::Entity>(tx, input.id).await?;
                let payment = made_before::<payment::Entity>(tx, id).await?;
                return Ok((invoice, payment));
            }
        };
        let (project, invoice) = lock_invoice(tx, input.id, field).await?;
        require_issued(&invoice, field, message!("draft-not-paid"))?;
        expect_version_at(&invoice, input.expected_version, field)?;
        let settlement = settlement_in_tx(tx, invoice.id).await?;
        let balance = model::balance(invoice.kind, invoice.state, invoice.net_to_pay, settlement);
        if balance <= Amount(0) {
            return Err(locked(field, message!("invoice-paid-already")));
        }
        let mut checks = Checks::of_new(&["input"]);
        let paid_on = input.paid_on.unwrap_or_else(|| today(ctx));
        check_day(ctx, paid_on, &mut checks);
        let reference = input.reference.clone().map(Some);
        let rule = optional_printable("reference", optional_line(MAX_NOTE));
        let reference = checks.optional("reference", reference, None, rule);
        let Some(mode) = input.mode.or(invoice.payment_mode) else {
            let message = message!("payment-mode-required");
            return Err(checks.end_with("mode", Fault::new(ErrorCode::Required, message)));
        };
        checks.finish()?;
        check_names_in_tx(tx, &project, Fields::Of(field)).await?;
        let received = Received {
            amount: balance,
            paid_on,
            mode,
            reference,
        };
        let payment = receive_in_tx(ctx, tx, actor, &project, Some(&invoice), received).await?;
        claimed.complete(tx, payment.id.0).await?;
        Ok((invoice, payment))
    })
}

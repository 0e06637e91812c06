//! `recordPayment`: money that came in, for an invoice or ahead of one.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};
use serde::Serialize;

use super::{
    Fields, announcing, append_payment, append_status_change,
    checks::amount,
    lock_invoice, lock_project,
    printable::{check_names_in_tx, optional_printable},
    require_issued, settlement_in_tx, today,
};
use crate::features::{
    billing::{
        InvoiceId, PaymentId, PaymentMode,
        model::{self, MAX_NOTE, MAX_PAYMENTS},
        paid_of_projects,
        tables::{invoice, payment},
    },
    projects::{Project, ProjectId},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::made_before,
    error::{CommandError, ErrorCode, Violation},
    form::{Checks, Fault, optional_line},
    idempotency::{self, Claim},
    message,
    messages::Message,
    money::Amount,
    record,
};

/// A payment.
#[derive(Debug, Clone, Serialize)]
pub struct RecordPayment {
    /// For which contract.
    pub project: ProjectId,
    /// The invoice it pays; without one it is free for advances.
    pub invoice: Option<InvoiceId>,
    /// How much, as a decimal text.
    pub amount: String,
    /// When it came in.
    pub paid_on: NaiveDate,
    /// In which way.
    pub mode: PaymentMode,
    /// Of the transfer, the cheque, the transaction.
    pub reference: Option<String>,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

const INVOICE: &[&str] = &["input", "invoiceId"];

/// Records a payment; its client is told.
///
/// # Errors
/// Violations at `input.…`: INVALID when it is more than the invoice's balance, or the receipt couldn't be printed; LOCKED
/// when the invoice is no issued one.
pub async fn record_payment(
    ctx: &Ctx,
    actor: &Actor,
    input: RecordPayment,
) -> Result<payment::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, "recordPayment", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<payment::Entity>(tx, id).await,
        };
        let project = lock_project(tx, input.project, &["input", "projectId"]).await?;
        let invoice = match input.invoice {
            Some(id) => {
                refuse_other_project(tx, id, &project).await?;
                let (_, invoice) = lock_invoice(tx, id, INVOICE).await?;
                require_issued(&invoice, INVOICE, message!("draft-not-paid"))?;
                Some(invoice)
            }
            None => None,
        };
        let mut checks = Checks::of_new(&["input"]);
        let amount = checks.given("amount", input.amount.clone(), |text| {
            match amount(project.currency)(text)? {
                Amount(0) => Err(Fault::invalid(message!("payment-not-positive"))),
                amount => Ok(amount),
            }
        });
        let reference = input.reference.clone().map(Some);
        let rule = optional_printable("reference", optional_line(MAX_NOTE));
        let reference = checks.optional("reference", reference, None, rule);
        check_day(ctx, input.paid_on, &mut checks);
        checks.finish()?;
        check_names_in_tx(tx, &project, Fields::Input).await?;
        let received = Received {
            amount,
            paid_on: input.paid_on,
            mode: input.mode,
            reference,
        };
        let payment = receive_in_tx(ctx, tx, actor, &project, invoice.as_ref(), received).await?;
        claimed.complete(tx, payment.id.0).await?;
        Ok(payment)
    })
}

/// Looks before the invoice is locked: that would lock the other project after this one, whatever their order.
async fn refuse_other_project(tx: &WriteTx, id: InvoiceId, project: &Project) -> Result<(), CommandError> {
    let found = invoice::Entity::find_by_id(id).one(tx.conn()).await?;
    if found.is_some_and(|invoice| invoice.deleted_at.is_none() && invoice.project_id != project.id) {
        return Err(Violation::new(
            ErrorCode::Invalid,
            INVOICE.iter().copied(),
            message!("invoice-of-another-project"),
        )
        .into());
    }
    Ok(())
}

/// Nothing is paid in the future.
pub(super) fn check_day(ctx: &Ctx, paid_on: NaiveDate, checks: &mut Checks) {
    if paid_on > today(ctx) {
        let message = message!("payment-day-to-come");
        checks.refuse("paidOn", Fault::invalid(message));
    }
}

/// A checked payment.
#[derive(Debug, Clone)]
pub(super) struct Received {
    pub amount: Amount,
    pub paid_on: NaiveDate,
    pub mode: PaymentMode,
    pub reference: Option<String>,
}

/// Writes a payment as part of `tx`; the project and the invoice are locked, and the invoice is an issued one.
pub(super) async fn receive_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    project: &Project,
    invoice: Option<&invoice::Model>,
    received: Received,
) -> Result<payment::Model, CommandError> {
    let mut before = None;
    let mut left = None;
    if let Some(invoice) = invoice {
        let settlement = settlement_in_tx(tx, invoice.id).await?;
        let balance = model::balance(invoice.kind, invoice.state, invoice.net_to_pay, settlement);
        if received.amount > balance {
            return Err(Fields::Input
                .invalid("amount", overpaying(invoice, balance))
                .into());
        }
        let paid_so_often = payment::Entity::find()
            .filter(payment::Column::InvoiceId.eq(invoice.id))
            .filter(payment::Column::VoidedAt.is_null())
            .count(tx.conn())
            .await?;
        if paid_so_often >= MAX_PAYMENTS as u64 {
            return Err(Fields::Input
                .invalid(
                    "invoiceId",
                    message!("invoice-too-many-payments", most = MAX_PAYMENTS),
                )
                .into());
        }
        before = Some(settlement);
        left = Some((invoice, Amount(balance.0 - received.amount.0)));
    }
    let paid = paid_of_projects(tx.conn(), [project.id]).await?;
    let paid = paid.get(&project.id).copied().unwrap_or_default();
    if paid.checked_add(received.amount).is_none() {
        let message = message!("payments-too-large");
        return Err(Fields::Input.invalid("amount", message).into());
    }
    let row = payment::ActiveModel {
        id: Set(PaymentId::generate(tx.now())),
        project_id: Set(project.id),
        invoice_id: Set(invoice.map(|invoice| invoice.id)),
        currency: Set(project.currency),
        amount: Set(received.amount),
        paid_on: Set(received.paid_on),
        mode: Set(received.mode),
        reference: Set(received.reference),
        ..Default::default()
    };
    let payment = record::insert::<payment::Entity, _>(tx, actor, row).await?;
    append_payment(tx, &payment).await?;
    if let (Some(invoice), Some(before)) = (invoice, before) {
        append_status_change(ctx, tx, invoice, before).await?;
    }
    announcing::paid(ctx, tx, project, &payment, left).await?;
    Ok(payment)
}

fn overpaying(invoice: &invoice::Model, balance: Amount) -> Message {
    let number = invoice.number.clone().unwrap_or_default();
    if balance <= Amount(0) {
        return message!("invoice-has-no-balance", number);
    }
    message!(
        "payment-beyond-balance",
        number,
        balance = (balance, invoice.currency)
    )
}

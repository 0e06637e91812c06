//! What the client is told of billing. Amounts are told in both ways of writing: whoever writes the message knows the
//! client's language.

use serde_json::{Value, json};

use crate::features::{
    billing::{
        events, model,
        tables::{invoice, payment},
    },
    projects::Project,
};
use platform::{
    actor::Locale,
    announce::Announcement,
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
    events::EventKind,
    money::{Amount, Currency},
};

/// Adds `{name}Fr` and `{name}En`.
fn with_amount(data: &mut Value, name: &str, amount: Amount, currency: Currency) {
    if let Some(data) = data.as_object_mut() {
        for (suffix, locale) in [("Fr", Locale::Fr), ("En", Locale::En)] {
            data.insert(format!("{name}{suffix}"), amount.format(currency, locale).into());
        }
    }
}

/// What every message about an invoice is filled with. What ends in `Id` a push passes on to the app.
fn invoice_data(project: &Project, invoice: &invoice::Model) -> Value {
    let mut data = json!({
        "projectName": project.name,
        "projectId": project.id,
        "invoiceId": invoice.id,
        "invoiceNumber": invoice.number,
        "subject": invoice.subject,
        "dueDate": invoice.due_date,
    });
    with_amount(&mut data, "total", invoice.total_ttc, invoice.currency);
    with_amount(&mut data, "net", invoice.net_to_pay, invoice.currency);
    data
}

async fn announce(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    kind: EventKind,
    record: (&'static str, uuid::Uuid),
    data: Value,
) -> Result<(), CommandError> {
    let announcement = Announcement {
        kind,
        client: project.client_id,
        project: Some(project.id.0),
        record,
        data,
    };
    ctx.announcer.announce_in_tx(tx, &ctx.keys, announcement).await?;
    Ok(())
}

/// An invoice was issued.
pub(super) async fn issued(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    invoice: &invoice::Model,
) -> Result<(), CommandError> {
    let data = invoice_data(project, invoice);
    let record = ("Invoice", invoice.id.0);
    announce(ctx, tx, project, events::INVOICE_ISSUED, record, data).await
}

/// A credit note was issued on an invoice.
pub(super) async fn credited(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    note: &invoice::Model,
    credited: &invoice::Model,
) -> Result<(), CommandError> {
    let mut data = invoice_data(project, note);
    data["creditedNumber"] = json!(credited.number);
    let record = ("Invoice", note.id.0);
    announce(ctx, tx, project, events::CREDIT_NOTE_ISSUED, record, data).await
}

/// An invoice was cancelled.
pub(super) async fn cancelled(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    invoice: &invoice::Model,
) -> Result<(), CommandError> {
    let mut data = invoice_data(project, invoice);
    data["reason"] = json!(invoice.cancel_reason);
    let record = ("Invoice", invoice.id.0);
    announce(ctx, tx, project, events::INVOICE_CANCELLED, record, data).await
}

/// A payment was recorded.
pub(super) async fn paid(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    payment: &payment::Model,
    invoice: Option<(&invoice::Model, Amount)>,
) -> Result<(), CommandError> {
    let mut data = json!({
        "projectName": project.name,
        "projectId": project.id,
        "paymentId": payment.id,
        "paidOn": payment.paid_on,
        "invoiceNumber": invoice.map(|(invoice, _)| invoice.number.clone()),
    });
    with_amount(&mut data, "amount", payment.amount, payment.currency);
    let balance = invoice.map_or(Amount(0), |(_, balance)| balance);
    with_amount(&mut data, "balance", balance, payment.currency);
    if let Some((invoice, _)) = invoice {
        data["invoiceId"] = json!(invoice.id);
    }
    let record = ("Payment", payment.id.0);
    announce(ctx, tx, project, events::PAYMENT_RECORDED, record, data).await
}

/// An invoice is due in `-days`, or was due `days` ago. Each telling is a record of its own, since the inbox takes one
/// entry a kind and record.
pub(in crate::features::billing) async fn due(
    ctx: &Ctx,
    tx: &WriteTx,
    project: &Project,
    invoice: &invoice::Model,
    notice: uuid::Uuid,
    days: i64,
) -> Result<(), CommandError> {
    let settlement = super::settlement_in_tx(tx, invoice.id).await?;
    let balance = model::balance(invoice.kind, invoice.state, invoice.net_to_pay, settlement);
    let mut data = invoice_data(project, invoice);
    data["days"] = json!(days.abs());
    with_amount(&mut data, "balance", balance, invoice.currency);
    let kind = if days > 0 {
        events::INVOICE_OVERDUE
    } else {
        events::INVOICE_DUE_SOON
    };
    announce(ctx, tx, project, kind, ("InvoiceNotice", notice), data).await
}

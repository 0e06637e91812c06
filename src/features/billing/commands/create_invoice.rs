//! `createInvoice`: writes a draft, and with `issue` issues it in the same step.

use chrono::NaiveDate;
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;
use serde_json::{Value, json};

use super::{
    Fields,
    checks::{self, CheckedItem, ItemInput},
    issue_invoice::issue_in_tx,
    lock_project,
};
use crate::{
    features::{
        billing::{
            InvoiceId, InvoiceItemId, InvoiceKind, InvoiceState, PaymentMode, company_profile,
            model::Totals,
            tables::{invoice, item},
        },
        projects::{Project, ProjectId},
    },
    platform::{
        actor::Actor,
        audit::{self, AuditAction},
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violation, Violations},
        idempotency::{self, Claim},
        money::{Amount, Currency},
        record, search,
        write::write_tx,
    },
};

/// A new invoice.
#[derive(Debug, Clone, Serialize)]
pub struct CreateInvoice {
    /// For which contract; its currency is the invoice's.
    pub project: ProjectId,
    /// What it is for.
    pub subject: String,
    /// Until when it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// The tax rate as a decimal text; the company's when absent.
    pub tax_percentage: Option<String>,
    /// What was paid before, as a decimal text.
    pub advance_payment: Option<String>,
    /// How it is to be paid.
    pub payment_mode: Option<PaymentMode>,
    /// The lines.
    pub items: Vec<ItemInput>,
    /// Issues it at once.
    pub issue: bool,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Writes a draft; with `issue` gives it its number and tells its client.
///
/// # Errors
/// Violations at `input.…`; NOT_FOUND when there is no such project.
pub async fn create_invoice(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateInvoice,
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = Some(input.idempotency_key.as_str());
        let claimed = match idempotency::claim_in_tx(tx, actor, "createInvoice", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return replay(tx, InvoiceId(id)).await,
        };
        let fields = Fields::Input;
        let project = lock_project(tx, input.project, &["input", "projectId"]).await?;
        let currency = project.currency;
        let mut violations = Violations::default();
        let subject = violations.check(checks::subject(&input.subject, fields.at("subject")));
        let tax = match &input.tax_percentage {
            Some(text) => violations.check(checks::tax(text, fields.at("taxPercentage"))),
            None => Some(company_profile(tx.conn()).await?.tax_percentage),
        };
        let advance = violations.check(checks::amount(
            input.advance_payment.as_deref().unwrap_or("0"),
            currency,
            fields.at("advancePayment"),
        ));
        let items = checks::items(&input.items, &[], currency, fields, &mut violations);
        let (Some(tax), Some(advance)) = (tax, advance) else {
            return Err(violations.into_error());
        };
        let totals = violations.check(checks::totals(&items, tax, advance, currency, fields));
        violations.into_result()?;
        let (Some(subject), Some(totals)) = (subject, totals) else {
            return Err(anyhow::anyhow!("a value passed without having been checked").into());
        };
        let row = invoice::ActiveModel {
            kind: Set(InvoiceKind::Invoice),
            credited_invoice_id: Set(None),
            due_date: Set(input.due_date),
            tax_percentage: Set(tax),
            payment_mode: Set(input.payment_mode),
            ..draft_row(tx, &project, subject, advance, totals).await?
        };
        let (invoice, items) = insert_draft(tx, actor, row, items).await?;
        let invoice = if input.issue {
            issue_in_tx(ctx, tx, actor, &project, &invoice, &items, fields).await?
        } else {
            invoice
        };
        claimed.complete(tx, invoice.id.0).await?;
        Ok(invoice)
    })
}

/// What every draft has.
pub(super) async fn draft_row(
    tx: &WriteTx,
    project: &Project,
    subject: String,
    advance: Amount,
    totals: Totals,
) -> Result<invoice::ActiveModel, CommandError> {
    Ok(invoice::ActiveModel {
        id: Set(InvoiceId::generate(tx.now())),
        project_id: Set(project.id),
        state: Set(InvoiceState::Draft),
        number: Set(None),
        search_text: Set(search_text(None, &subject, None)),
        subject: Set(subject),
        currency: Set(project.currency),
        advance_payment: Set(advance),
        subtotal: Set(totals.subtotal),
        tax_amount: Set(totals.tax),
        total_ttc: Set(totals.total_ttc),
        net_to_pay: Set(totals.net_to_pay),
        ..Default::default()
    })
}

/// What of an invoice's own it is found by: of an issued one the client's name too, as it stands on it.
pub(super) fn search_text(number: Option<&str>, subject: &str, client: Option<&str>) -> String {
    search::search_text([number.unwrap_or_default(), subject, client.unwrap_or_default()])
}

/// Inserts a draft with its lines.
pub(super) async fn insert_draft(
    tx: &WriteTx,
    actor: &Actor,
    row: invoice::ActiveModel,
    items: Vec<CheckedItem>,
) -> Result<(invoice::Model, Vec<item::Model>), CommandError> {
    let invoice = record::insert::<invoice::Entity, _>(tx, actor, row).await?;
    let items = insert_items(tx, invoice.id, items).await?;
    if !items.is_empty() {
        let lines = json!({ "items": { "old": [], "new": told(&items, invoice.currency) } });
        audit::write_in_tx(tx, actor, AuditAction::Update, "Invoice", invoice.id.0, lines).await?;
    }
    Ok((invoice, items))
}

/// Writes an invoice's lines, in order; those without an id get one.
pub(super) async fn insert_items(
    tx: &WriteTx,
    invoice: InvoiceId,
    items: Vec<CheckedItem>,
) -> Result<Vec<item::Model>, CommandError> {
    let rows: Vec<item::Model> = (0..)
        .zip(items)
        .map(|(position, item)| item::Model {
            id: item.id.unwrap_or_else(|| InvoiceItemId::generate(tx.now())),
            invoice_id: invoice,
            position,
            description: item.description,
            quantity: item.line.quantity,
            unit_price: item.line.unit_price,
            total_price: item.total,
        })
        .collect();
    if !rows.is_empty() {
        let inserts = rows.iter().cloned().map(|row| item::ActiveModel {
            id: Set(row.id),
            invoice_id: Set(row.invoice_id),
            position: Set(row.position),
            description: Set(row.description),
            quantity: Set(row.quantity),
            unit_price: Set(row.unit_price),
            total_price: Set(row.total_price),
        });
        item::Entity::insert_many(inserts)
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(rows)
}

/// Lines as the audit log tells of them: they are part of their invoice's record.
pub(super) fn told(items: &[item::Model], currency: Currency) -> Vec<Value> {
    items
        .iter()
        .map(|item| {
            json!({
                "id": item.id.to_string(),
                "description": item.description,
                "quantity": item.quantity.to_decimal(),
                "unitPrice": item.unit_price.to_decimal(currency),
                "totalPrice": item.total_price.to_decimal(currency),
            })
        })
        .collect()
}

/// The invoice that an earlier call with the same key made.
pub(super) async fn replay(tx: &WriteTx, id: InvoiceId) -> Result<invoice::Model, CommandError> {
    invoice::Entity::find_by_id(id)
        .one(tx.conn())
        .await?
        .ok_or_else(|| Violation::not_found(["input", "idempotencyKey"], "invoice any more").into())
}

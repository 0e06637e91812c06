//! `createInvoice`, `updateInvoice`: a draft, its lines included.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Fields,
    checks::{CheckedItem, ItemInput, amount, items, tax, totals},
    issue_invoice::issue_in_tx,
    lock_project, locked, search_text,
};
use crate::features::{
    billing::{
        InvoiceId, InvoiceItemId, InvoiceKind, InvoiceState, PaymentMode, company_profile, items_of,
        model::{MAX_SUBJECT, Totals},
        tables::{
            invoice::{ActiveModel, Entity, Model},
            item,
        },
    },
    projects::{ProjectId, lock_below_project_in_tx, lock_project_in_tx},
};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::{Editable, create_in_tx, made_before},
    error::CommandError,
    form::{self, Change, Fault, Form, line},
    idempotency::{self, Claim},
    message,
    money::{Amount, Currency},
    record::{self, Related},
};

/// What a person can enter of an invoice.
#[derive(Debug, Clone, Default, Serialize)]
pub struct InvoiceFields {
    /// For which contract, when it is made; its currency is the invoice's.
    pub project_id: Change<ProjectId>,
    /// What it is for.
    pub subject: Change<String>,
    /// Until when it is to be paid.
    pub due_date: Change<NaiveDate>,
    /// The tax rate as a decimal text; the company's unless said otherwise.
    pub tax_percentage: Change<String>,
    /// What was paid before, as a decimal text.
    pub advance_payment: Change<String>,
    /// How it is to be paid.
    pub payment_mode: Change<PaymentMode>,
    /// All lines from now on, in order.
    pub items: Change<Vec<ItemInput>>,
    /// Issues a new one at once.
    pub issue: Change<bool>,
}

/// A draft's lines.
#[derive(Debug)]
pub struct Lines {
    currency: Currency,
    before: Vec<CheckedItem>,
    after: Vec<CheckedItem>,
}

impl Editable for Entity {
    type Row = ActiveModel;
    type Fields = InvoiceFields;
    type Below = Lines;
    const CREATE: &'static str = "createInvoice";

    /// After its living project. An issued invoice is LOCKED.
    async fn lock(tx: &WriteTx, id: Uuid, _: &InvoiceFields) -> Result<Option<Model>, CommandError> {
        let found = lock_below_project_in_tx::<Entity>(tx, id).await?;
        let living =
            found.filter(|(project, invoice)| project.deleted_at.is_none() && invoice.deleted_at.is_none());
        match living {
            Some((_, invoice)) if invoice.state != InvoiceState::Draft => Err(locked(
                &["input", "id"],
                message!(
                    "invoice-issued-is-fixed",
                    number = invoice.number.unwrap_or_default()
                ),
            )),
            living => Ok(living.map(|(_, invoice)| invoice)),
        }
    }

    async fn check(
        form: &mut Form<'_>,
        fields: InvoiceFields,
        current: Option<&Model>,
    ) -> Result<(ActiveModel, Lines), CommandError> {
        let now = current;
        let (project, currency, usual_tax, before) = match now {
            Some(it) => {
                let before = items_of(form.tx().conn(), [it.id]).await?.remove(&it.id);
                (
                    it.project_id,
                    it.currency,
                    it.tax_percentage,
                    before.unwrap_or_default(),
                )
            }
            None => {
                let project = match fields.project_id.flatten() {
                    Some(id) => lock_project_in_tx(form.tx(), id).await?,
                    None => None,
                };
                let Some(project) = project.filter(|project| project.deleted_at.is_none()) else {
                    return Err(form.end_with("projectId", Fault::not_found(ProjectId::NOUN)));
                };
                let company = company_profile(form.tx().conn()).await?;
                (project.id, project.currency, company.tax_percentage, Vec::new())
            }
        };
        let subject = form.required(
            "subject",
            fields.subject,
            now.map(|it| &it.subject),
            line(MAX_SUBJECT),
        );
        let tax = form.required("taxPercentage", fields.tax_percentage, Some(&usual_tax), tax);
        let advance = form.required(
            "advancePayment",
            fields.advance_payment,
            Some(&now.map_or(Amount(0), |it| it.advance_payment)),
            amount(currency),
        );
        let due_date = form.optional("dueDate", fields.due_date, now.map(|it| &it.due_date), form::any);
        let payment_mode = form.optional(
            "paymentMode",
            fields.payment_mode,
            now.map(|it| &it.payment_mode),
            form::any,
        );
        let before: Vec<CheckedItem> = before.iter().map(CheckedItem::from).collect();
        let after = match fields.items {
            Some(entered) => items(form, &entered.unwrap_or_default(), &before, currency),
            None => before.clone(),
        };
        let totals = totals(form, &after, tax, advance, currency);
        let row = ActiveModel {
            due_date: Set(due_date),
            tax_percentage: Set(tax),
            payment_mode: Set(payment_mode),
            ..draft_row(project, currency, InvoiceKind::Invoice, subject, advance, totals)
        };
        let lines = Lines {
            currency,
            before,
            after: with_ids(after, form.now()),
        };
        Ok((row, lines))
    }

    fn related(below: &Lines) -> Related {
        let told = |items: &[CheckedItem]| told(items, below.currency);
        Related::default().list("items", &told(&below.before), &told(&below.after))
    }

    async fn write_below(
        form: &Form<'_>,
        below: Lines,
        current: Option<&Model>,
        saved: &Model,
    ) -> Result<(), CommandError> {
        if current.is_none() {
            return insert_first_items(form.tx(), form.actor(), saved, below.after).await;
        }
        if below.before == below.after {
            return Ok(());
        }
        item::Entity::delete_many()
            .filter(item::Column::InvoiceId.eq(saved.id))
            .exec(form.tx().conn())
            .await?;
        insert_items(form.tx(), saved.id, below.after).await
    }
}

/// Writes a draft; when the form says so, gives it its number and tells its client.
///
/// # Errors
/// Violations at `input.…`; NOT_FOUND when there is no such project.
pub async fn create_invoice(
    ctx: &Ctx,
    actor: &Actor,
    fields: InvoiceFields,
    key: Option<&str>,
) -> Result<Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let claimed = match idempotency::claim_in_tx(tx, actor, Entity::CREATE, key, &fields).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<Entity>(tx, id).await,
        };
        let mut form = Form::to_create(ctx, tx, actor);
        let draft = create_in_tx::<Entity>(&mut form, fields.clone()).await?;
        let invoice = if fields.issue.flatten() == Some(true) {
            let project = lock_project(tx, draft.project_id, &["input", "projectId"]).await?;
            issue_in_tx(ctx, tx, actor, &project, &draft, Fields::Input).await?
        } else {
            draft
        };
        claimed.complete(tx, invoice.id).await?;
        Ok(invoice)
    })
}

/// What every draft has, an id aside.
pub(super) fn draft_row(
    project: ProjectId,
    currency: Currency,
    kind: InvoiceKind,
    subject: String,
    advance: Amount,
    totals: Totals,
) -> ActiveModel {
    ActiveModel {
        project_id: Set(project),
        kind: Set(kind),
        state: Set(InvoiceState::Draft),
        search_text: Set(search_text(None, &subject, None)),
        subject: Set(subject),
        currency: Set(currency),
        advance_payment: Set(advance),
        subtotal: Set(totals.subtotal),
        tax_amount: Set(totals.tax),
        total_ttc: Set(totals.total_ttc),
        net_to_pay: Set(totals.net_to_pay),
        ..Default::default()
    }
}

/// Inserts a draft with its lines.
pub(super) async fn insert_draft(
    tx: &WriteTx,
    actor: &Actor,
    row: ActiveModel,
    items: Vec<CheckedItem>,
) -> Result<Model, CommandError> {
    let row = ActiveModel {
        id: Set(InvoiceId::generate(tx.now())),
        ..row
    };
    let invoice = record::insert::<Entity, _>(tx, actor, row).await?;
    insert_first_items(tx, actor, &invoice, with_ids(items, tx.now())).await?;
    Ok(invoice)
}

/// Gives new lines their ids.
fn with_ids(mut items: Vec<CheckedItem>, now: DateTime<Utc>) -> Vec<CheckedItem> {
    for item in &mut items {
        item.id.get_or_insert_with(|| InvoiceItemId::generate(now));
    }
    items
}

/// Writes a new draft's lines; the audit log tells of them beside the record.
async fn insert_first_items(
    tx: &WriteTx,
    actor: &Actor,
    invoice: &Model,
    items: Vec<CheckedItem>,
) -> Result<(), CommandError> {
    if items.is_empty() {
        return Ok(());
    }
    let lines = json!({ "items": { "old": [], "new": told(&items, invoice.currency) } });
    insert_items(tx, invoice.id, items).await?;
    audit::write_in_tx(tx, actor, AuditAction::Update, "Invoice", invoice.id.0, lines);
    Ok(())
}

/// Writes an invoice's lines, in order.
async fn insert_items(tx: &WriteTx, invoice: InvoiceId, items: Vec<CheckedItem>) -> Result<(), CommandError> {
    if items.is_empty() {
        return Ok(());
    }
    let rows = (0..).zip(items).map(|(position, item)| item::ActiveModel {
        id: Set(item.id.unwrap_or_else(|| InvoiceItemId::generate(tx.now()))),
        invoice_id: Set(invoice),
        position: Set(position),
        description: Set(item.description),
        quantity: Set(item.line.quantity),
        unit_price: Set(item.line.unit_price),
        total_price: Set(item.total),
    });
    item::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(())
}

/// Lines as the audit log tells of them: they are part of their invoice's record.
fn told(items: &[CheckedItem], currency: Currency) -> Vec<Value> {
    items
        .iter()
        .map(|item| {
            json!({
                "id": item.id.map(|id| id.to_string()),
                "description": item.description,
                "quantity": item.line.quantity.to_decimal(),
                "unitPrice": item.line.unit_price.to_decimal(currency),
                "totalPrice": item.total.to_decimal(currency),
            })
        })
        .collect()
}

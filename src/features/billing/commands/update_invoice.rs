//! `updateInvoice`: changes a draft, its lines included, in one patch.

use chrono::NaiveDate;
use sea_orm::{
    ActiveValue::{NotSet, Set},
    ColumnTrait, EntityTrait, QueryFilter,
};

use super::{
    Fields,
    checks::{self, CheckedItem, ItemInput},
    create_invoice::{insert_items, search_text, told},
    lock_invoice, locked,
};
use crate::{
    features::billing::{
        InvoiceId, InvoiceState, PaymentMode, items_of,
        tables::{invoice, item},
    },
    platform::{
        actor::Actor,
        ctx::Ctx,
        error::{CommandError, Violations},
        record::{self, Related},
        write::write_tx,
    },
};

/// What changes; an absent value stays. The inner `None` clears.
#[derive(Debug, Clone, Default)]
pub struct InvoicePatch {
    /// What it is for.
    pub subject: Option<String>,
    /// Until when it is to be paid.
    pub due_date: Option<Option<NaiveDate>>,
    /// The tax rate, as a decimal text.
    pub tax_percentage: Option<String>,
    /// What was paid before, as a decimal text.
    pub advance_payment: Option<String>,
    /// How it is to be paid.
    pub payment_mode: Option<Option<PaymentMode>>,
    /// All lines from now on, in order.
    pub items: Option<Vec<ItemInput>>,
}

const ID: &[&str] = &["input", "id"];

/// Changes a draft.
///
/// # Errors
/// LOCKED once it is issued; CONFLICT when it is not at `expected_version`; violations at `input.patch.…`.
pub async fn update_invoice(
    ctx: &Ctx,
    actor: &Actor,
    id: InvoiceId,
    expected_version: i32,
    patch: InvoicePatch,
) -> Result<invoice::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let patch = patch.clone();
        let (_, current) = lock_invoice(tx, id, ID).await?;
        if current.state != InvoiceState::Draft {
            return Err(locked(
                ID,
                format!(
                    "{} is issued, and an issued invoice never changes: take it back with cancelInvoice or (in part) \
                     createCreditNote, and write a new one with createInvoice.",
                    current.number.as_deref().unwrap_or("This invoice")
                ),
            ));
        }
        record::expect_version::<invoice::Entity>(&current, expected_version)?;
        let before = items_of(tx.conn(), [id]).await?.remove(&id).unwrap_or_default();

        let fields = Fields::Patch;
        let mut violations = Violations::default();
        let subject = patch
            .subject
            .and_then(|text| violations.check(checks::subject(&text, fields.at("subject"))));
        let tax = patch
            .tax_percentage
            .and_then(|text| violations.check(checks::tax(&text, fields.at("taxPercentage"))))
            .unwrap_or(current.tax_percentage);
        let advance = patch
            .advance_payment
            .and_then(|text| {
                violations.check(checks::amount(
                    &text,
                    current.currency,
                    fields.at("advancePayment"),
                ))
            })
            .unwrap_or(current.advance_payment);
        let items = match &patch.items {
            Some(items) => checks::items(items, &before, current.currency, fields, &mut violations),
            None => before.iter().map(CheckedItem::from).collect(),
        };
        let totals = violations.check(checks::totals(&items, tax, advance, current.currency, fields));
        violations.into_result()?;
        let Some(totals) = totals else {
            return Err(anyhow::anyhow!("a value passed without having been checked").into());
        };

        let unchanged =
            items.len() == before.len() && items.iter().zip(&before).all(|(new, old)| *new == old.into());
        let mut related = Related::default();
        if !unchanged {
            item::Entity::delete_many()
                .filter(item::Column::InvoiceId.eq(id))
                .exec(tx.conn())
                .await?;
            let after = insert_items(tx, id, items).await?;
            related = related.list(
                "items",
                &told(&before, current.currency),
                &told(&after, current.currency),
            );
        }
        let changes = invoice::ActiveModel {
            search_text: match &subject {
                Some(subject) => Set(search_text(None, subject, None)),
                None => NotSet,
            },
            subject: subject.map_or(NotSet, Set),
            due_date: patch.due_date.map_or(NotSet, Set),
            payment_mode: patch.payment_mode.map_or(NotSet, Set),
            tax_percentage: Set(tax),
            advance_payment: Set(advance),
            subtotal: Set(totals.subtotal),
            tax_amount: Set(totals.tax),
            total_ttc: Set(totals.total_ttc),
            net_to_pay: Set(totals.net_to_pay),
            ..Default::default()
        };
        let updated =
            record::update_with::<invoice::Entity, _>(tx, actor, &current, changes, related).await?;
        Ok(updated)
    })
}

//! `voidPayment`: a payment that never was, or bounced.

use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;

use super::{append_payment, append_status_change, locked, printable::printable, settlement_in_tx, today};
use crate::features::{
    billing::{
        PaymentId,
        model::MAX_NOTE,
        sums::free_advance,
        tables::{invoice, payment},
    },
    projects::lock_below_project_in_tx,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    editing::made_before,
    error::{CommandError, Violation},
    form::{Checks, line},
    idempotency::{self, Claim},
    message, record,
};

/// Which payment is voided, and why.
#[derive(Debug, Clone, Serialize)]
pub struct VoidPayment {
    /// The payment.
    pub id: PaymentId,
    /// The version that was read.
    pub expected_version: i32,
    /// Why.
    pub reason: String,
    /// Makes a repeated call harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

const ID: &[&str] = &["input", "id"];

/// Voids a payment: it stays to be seen, and counts no more.
///
/// # Errors
/// LOCKED when it is voided already, or issued invoices have taken their advance from it; CONFLICT when it is not at
/// `expected_version`.
pub async fn void_payment(
    ctx: &Ctx,
    actor: &Actor,
    input: VoidPayment,
) -> Result<payment::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "voidPayment", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<payment::Entity>(tx, id).await,
        };
        let (project, current) = lock_below_project_in_tx::<payment::Entity>(tx, input.id.0)
            .await?
            .filter(|(project, payment)| project.deleted_at.is_none() && payment.deleted_at.is_none())
            .ok_or_else(|| Violation::not_found(ID.iter().copied(), PaymentId::NOUN))?;
        if current.voided_at.is_some() {
            return Err(locked(ID, message!("payment-voided-already")));
        }
        record::expect_version::<payment::Entity>(&current, input.expected_version)?;
        let mut checks = Checks::of_new(&["input"]);
        let rule = printable("reason", line(MAX_NOTE));
        let reason = checks.given("reason", input.reason.clone(), rule);
        checks.finish()?;
        let invoice = match current.invoice_id {
            Some(id) => invoice::Entity::find_by_id(id).one(tx.conn()).await?,
            None => None,
        };
        let before = match &invoice {
            Some(invoice) => Some(settlement_in_tx(tx, invoice.id).await?),
            None => {
                let free = free_advance(tx.conn(), project.id).await?;
                if current.amount > free {
                    return Err(locked(
                        ID,
                        message!("payment-taken-as-advance", free = (free, current.currency)),
                    ));
                }
                None
            }
        };
        let changes = payment::ActiveModel {
            voided_at: Set(Some(tx.now())),
            voided_on: Set(Some(today(ctx))),
            void_reason: Set(Some(reason)),
            ..Default::default()
        };
        let voided = record::update::<payment::Entity, _>(tx, actor, &current, changes).await?;
        append_payment(tx, &voided).await?;
        if let (Some(invoice), Some(before)) = (&invoice, before) {
            append_status_change(ctx, tx, invoice, before).await?;
        }
        claimed.complete(tx, voided.id.0).await?;
        Ok(voided)
    })
}

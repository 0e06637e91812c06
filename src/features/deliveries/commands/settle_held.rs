//! `settleHeldDeliveries`: after a backup was restored, a person who knows what arrived decides about what was waiting.

use sea_orm::{
    ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::json;

use super::super::{Deliveries, Delivery, DeliveryColumn};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation, Violations},
    message,
    messages::Message,
    outbox::{self, DeliveryId, Status},
};

/// Sends held deliveries, or cancels them; all of them or none.
///
/// # Errors
/// NOT_FOUND; LOCKED for one that isn't held, or that is to be sent and is too old.
pub async fn settle_held_deliveries(
    ctx: &Ctx,
    actor: &Actor,
    ids: &[DeliveryId],
    send: bool,
) -> Result<Vec<Delivery>, CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if !actor.is_staff() => return Err(CommandError::Forbidden),
        _ => {}
    }
    let status = if send { Status::Pending } else { Status::Cancelled };
    write_tx!(ctx, |tx| {
        let found = Deliveries::find()
            .filter(DeliveryColumn::Id.is_in(ids.iter().copied()))
            .order_by_asc(DeliveryColumn::Id)
            .lock_exclusive()
            .all(tx.conn())
            .await?;
        let mut violations = Violations::default();
        for (index, id) in ids.iter().enumerate() {
            let at = ["input".to_owned(), "ids".to_owned(), index.to_string()];
            match found.iter().find(|delivery| delivery.id == *id) {
                None => violations.push(Violation::not_found(at, DeliveryId::NOUN)),
                Some(delivery) => {
                    if let Some(why) = why_not(delivery, send, tx.now()) {
                        violations.push(Violation::new(ErrorCode::Locked, at, why));
                    }
                }
            }
        }
        violations.into_result()?;
        let mut settled = Vec::with_capacity(found.len());
        for delivery in found {
            let id = delivery.id;
            let mut row = delivery.into_active_model();
            row.status = Set(status);
            row.attempts = Set(0);
            row.next_attempt_at = Set(tx.now());
            if !send {
                row.secret_data = Set(None);
            }
            settled.push(Deliveries::update(row).exec(tx.conn()).await?);
            let changes = json!({ "status": { "old": Status::Held, "new": status } });
            audit::write_in_tx(tx, actor, AuditAction::Update, "Delivery", id.0, changes);
        }
        if send {
            outbox::wake_in_tx(tx);
        }
        Ok(settled)
    })
}

fn why_not(delivery: &Delivery, send: bool, now: chrono::DateTime<chrono::Utc>) -> Option<Message> {
    if delivery.status != Status::Held {
        return Some(message!("delivery-not-held"));
    }
    if send && delivery.expires_at.is_some_and(|at| at <= now) {
        return Some(message!("delivery-too-old"));
    }
    None
}

//! `replayDelivery`: a message that was given up gets a new chance, once what was wrong is mended.

use sea_orm::{ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;

use super::super::{Deliveries, Delivery};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
    messages::Message,
    outbox::{self, DeliveryId, Status},
};

/// Puts a dead delivery back among those that wait, with its attempts counted anew.
///
/// # Errors
/// NOT_FOUND; LOCKED unless it is dead and still of use.
pub async fn replay_delivery(ctx: &Ctx, actor: &Actor, id: DeliveryId) -> Result<Delivery, CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if !actor.is_staff() => return Err(CommandError::Forbidden),
        _ => {}
    }
    write_tx!(ctx, |tx| {
        let delivery = Deliveries::find_by_id(id)
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], DeliveryId::NOUN))?;
        if let Some(why) = why_not(&delivery, tx.now()) {
            return Err(Violation::new(ErrorCode::Locked, ["input", "id"], why).into());
        }
        let changes = json!({
            "status": { "old": delivery.status, "new": Status::Pending },
            "attempts": { "old": delivery.attempts, "new": 0 },
        });
        let mut row = delivery.into_active_model();
        row.status = Set(Status::Pending);
        row.attempts = Set(0);
        row.next_attempt_at = Set(tx.now());
        row.lease_owner = Set(None);
        row.lease_until = Set(None);
        let delivery = Deliveries::update(row).exec(tx.conn()).await?;
        audit::write_in_tx(tx, actor, AuditAction::Update, "Delivery", id.0, changes);
        outbox::wake_in_tx(tx);
        Ok(delivery)
    })
}

fn why_not(delivery: &Delivery, now: chrono::DateTime<chrono::Utc>) -> Option<Message> {
    match delivery.status {
        Status::Pending => return Some(message!("delivery-waits")),
        Status::Sent => return Some(message!("delivery-sent")),
        Status::Held => return Some(message!("delivery-held")),
        Status::Cancelled => {
            return Some(message!("delivery-cancelled"));
        }
        // A device may have been registered since.
        Status::Dead | Status::NoDevice => {}
    }
    if outbox::is_wiped(delivery) {
        return Some(message!("delivery-wiped"));
    }
    if delivery.expires_at.is_some_and(|at| at <= now) {
        return Some(message!("delivery-too-old"));
    }
    None
}

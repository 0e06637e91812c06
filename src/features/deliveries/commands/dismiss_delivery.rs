//! `dismissDelivery`: a message that was given up is dealt with: nothing is sent, and it is forgotten in its time.

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
    outbox::{DeliveryId, Status},
};

/// Marks a dead delivery as cancelled. Credentials in it are wiped.
///
/// # Errors
/// NOT_FOUND; LOCKED unless it is dead.
pub async fn dismiss_delivery(ctx: &Ctx, actor: &Actor, id: DeliveryId) -> Result<Delivery, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let delivery = Deliveries::find_by_id(id)
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], DeliveryId::NOUN))?;
        if delivery.status != Status::Dead {
            let message = message!("delivery-not-given-up");
            return Err(Violation::new(ErrorCode::Locked, ["input", "id"], message).into());
        }
        let changes = json!({ "status": { "old": delivery.status, "new": Status::Cancelled } });
        let mut row = delivery.into_active_model();
        row.status = Set(Status::Cancelled);
        row.secret_data = Set(None);
        let delivery = Deliveries::update(row).exec(tx.conn()).await?;
        audit::write_in_tx(tx, actor, AuditAction::Update, "Delivery", id.0, changes);
        Ok(delivery)
    })
}

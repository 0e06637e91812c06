//! `unregisterDevice`: no more push messages to this device.

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::super::{
    DeviceId,
    table::{Column, Entity},
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, Violation},
};

/// Forgets one of the caller's devices. Signing out does it by itself. For whoever is signed in.
///
/// # Errors
/// NOT_FOUND at `input.id` for what isn't the caller's.
pub async fn unregister_device(ctx: &Ctx, actor: &Actor, id: DeviceId) -> Result<DeviceId, CommandError> {
    let caller = actor.account_id().ok_or(CommandError::Unauthenticated)?;
    write_tx!(ctx, |tx| {
        let gone = Entity::delete_many()
            .filter(Column::Id.eq(id))
            .filter(Column::AccountId.eq(caller))
            .exec(tx.conn())
            .await?;
        if gone.rows_affected == 0 {
            return Err(Violation::not_found(["input", "id"], DeviceId::NOUN).into());
        }
        Ok(id)
    })
}

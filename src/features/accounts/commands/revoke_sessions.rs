//! Ending one's own sessions on other devices.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::super::{
    sessions,
    tables::session::{self, RevokedReason},
};
use platform::{
    actor::{Actor, SessionId},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, Violation},
};

/// Ends one of the caller's sessions; one that is over stays over.
///
/// # Errors
/// NOT_FOUND when it isn't the caller's.
pub async fn revoke_session(ctx: &Ctx, actor: &Actor, id: SessionId) -> Result<SessionId, CommandError> {
    let account = actor.account().ok_or(CommandError::Unauthenticated)?;
    let own = Condition::all()
        .add(session::Column::AccountId.eq(account.id))
        .add(session::Column::Id.eq(id));
    write_tx!(ctx, |tx| {
        session::Entity::find()
            .filter(own.clone())
            .one(tx.conn())
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], SessionId::NOUN))?;
        sessions::revoke_in_tx(tx, own.clone(), RevokedReason::Revoked).await?;
        Ok(id)
    })
}

/// Ends all of the caller's sessions but the present one and those in `keep`, and says which.
///
/// # Errors
/// [`CommandError::Unauthenticated`] for visitors.
pub async fn revoke_other_sessions(
    ctx: &Ctx,
    actor: &Actor,
    keep: Vec<SessionId>,
) -> Result<Vec<SessionId>, CommandError> {
    let account = actor.account().ok_or(CommandError::Unauthenticated)?;
    let others = Condition::all()
        .add(session::Column::AccountId.eq(account.id))
        .add(session::Column::Id.is_not_in(keep.into_iter().chain([account.session])));
    write_tx!(ctx, |tx| {
        Ok(sessions::revoke_in_tx(tx, others.clone(), RevokedReason::Revoked).await?)
    })
}

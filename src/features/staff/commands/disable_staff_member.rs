//! Shutting a member of staff out, and letting them in again.

use super::{super::editing::last_admin, ID, lock_member};
use crate::features::accounts::{self, StoredAccount};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    db::write_tx,
    error::CommandError,
};

/// Dismisses a member of staff: signing in fails, sessions end, streams close within seconds. What they did stays theirs.
/// For administrators. Doing it twice changes nothing.
///
/// # Errors
/// NOT_FOUND; LOCKED for the last administrator.
pub async fn disable_staff_member(
    ctx: &Ctx,
    actor: &Actor,
    id: AccountId,
) -> Result<StoredAccount, CommandError> {
    actor.require_admin()?;
    write_tx!(ctx, |tx| {
        let member = lock_member(tx, id).await?;
        if member.account.disabled_at.is_some() {
            return Ok(member.account);
        }
        if member.is_last_admin {
            return Err(last_admin().at(&ID).into());
        }
        Ok(accounts::disable_in_tx(tx, actor, &member.account).await?)
    })
}

/// Lets a member of staff sign in again. For administrators. Doing it twice changes nothing.
///
/// # Errors
/// NOT_FOUND.
pub async fn enable_staff_member(
    ctx: &Ctx,
    actor: &Actor,
    id: AccountId,
) -> Result<StoredAccount, CommandError> {
    actor.require_admin()?;
    write_tx!(ctx, |tx| {
        let member = lock_member(tx, id).await?;
        Ok(accounts::enable_in_tx(tx, actor, &member.account).await?)
    })
}

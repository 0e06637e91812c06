//! A new temporary password for a member of staff: by mail, or handed over by whoever sits at the server.

use super::{ID, lock_member};
use crate::features::accounts::{StoredAccount, Temporary, credentials};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
};

/// Replaces the password of a member of staff by a new temporary one, mails it, and ends their sessions. For
/// administrators.
///
/// # Errors
/// NOT_FOUND; LOCKED for one who is disabled.
pub async fn resend_staff_credentials(
    ctx: &Ctx,
    actor: &Actor,
    id: AccountId,
) -> Result<StoredAccount, CommandError> {
    actor.require_admin()?;
    let temporary = Temporary::make(ctx.clock.now()).await?;
    write_tx!(ctx, |tx| {
        let account = lock_member(tx, id).await?.account;
        if account.disabled_at.is_some() {
            let message = message!("staff-member-disabled");
            return Err(Violation::new(ErrorCode::Locked, ID, message).into());
        }
        credentials::replace_in_tx(ctx, tx, actor, &account, &temporary).await
    })
}

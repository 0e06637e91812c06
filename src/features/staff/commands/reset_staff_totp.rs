//! Taking the second factor off a member of staff whose phone is lost.

use super::{ID, lock_member};
use crate::features::accounts::{StoredAccount, reset_second_factor_in_tx};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
};

/// Takes the second factor off a member of staff who has lost it: they sign in with the password alone, and set it up anew.
/// Their sessions end, and they are written to. For administrators, and for others' accounts: one's own is switched off with a
/// code. Without a second factor nothing changes.
///
/// # Errors
/// NOT_FOUND; LOCKED for one's own.
pub async fn reset_staff_totp(
    ctx: &Ctx,
    actor: &Actor,
    id: AccountId,
) -> Result<StoredAccount, CommandError> {
    actor.require_admin()?;
    write_tx!(ctx, |tx| {
        let account = lock_member(tx, id).await?.account;
        if actor.account_id() == Some(account.id) {
            return Err(Violation::new(ErrorCode::Locked, ID, message!("own-second-factor")).into());
        }
        reset_second_factor_in_tx(ctx, tx, actor, &account).await?;
        Ok(account)
    })
}

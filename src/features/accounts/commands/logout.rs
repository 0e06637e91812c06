//! Signing out on this device.

use sea_orm::{ColumnTrait, Condition};
use secrecy::SecretString;

use super::super::{
    sessions,
    tables::session::{self, RevokedReason},
    tokens::RefreshToken,
};
use platform::{actor::Actor, ctx::Ctx, db::write_tx, error::CommandError};

/// Ends the caller's session, or the one of a refresh token when the access token has run out already. A session
/// that is over stays over: signing out always succeeds.
///
/// # Errors
/// [`CommandError::Unauthenticated`] with neither.
pub async fn logout(
    ctx: &Ctx,
    actor: &Actor,
    refresh_token: Option<&SecretString>,
) -> Result<(), CommandError> {
    let session = match (actor.account(), refresh_token) {
        (Some(account), _) => account.session,
        (None, Some(token)) => match RefreshToken::decode(&ctx.keys, token) {
            Some(token) => token.session(),
            None => return Ok(()),
        },
        (None, None) => return Err(CommandError::Unauthenticated),
    };
    let which = Condition::all().add(session::Column::Id.eq(session));
    write_tx!(ctx, |tx| {
        sessions::revoke_in_tx(tx, which.clone(), RevokedReason::Logout).await?;
        Ok(())
    })
}

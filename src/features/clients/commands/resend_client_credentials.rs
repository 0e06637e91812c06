//! Sending a client a new temporary password: the first one ran out, or the client forgot their own.

use super::{super::tables::Model, lock_client, refuse_anonymised};
use crate::features::accounts::{Temporary, credentials};
use platform::{
    actor::{Actor, ClientId},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
};

/// Replaces a client's password by a new temporary one, mails it, and ends the client's sessions. For staff.
///
/// # Errors
/// NOT_FOUND; LOCKED for a disabled client.
pub async fn resend_client_credentials(
    ctx: &Ctx,
    actor: &Actor,
    id: ClientId,
) -> Result<Model, CommandError> {
    actor.require_staff()?;
    let temporary = Temporary::make(ctx.clock.now()).await?;
    write_tx!(ctx, |tx| {
        let (client, account) = lock_client(tx, id).await?;
        refuse_anonymised(&client)?;
        if account.disabled_at.is_some() {
            return Err(
                Violation::new(ErrorCode::Locked, ["input", "id"], message!("client-disabled")).into(),
            );
        }
        credentials::replace_in_tx(ctx, tx, actor, &account, &temporary).await?;
        Ok(client)
    })
}

//! A new temporary password for whoever is locked out of everything, mail included: handed over by whoever sits at the
//! server.

use super::{
    super::{
        credentials::{self, Temporary},
        model::normalize_email,
        queries,
    },
    change_password::tell_in_tx,
};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
};

const EMAIL: [&str; 2] = ["input", "email"];

/// Replaces somebody's password by a temporary one, which is answered and not mailed, ends their sessions, and tells them
/// that it changed. For the server itself: what `belle-house reset-password` does.
///
/// # Errors
/// NOT_FOUND; LOCKED for a disabled account.
pub async fn replace_password(ctx: &Ctx, email: &str) -> Result<Temporary, CommandError> {
    let temporary = Temporary::make(ctx.clock.now()).await?;
    let address = normalize_email(email);
    write_tx!(ctx, |tx| {
        let account = queries::living_account_by_email(tx.conn(), &address)
            .await?
            .ok_or_else(|| Violation::not_found(EMAIL, AccountId::NOUN))?;
        if account.disabled_at.is_some() {
            let message = message!("account-to-be-enabled");
            return Err(Violation::new(ErrorCode::Locked, EMAIL, message).into());
        }
        let account = credentials::put_in_tx(tx, &Actor::System, &account, &temporary).await?;
        tell_in_tx(ctx, tx, &account).await?;
        Ok::<_, CommandError>(())
    })?;
    Ok(temporary)
}

//! The first code of an authenticator app: from then on signing in asks for one.

use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use secrecy::{ExposeSecret, SecretString};

use super::super::{
    second_factor::{self, CodeAttempts, wrong_code},
    security_events::NewSecurityEvent,
    tables::{account, second_factor::ActiveModel, security_event::SecurityEventKind},
    totp::TotpSecret,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message, record,
    remote::Remote,
};

/// Switches the caller's second factor on, and answers ten recovery codes, which nobody can read again. For staff.
///
/// # Errors
/// INVALID at `input.code`; LOCKED when nothing was begun within the hour; [`CommandError::RateLimited`].
pub async fn confirm_totp(
    ctx: &Ctx,
    actor: &Actor,
    code: &SecretString,
    remote: &Remote,
) -> Result<Vec<SecretString>, CommandError> {
    actor.require_staff()?;
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let attempts = CodeAttempts::begin(ctx, caller.id).await?;
    write_tx!(ctx, |tx| {
        let account = record::lock_living::<account::Entity>(tx, caller.id)
            .await?
            .ok_or(CommandError::Unauthenticated)?;
        let begun = second_factor::begun(tx.conn(), account.id, tx.now()).await?;
        let secret = begun.and_then(|begun| {
            // One of a key that is gone is as good as none.
            TotpSecret::open(&ctx.keys, account.id, &begun.sealed_secret).ok()
        });
        let secret = secret.ok_or_else(|| {
            let message = message!("second-factor-not-begun");
            Violation::new::<&str>(ErrorCode::Locked, [], message)
        })?;
        let digits: String = code.expose_secret().split_whitespace().collect();
        let step = secret
            .step_of(&digits, tx.now())
            .ok_or_else(|| wrong_code("code"))?;
        let confirmed = ActiveModel {
            account_id: Set(account.id),
            confirmed_at: Set(Some(tx.now())),
            last_step: Set(Some(step)),
            ..Default::default()
        };
        confirmed.update(tx.conn()).await?;
        let codes = second_factor::replace_recovery_codes_in_tx(tx, account.id).await?;
        attempts.succeed_in_tx(tx).await?;
        let kind = SecurityEventKind::TotpEnabled;
        let event = NewSecurityEvent::of(account.id, kind)
            .from(remote)
            .in_session(caller.session);
        second_factor::tell_in_tx(ctx, tx, &account, kind, event).await?;
        Ok(codes)
    })
}

//! Changing one's own second factor: switching it off, and new recovery codes. Both take a code.

use secrecy::SecretString;

use super::super::{
    own_password, queries,
    second_factor::{self, CodeAttempts, Spent, is_off, wrong_code},
    security_events::{NewSecurityEvent, note_in_tx},
    sessions,
    tables::{account, security_event::SecurityEventKind},
};
use platform::{
    actor::{Account, Actor},
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::CommandError,
    record,
    remote::Remote,
};

/// What switching the second factor off takes.
#[derive(Debug)]
pub struct DisableTotp {
    /// The caller's password.
    pub password: SecretString,
    /// A code of the app, or a recovery code.
    pub code: SecretString,
    /// Where the change comes from.
    pub remote: Remote,
}

/// Switches the caller's second factor off. Where `REQUIRE_TOTP` asks for one, only setting one up works then.
///
/// # Errors
/// INVALID at `input.password` or `input.code`; LOCKED without a second factor; [`CommandError::RateLimited`].
pub async fn disable_totp(ctx: &Ctx, actor: &Actor, input: DisableTotp) -> Result<(), CommandError> {
    actor.require_staff()?;
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let stored = queries::account_by_id(ctx.db.reader(), caller.id)
        .await?
        .ok_or(CommandError::Unauthenticated)?;
    own_password::check(ctx, &stored, &input.password, ["input", "password"]).await?;
    let attempts = CodeAttempts::begin(ctx, caller.id).await?;
    write_tx!(ctx, |tx| {
        let account = spend_in_tx(ctx, tx, caller, &input.code, &input.remote).await?;
        second_factor::take_off_in_tx(tx, account.id).await?;
        // Where the company asks for one, nothing more is to be seen.
        sessions::announce_new_rights_in_tx(tx, account.id).await?;
        attempts.succeed_in_tx(tx).await?;
        let kind = SecurityEventKind::TotpDisabled;
        let event = NewSecurityEvent::of(account.id, kind)
            .from(&input.remote)
            .in_session(caller.session);
        second_factor::tell_in_tx(ctx, tx, &account, kind, event).await
    })
}

/// Gives the caller ten new recovery codes; the former ones are worth nothing any more.
///
/// # Errors
/// INVALID at `input.code`; LOCKED without a second factor; [`CommandError::RateLimited`].
pub async fn regenerate_recovery_codes(
    ctx: &Ctx,
    actor: &Actor,
    code: &SecretString,
    remote: &Remote,
) -> Result<Vec<SecretString>, CommandError> {
    actor.require_staff()?;
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let attempts = CodeAttempts::begin(ctx, caller.id).await?;
    write_tx!(ctx, |tx| {
        let account = spend_in_tx(ctx, tx, caller, code, remote).await?;
        let codes = second_factor::replace_recovery_codes_in_tx(tx, account.id).await?;
        attempts.succeed_in_tx(tx).await?;
        let kind = SecurityEventKind::RecoveryCodesReplaced;
        let event = NewSecurityEvent::of(account.id, kind)
            .from(remote)
            .in_session(caller.session);
        second_factor::tell_in_tx(ctx, tx, &account, kind, event).await?;
        Ok(codes)
    })
}

/// Locks the caller's account and spends a code of its second factor.
async fn spend_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    caller: &Account,
    code: &SecretString,
    remote: &Remote,
) -> Result<account::Model, CommandError> {
    let account = record::lock_living::<account::Entity>(tx, caller.id)
        .await?
        .ok_or(CommandError::Unauthenticated)?;
    let factor = second_factor::of(tx.conn(), account.id)
        .await?
        .ok_or_else(is_off)?;
    match second_factor::spend_in_tx(ctx, tx, &factor, code).await? {
        None => Err(wrong_code("code").into()),
        Some(Spent::Totp) => Ok(account),
        Some(Spent::RecoveryCode) => {
            let event = NewSecurityEvent::of(account.id, SecurityEventKind::RecoveryCodeUsed);
            note_in_tx(tx, event.from(remote).in_session(caller.session));
            Ok(account)
        }
    }
}

//! Signing in with e-mail address and password.

use chrono::{DateTime, Utc};
use secrecy::{ExposeSecret, SecretString};

use super::super::{
    attempts::Attempt,
    authenticate::{Authenticated, authenticate},
    model::{MAX_EMAIL_LENGTH, normalize_email},
    new_places::arrive_in_tx,
    passwords, queries,
    second_factor::{self, Spent, wrong_code},
    security_events::NewSecurityEvent,
    sessions::{self, SessionTokens},
    tables::{
        account,
        security_event::{RefusalReason, SecurityEventKind},
    },
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message, metrics, record,
    remote::Remote,
};

/// What signing in takes.
#[derive(Debug)]
pub struct Login {
    /// The address of the account.
    pub email: String,
    /// Its password.
    pub password: SecretString,
    /// For an account with a second factor: a code of the app, or a recovery code.
    pub totp_code: Option<SecretString>,
    /// What the person calls the device.
    pub device_name: Option<String>,
    /// Where the attempt comes from.
    pub remote: Remote,
}

/// A new session.
#[derive(Debug)]
pub struct LoggedIn {
    /// Its tokens.
    pub tokens: SessionTokens,
    /// Who signed in.
    pub actor: Actor,
}

/// Signs in. The answer, and the time it takes, are the same whether the account exists or not.
///
/// # Errors
/// INVALID for a wrong address or password; EXPIRED or FORBIDDEN, to whoever knows the password, for a temporary
/// password past its time and a disabled account, TOTP_REQUIRED and INVALID at `input.totpCode` for one with a second
/// factor; [`CommandError::RateLimited`] after too many failures.
pub async fn login(ctx: &Ctx, input: Login) -> Result<LoggedIn, CommandError> {
    let outcome = sign_in(ctx, input).await;
    match &outcome {
        Ok(_) => metrics::LOGINS.count([]),
        Err(CommandError::RateLimited { .. }) => metrics::LOGINS_REFUSED.count(["rate_limited"]),
        Err(CommandError::Rejected(violations)) => {
            let first = violations.first();
            let refused = match first.map(|it| it.code) {
                // Asked for, not refused.
                Some(ErrorCode::TotpRequired) => return outcome,
                Some(ErrorCode::Forbidden) => "disabled",
                Some(ErrorCode::Expired) => "expired",
                _ if first.is_some_and(|it| !it.field.is_empty()) => "wrong_code",
                _ => "wrong",
            };
            metrics::LOGINS_REFUSED.count([refused]);
        }
        Err(_) => {}
    }
    outcome
}

async fn sign_in(ctx: &Ctx, input: Login) -> Result<LoggedIn, CommandError> {
    let email = normalize_email(&input.email);
    if email.chars().count() > MAX_EMAIL_LENGTH || passwords::is_too_long(&input.password) {
        return Err(wrong().into());
    }
    let attempt = Attempt::on(ctx, &email, &input.remote).await?;
    if let Err(retry_after) = attempt.begin(ctx).await? {
        let account = queries::living_account_by_email(ctx.db.reader(), &email).await?;
        attempt
            .refused(ctx, account.as_ref(), RefusalReason::RateLimited)
            .await?;
        return Err(CommandError::RateLimited { retry_after });
    }
    let account = queries::living_account_by_email(ctx.db.reader(), &email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let verified = match passwords::verify(&input.password, hash).await {
        Ok(verified) => verified,
        Err(busy) => {
            attempt.take_back(ctx).await?;
            return Err(busy);
        }
    };
    let Some(account) = account.as_ref().filter(|_| verified) else {
        attempt
            .refused(ctx, account.as_ref(), RefusalReason::WrongPassword)
            .await?;
        return Err(wrong().into());
    };
    if let Err((reason, violation)) = check_standing(account, ctx.clock.now()) {
        attempt.refused(ctx, Some(account), reason).await?;
        return Err(violation.into());
    }

    let judged = write_tx!(ctx, |tx| {
        // Read again under a lock: it may have been disabled, or its password changed, while the hash was computed.
        let current = record::lock_living::<account::Entity>(tx, account.id)
            .await?
            .filter(|current| current.password_hash == account.password_hash)
            .ok_or_else(wrong)?;
        check_standing(&current, tx.now()).map_err(|(_, violation)| violation)?;
        let mut with_recovery_code = false;
        if let Some(factor) = second_factor::of(tx.conn(), current.id).await? {
            let code = input.totp_code.as_ref();
            let Some(code) = code.filter(|code| !code.expose_secret().trim().is_empty()) else {
                return Ok(Judged::CodeMissing);
            };
            match second_factor::spend_in_tx(ctx, tx, &factor, code).await? {
                None => return Ok(Judged::CodeWrong),
                Some(spent) => with_recovery_code = spent == Spent::RecoveryCode,
            }
        }
        attempt.succeed_in_tx(tx).await?;
        let tokens = sessions::open_in_tx(ctx, tx, current.id, input.device_name.as_deref()).await?;
        if with_recovery_code {
            let kind = SecurityEventKind::RecoveryCodeUsed;
            let event = NewSecurityEvent::of(current.id, kind)
                .from(&input.remote)
                .in_session(tokens.session);
            second_factor::tell_in_tx(ctx, tx, &current, kind, event).await?;
        }
        arrive_in_tx(ctx, tx, &current, &tokens, &input.remote).await?;
        Ok::<_, CommandError>(Judged::Good(tokens))
    })?;
    let tokens = match judged {
        Judged::Good(tokens) => tokens,
        Judged::CodeMissing => {
            // It stays counted until the code comes: taking it back would let others be taken back with it.
            let field = ["input", "totpCode"];
            return Err(Violation::new(ErrorCode::TotpRequired, field, message!("code-required")).into());
        }
        Judged::CodeWrong => {
            attempt
                .refused(ctx, Some(account), RefusalReason::WrongCode)
                .await?;
            return Err(wrong_code("totpCode").into());
        }
    };
    tracing::info!(account = %account.id, session = %tokens.session, "signed in");

    let Authenticated { actor, .. } = authenticate(ctx, Some(tokens.access_token.expose_secret()))
        .await
        .map_err(anyhow::Error::from)?;
    Ok(LoggedIn { tokens, actor })
}

/// What became of a right password.
enum Judged {
    /// A session.
    Good(SessionTokens),
    /// The account has a second factor, and no code came.
    CodeMissing,
    /// The code that came isn't good.
    CodeWrong,
}

fn check_standing(account: &account::Model, now: DateTime<Utc>) -> Result<(), (RefusalReason, Violation)> {
    if account.disabled_at.is_some() {
        let violation = Violation::new::<&str>(ErrorCode::Forbidden, [], message!("account-disabled"));
        return Err((RefusalReason::Disabled, violation));
    }
    check_temporary_password(account, now, []).map_err(|violation| (RefusalReason::Expired, violation))
}

/// EXPIRED when the temporary password was not replaced in time.
pub(super) fn check_temporary_password<'a>(
    account: &account::Model,
    now: DateTime<Utc>,
    field: impl IntoIterator<Item = &'a str>,
) -> Result<(), Violation> {
    let over = account
        .temporary_password_expires_at
        .is_some_and(|until| until <= now);
    if account.must_change_password && over {
        return Err(Violation::new(
            ErrorCode::Expired,
            field,
            message!("temporary-password-expired"),
        ));
    }
    Ok(())
}

fn wrong() -> Violation {
    Violation::new::<&str>(ErrorCode::Invalid, [], message!("login-wrong"))
}

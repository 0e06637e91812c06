//! Signing in with e-mail address and password.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::super::{
    authenticate::{Authenticated, authenticate},
    model::{MAX_EMAIL_LENGTH, normalize_email},
    passwords, queries,
    sessions::{self, SessionTokens},
    tables::account,
};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    limiter::{self, Limit},
    message,
    record::{self, RecordEntity},
};

/// Ten failures for an account from one address in a quarter of an hour; then each further attempt waits twice
/// as long as the one before it, up to a quarter of an hour (DESIGN.md 6).
pub(super) const ATTEMPTS: Limit = Limit {
    free_hits: 10,
    window: TimeDelta::minutes(15),
    first_delay: TimeDelta::seconds(2),
    longest_delay: TimeDelta::minutes(15),
};

/// What signing in takes.
#[derive(Debug)]
pub struct Login {
    /// The address of the account.
    pub email: String,
    /// Its password.
    pub password: SecretString,
    /// What the person calls the device.
    pub device_name: Option<String>,
    /// Where the attempt comes from.
    pub remote_addr: IpAddr,
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
/// password past its time and a disabled account; [`CommandError::RateLimited`] after too many failures.
pub async fn login(ctx: &Ctx, input: Login) -> Result<LoggedIn, CommandError> {
    let email = normalize_email(&input.email);
    if email.chars().count() > MAX_EMAIL_LENGTH || passwords::is_too_long(&input.password) {
        return Err(wrong().into());
    }
    let now = ctx.clock.now();
    let network = limiter::network(input.remote_addr).to_string();
    let bucket = limiter::bucket(&ctx.keys, "login", &[&network, &email]);
    // Counted before the attempt and forgotten after a success: a hundred attempts sent at once are a hundred.
    if let Err(retry_after) = limiter::hit(&ctx.db, now, &bucket, &ATTEMPTS).await? {
        return Err(CommandError::RateLimited { retry_after });
    }
    let account = queries::living_account_by_email(ctx.db.reader(), &email).await?;
    let hash = account.as_ref().map(|account| account.password_hash.as_str());
    let verified = passwords::verify(&input.password, hash).await?;
    let Some(account) = account.filter(|_| verified) else {
        return Err(wrong().into());
    };
    check_standing(&account, now)?;
    limiter::reset(&ctx.db, now, &bucket).await?;

    let tokens = write_tx!(ctx, |tx| {
        // Read again under a lock: it may have been disabled, or its password changed, while the hash was computed.
        let current = record::lock_living::<account::Entity>(tx, account.id)
            .await?
            .filter(|current| current.password_hash == account.password_hash)
            .ok_or_else(wrong)?;
        check_standing(&current, tx.now())?;
        let tokens = sessions::open_in_tx(ctx, tx, current.id, input.device_name.as_deref()).await?;
        let entry = audit::Entry {
            account: Some(current.id),
            action: AuditAction::SignIn,
            record: (<account::Entity as RecordEntity>::KIND, current.id.0),
            changes: json!({
                "session": { "old": null, "new": tokens.session },
                "device_name": { "old": null, "new": tokens.device_name },
            }),
        };
        audit::write_entry_in_tx(tx, entry);
        Ok::<_, CommandError>(tokens)
    })?;
    tracing::info!(account = %account.id, session = %tokens.session, "signed in");

    let Authenticated { actor, .. } = authenticate(ctx, Some(tokens.access_token.expose_secret()))
        .await
        .map_err(anyhow::Error::from)?;
    Ok(LoggedIn { tokens, actor })
}

fn check_standing(account: &account::Model, now: DateTime<Utc>) -> Result<(), Violation> {
    if account.disabled_at.is_some() {
        return Err(Violation::new::<&str>(
            ErrorCode::Forbidden,
            [],
            message!("account-disabled"),
        ));
    }
    check_temporary_password(account, now, [])
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

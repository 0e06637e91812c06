//! The password of whoever is signed in, asked for again before something that a stolen token must not do.

use data_encoding::HEXLOWER;
use secrecy::SecretString;

use super::{attempts::ATTEMPTS, passwords, tables::account};
use platform::{
    crypto::Purpose,
    ctx::Ctx,
    error::{CommandError, ErrorCode, Violation},
    limiter, message,
};

/// Checks it. A stolen access token must not become a way to try passwords: all that ask for one count together.
///
/// # Errors
/// INVALID at `field`; [`CommandError::RateLimited`] after too many that were wrong.
pub(super) async fn check(
    ctx: &Ctx,
    account: &account::Model,
    password: &SecretString,
    field: [&str; 2],
) -> Result<(), CommandError> {
    let now = ctx.clock.now();
    let hash = ctx.keys.sign(Purpose::LimiterBucket, account.id.0.as_bytes());
    let bucket = format!("change-password:{}", HEXLOWER.encode(&hash[..16]));
    if let Err(retry_after) = limiter::hit(&ctx.db, now, &bucket, &ATTEMPTS).await? {
        return Err(CommandError::RateLimited { retry_after });
    }
    let known = !passwords::is_too_long(password)
        && passwords::verify(password, Some(&account.password_hash)).await?;
    if !known {
        return Err(Violation::new(ErrorCode::Invalid, field, message!("current-password-wrong")).into());
    }
    limiter::reset(&ctx.db, now, &bucket).await?;
    Ok(())
}

//! Replacing a forgotten password by way of the link that was mailed.

use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use secrecy::{ExposeSecret, SecretString};

use super::{
    super::{
        attempts::ATTEMPTS,
        passwords, queries,
        security_events::{NewSecurityEvent, note_in_tx},
        sessions::revoke_all_in_tx,
        tables::{
            account,
            password_reset::{Column, Entity},
            security_event::SecurityEventKind,
            session::RevokedReason,
        },
    },
    change_password::tell_in_tx,
};
use platform::{
    actor::Actor,
    crypto::sha256,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    limiter, message, record,
    remote::Remote,
};

const NEW: &[&str] = &["input", "newPassword"];

/// What replacing a forgotten password takes.
#[derive(Debug)]
pub struct ResetPassword {
    /// From the link.
    pub token: SecretString,
    /// The password to take the place of the forgotten one.
    pub new_password: SecretString,
    /// Where the attempt comes from.
    pub remote: Remote,
}

/// Replaces a password, ends all of the account's sessions, and says so by e-mail. The link is good once, and only the
/// newest one is.
///
/// # Errors
/// EXPIRED at `input.token` for a link that was used, is too old, or was replaced by a newer one; INVALID at
/// `input.newPassword` for a weak password, after which the link is still good; [`CommandError::RateLimited`].
pub async fn reset_password(ctx: &Ctx, input: ResetPassword) -> Result<(), CommandError> {
    let network = input.remote.network().to_string();
    let bucket = limiter::bucket(&ctx.keys, "reset-password", &[&network]);
    let now = ctx.clock.now();
    if let Err(retry_after) = limiter::hit(&ctx.db, now, &bucket, &ATTEMPTS).await? {
        return Err(CommandError::RateLimited { retry_after });
    }
    let hash = sha256(input.token.expose_secret().as_bytes()).to_vec();
    let link = Entity::find()
        .filter(Column::TokenHash.eq(hash.clone()))
        .filter(Column::ExpiresAt.gt(now))
        .one(ctx.db.reader())
        .await?;
    let id = link.and_then(|link| link.account_id).ok_or_else(expired)?;
    let account = queries::account_by_id(ctx.db.reader(), id)
        .await?
        .ok_or_else(expired)?;
    // Hashing is the costly part: only who holds a good link gets as far as this.
    let about = vec![account.name.clone(), account.email.clone()];
    passwords::check_new(&input.new_password, about, NEW).await??;
    let password_hash = passwords::hash(&input.new_password).await?;

    write_tx!(ctx, |tx| {
        let account = record::lock_living::<account::Entity>(tx, id)
            .await?
            .filter(|account| account.disabled_at.is_none())
            .ok_or_else(expired)?;
        // Two at once: one of them finds the link.
        let spent = Entity::delete_many()
            .filter(Column::TokenHash.eq(hash.clone()))
            .filter(Column::ExpiresAt.gt(tx.now()))
            .exec(tx.conn())
            .await?;
        if spent.rows_affected == 0 {
            return Err(expired().into());
        }
        let changes = account::ActiveModel {
            password_hash: Set(password_hash.clone()),
            must_change_password: Set(false),
            temporary_password_expires_at: Set(None),
            ..Default::default()
        };
        let changed = record::update::<account::Entity, _>(tx, &Actor::System, &account, changes).await?;
        revoke_all_in_tx(tx, account.id, RevokedReason::PasswordChanged).await?;
        tell_in_tx(ctx, tx, &changed).await?;
        let event = NewSecurityEvent::of(account.id, SecurityEventKind::PasswordReset);
        note_in_tx(tx, event.from(&input.remote));
        Ok::<_, CommandError>(())
    })?;
    limiter::reset(&ctx.db, now, &bucket).await?;
    tracing::info!(account = %id, "a forgotten password was replaced");
    Ok(())
}

fn expired() -> Violation {
    Violation::new(
        ErrorCode::Expired,
        ["input", "token"],
        message!("reset-link-over"),
    )
}

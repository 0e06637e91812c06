//! Replacing one's own password, the temporary one first of all.

use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QuerySelect};
use secrecy::SecretString;
use serde_json::json;

use super::{
    super::{
        own_password, passwords, queries,
        security_events::{NewSecurityEvent, note_in_tx},
        sessions::{self, SessionTokens},
        tables::{
            account,
            security_event::SecurityEventKind,
            session::{self, RevokedReason},
        },
        tokens::RefreshToken,
    },
    login::check_temporary_password,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation},
    message,
    outbox::{self, Channel, NewDelivery},
    record,
    remote::Remote,
};

const CURRENT: [&str; 2] = ["input", "currentPassword"];
const NEW: &[&str] = &["input", "newPassword"];

/// What changing a password takes.
#[derive(Debug)]
pub struct ChangePassword {
    /// The present one.
    pub current_password: SecretString,
    /// The one to take its place.
    pub new_password: SecretString,
    /// Where the change comes from.
    pub remote: Remote,
}

/// Changes the caller's password, ends the other sessions, gives this one new tokens, and says so by e-mail: what
/// was known of the account before is worth nothing afterwards.
///
/// # Errors
/// INVALID for a wrong present password or a weak new one, EXPIRED for a temporary password past its time.
pub async fn change_password(
    ctx: &Ctx,
    actor: &Actor,
    input: ChangePassword,
) -> Result<SessionTokens, CommandError> {
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let now = ctx.clock.now();
    let account = queries::account_by_id(ctx.db.reader(), caller.id)
        .await?
        .ok_or(CommandError::Unauthenticated)?;
    own_password::check(ctx, &account, &input.current_password, CURRENT).await?;
    check_temporary_password(&account, now, CURRENT)?;
    if passwords::is_same(&input.new_password, &input.current_password) {
        return Err(Violation::new(
            ErrorCode::Invalid,
            NEW.iter().copied(),
            message!("password-unchanged"),
        )
        .into());
    }
    let about = vec![account.name.clone(), account.email.clone()];
    passwords::check_new(&input.new_password, about, NEW).await??;
    let password_hash = passwords::hash(&input.new_password).await?;

    write_tx!(ctx, |tx| {
        // Another change may have won while the hashes were computed: then this caller is not who they were.
        let current = record::lock_living::<account::Entity>(tx, account.id)
            .await?
            .filter(|current| current.password_hash == account.password_hash)
            .ok_or(CommandError::Unauthenticated)?;
        let changed = record::update::<account::Entity, _>(
            tx,
            actor,
            &current,
            account::ActiveModel {
                password_hash: Set(password_hash.clone()),
                must_change_password: Set(false),
                temporary_password_expires_at: Set(None),
                ..Default::default()
            },
        )
        .await?;
        tell_in_tx(ctx, tx, &changed).await?;
        let event = NewSecurityEvent::of(account.id, SecurityEventKind::PasswordChanged)
            .from(&input.remote)
            .in_session(caller.session);
        note_in_tx(tx, event);
        let others = Condition::all()
            .add(session::Column::AccountId.eq(account.id))
            .add(session::Column::Id.ne(caller.session));
        sessions::revoke_in_tx(tx, others, RevokedReason::PasswordChanged).await?;
        let this = session::Entity::find_by_id(caller.session)
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .filter(|this| this.revoked_at.is_none())
            .ok_or(CommandError::Unauthenticated)?;
        let refresh = RefreshToken::first(this.id);
        let now = tx.now();
        let expires_at = now + ctx.config.jwt.refresh_token_lifetime;
        session::ActiveModel {
            id: Set(this.id),
            refresh_hash: Set(refresh.hash()),
            // The old refresh token is not a predecessor to be forgiven, but one that must be dead.
            previous_refresh_hash: Set(None),
            refreshed_at: Set(now),
            tokens_from: Set(Some(now)),
            last_seen_at: Set(now),
            expires_at: Set(expires_at),
            ..Default::default()
        }
        .update(tx.conn())
        .await?;
        sessions::announce_new_tokens_in_tx(tx, this.id);
        Ok(sessions::tokens_of(ctx, now, account.id, &refresh, expires_at)?)
    })
}

/// A change that the person didn't make must not go unnoticed.
pub(super) async fn tell_in_tx(ctx: &Ctx, tx: &WriteTx, account: &account::Model) -> anyhow::Result<()> {
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template: "password_changed",
        locale: account.locale,
        data: json!({ "name": account.name, "changedAt": tx.now() }),
        secret: false,
        about: None,
        idempotency_key: format!("{}/password-changed/{}", account.id, account.version),
        expires_at: None,
    };
    outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?;
    Ok(())
}

//! Temporary passwords: made, stored as a hash, and sent in a mail that nobody else reads.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    passwords,
    security_events::{NewSecurityEvent, note_in_tx},
    sessions::revoke_all_in_tx,
    tables::{account, security_event::SecurityEventKind, session::RevokedReason},
};
use platform::{
    actor::{Actor, Role},
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
    outbox::{self, Channel, DeliveryId, NewDelivery},
    record,
};

/// The mail with a temporary password, for clients and for staff. Its data: `name`, `email`, `temporaryPassword`,
/// `expiresAt`.
fn template(role: Role) -> &'static str {
    match role {
        Role::Client => "client_credentials",
        Role::Staff | Role::Admin => "staff_credentials",
    }
}

/// How long a temporary password is good (DESIGN.md 2.7).
const GOOD_FOR: TimeDelta = TimeDelta::hours(72);

/// A temporary password on its way into the account and the mail.
#[derive(Debug)]
pub struct Temporary {
    password: SecretString,
    /// What the account keeps.
    pub hash: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

impl Temporary {
    /// The password itself, for whoever hands it over in person.
    #[must_use]
    pub fn password(&self) -> &SecretString {
        &self.password
    }

    /// Makes one.
    ///
    /// # Errors
    /// [`CommandError::RateLimited`] when too many passwords wait to be hashed.
    pub async fn make(now: DateTime<Utc>) -> Result<Self, CommandError> {
        let password = passwords::temporary();
        let hash = passwords::hash(&password).await?;
        Ok(Self {
            password,
            hash,
            expires_at: now + GOOD_FOR,
        })
    }
}

/// Mails a temporary password to the account it was made for. An older mail that still waits is cancelled: it
/// would bring a password that no longer works.
///
/// # Errors
/// When the database refuses.
pub async fn send_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: &account::Model,
    temporary: &Temporary,
) -> Result<Option<DeliveryId>, CommandError> {
    let template = template(account.role);
    outbox::cancel_in_tx(tx, account.id, template).await?;
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template,
        locale: account.locale,
        data: json!({
            "name": account.name,
            "email": account.email,
            "temporaryPassword": temporary.password.expose_secret(),
            "expiresAt": temporary.expires_at,
        }),
        secret: true,
        about: None,
        // The version changes with each new password: one mail for each.
        idempotency_key: format!("{}/credentials/{}", account.id, account.version),
        expires_at: Some(temporary.expires_at),
    };
    Ok(outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?)
}

/// Puts a temporary password in the place of the present one and ends the account's sessions.
///
/// # Errors
/// When the database refuses.
pub async fn put_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
    temporary: &Temporary,
) -> Result<account::Model, CommandError> {
    let changes = account::ActiveModel {
        password_hash: Set(temporary.hash.clone()),
        must_change_password: Set(true),
        temporary_password_expires_at: Set(Some(temporary.expires_at)),
        ..Default::default()
    };
    let account = record::update::<account::Entity, _>(tx, actor, account, changes).await?;
    revoke_all_in_tx(tx, account.id, RevokedReason::CredentialsReset).await?;
    let event = NewSecurityEvent::of(account.id, SecurityEventKind::TemporaryPasswordMade);
    note_in_tx(tx, event.by(actor));
    Ok(account)
}

/// As [`put_in_tx`], and mails the password.
///
/// # Errors
/// When the database refuses.
pub async fn replace_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
    temporary: &Temporary,
) -> Result<account::Model, CommandError> {
    let account = put_in_tx(tx, actor, account, temporary).await?;
    send_in_tx(ctx, tx, &account, temporary).await?;
    Ok(account)
}

/// Whether the account was ever sent credentials: one made without an invitation has a temporary password that was over
/// when it was made.
#[must_use]
pub fn was_invited(account: &account::Model) -> bool {
    account
        .temporary_password_expires_at
        .is_none_or(|until| until > account.created_at)
}

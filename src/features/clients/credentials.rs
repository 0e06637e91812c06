//! Temporary passwords: made, stored as a hash, and sent in a mail that nobody else reads.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::features::accounts::{
    AccountRow, Accounts, RevokedReason, StoredAccount, hash_password, revoke_all_in_tx, temporary_password,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::WriteTx,
    error::CommandError,
    outbox::{self, Channel, DeliveryId, NewDelivery},
    record,
};

/// The mail with a client's temporary password. Its data: `name`, `email`, `temporaryPassword`, `expiresAt`.
pub const CREDENTIALS_TEMPLATE: &str = "client_credentials";

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
    /// Makes one.
    ///
    /// # Errors
    /// When it can't be hashed.
    pub async fn make(now: DateTime<Utc>) -> anyhow::Result<Self> {
        let password = temporary_password();
        let hash = hash_password(&password).await?;
        Ok(Self {
            password,
            hash,
            expires_at: now + GOOD_FOR,
        })
    }
}

/// Mails a temporary password to the account it was made for. An older mail that still waits is cancelled: it
/// would bring a password that no longer works.
pub(super) async fn send_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: &StoredAccount,
    temporary: &Temporary,
) -> Result<Option<DeliveryId>, CommandError> {
    outbox::cancel_in_tx(tx, account.id, CREDENTIALS_TEMPLATE).await?;
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template: CREDENTIALS_TEMPLATE,
        locale: account.locale,
        data: json!({
            "name": account.name,
            "email": account.email,
            "temporaryPassword": temporary.password.expose_secret(),
            "expiresAt": temporary.expires_at,
        }),
        secret: true,
        // The version changes with each new password: one mail for each.
        idempotency_key: format!("{}/credentials/{}", account.id, account.version),
        expires_at: Some(temporary.expires_at),
    };
    Ok(outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?)
}

/// Puts a temporary password in the place of the present one, ends the account's sessions, and mails it.
pub(super) async fn replace_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    account: &StoredAccount,
    temporary: &Temporary,
) -> Result<(), CommandError> {
    let changes = AccountRow {
        password_hash: Set(temporary.hash.clone()),
        must_change_password: Set(true),
        temporary_password_expires_at: Set(Some(temporary.expires_at)),
        ..Default::default()
    };
    let account = record::update::<Accounts, _>(tx, actor, account, changes).await?;
    revoke_all_in_tx(tx, account.id, RevokedReason::CredentialsReset).await?;
    send_in_tx(ctx, tx, &account, temporary).await?;
    Ok(())
}

/// Whether the account was ever sent credentials: one made without an invitation has a temporary password that was over
/// when it was made.
pub(super) fn was_invited(account: &StoredAccount) -> bool {
    account
        .temporary_password_expires_at
        .is_none_or(|until| until > account.created_at)
}

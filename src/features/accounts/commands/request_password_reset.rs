//! Asking for a link by which a forgotten password is replaced.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use sea_orm::{ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict};
use serde_json::json;
use uuid::Uuid;

use super::super::{
    model::{email, normalize_email},
    queries,
    security_events::{NewSecurityEvent, forget_in_tx, note_in_tx},
    tables::{
        account,
        password_reset::{ActiveModel, Column, Entity},
        security_event::SecurityEventKind,
    },
};
use platform::{
    actor::AccountId,
    crypto::{random_bytes, sha256},
    ctx::Ctx,
    db::{Db, WriteTx, write_tx},
    error::CommandError,
    form::Checks,
    limiter::{self, Quota},
    outbox::{self, Channel, NewDelivery},
    remote::Remote,
};

/// The mail with the link. Its data: `name`, `link`, `expiresAt`.
const TEMPLATE: &str = "password_reset";
/// How long a link is good (OWASP Forgot Password Cheat Sheet: an appropriate period; a day, since mail is read at night).
const GOOD_FOR: TimeDelta = TimeDelta::hours(24);
/// Links an address may be sent: a stranger can't fill somebody's mailbox.
const FOR_AN_ADDRESS: Quota = Quota {
    hits: 5,
    window: TimeDelta::hours(1),
};
/// Links that may be asked for from one network: an office behind one address forgets no more.
const FROM_A_NETWORK: Quota = Quota {
    hits: 30,
    window: TimeDelta::hours(1),
};

/// What asking for a link takes.
#[derive(Debug)]
pub struct RequestPasswordReset {
    /// The address to sign in with.
    pub email: String,
    /// Where the request comes from.
    pub remote: Remote,
}

/// Mails a link that is good once, for 24 hours, and takes the place of earlier ones: to clients and staff alike. The
/// answer, and the time it takes, are the same whether the account exists or not.
///
/// # Errors
/// INVALID at `input.email` for what isn't an address; [`CommandError::RateLimited`].
pub async fn request_password_reset(ctx: &Ctx, input: RequestPasswordReset) -> Result<(), CommandError> {
    let mut checks = Checks::of_new(&["input"]);
    let address = checks.given("email", input.email, email);
    checks.finish()?;
    let address = normalize_email(&address);
    let network = input.remote.network().to_string();
    let of_network = limiter::bucket(&ctx.keys, "password-reset-from", &[&network]);
    let of_address = limiter::bucket(&ctx.keys, "password-reset", &[&address]);
    let named_before = limiter::buckets(&ctx.keys, "password-reset", &[&address]).split_off(1);
    write_tx!(ctx, |tx| {
        for (bucket, quota) in [(&of_network, &FROM_A_NETWORK), (&of_address, &FOR_AN_ADDRESS)] {
            if let Err(retry_after) = limiter::spend_in_tx(tx, bucket, quota).await? {
                return Err(CommandError::RateLimited { retry_after });
            }
        }
        let account = queries::living_account_by_email(tx.conn(), &address).await?;
        let account = account.filter(|account| account.disabled_at.is_none());
        let token = BASE64URL_NOPAD.encode(&random_bytes::<32>());
        let token_hash = sha256(token.as_bytes());
        let expires_at = tx.now() + GOOD_FOR;
        let newest = ActiveModel {
            address_key: Set(of_address.clone()),
            account_id: Set(account.as_ref().map(|account| account.id)),
            token_hash: Set(token_hash.to_vec()),
            expires_at: Set(expires_at),
        };
        Entity::insert(newest)
            .on_conflict(
                OnConflict::column(Column::AddressKey)
                    .update_columns([Column::AccountId, Column::TokenHash, Column::ExpiresAt])
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
        // A link that was asked for under the other secret is as little the newest one.
        Entity::delete_many()
            .filter(Column::AddressKey.is_in(named_before.clone()))
            .exec(tx.conn())
            .await?;
        let Some(account) = account else {
            // Nobody to tell; it takes as long.
            return Ok(forget_in_tx(tx, AccountId(Uuid::nil())).await?);
        };
        send_in_tx(ctx, tx, &account, &token, expires_at).await?;
        let event = NewSecurityEvent::of(account.id, SecurityEventKind::PasswordResetRequested);
        note_in_tx(tx, event.from(&input.remote));
        Ok(())
    })
}

/// Mails the link. An older mail that still waits is cancelled: its link is no longer good.
async fn send_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: &account::Model,
    token: &str,
    expires_at: DateTime<Utc>,
) -> Result<(), CommandError> {
    outbox::cancel_in_tx(tx, account.id, TEMPLATE).await?;
    let hash = sha256(token.as_bytes());
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template: TEMPLATE,
        locale: account.locale,
        data: json!({
            "name": account.name,
            "link": ctx.config.password_reset_link(token),
            "expiresAt": expires_at,
        }),
        secret: true,
        about: None,
        idempotency_key: format!("{}/password-reset/{}", account.id, HEXLOWER.encode(&hash[..16])),
        expires_at: Some(expires_at),
    };
    outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?;
    Ok(())
}

/// Removes links that are no longer good.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::ExpiresAt.lte(now))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

//! The second factor: the codes of an authenticator app, and ten recovery codes for the day the phone is lost. Everything
//! that writes has locked the account's row before, so that a code is spent once.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait,
    PaginatorTrait, QueryFilter, QuerySelect,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::{
    attempts::ATTEMPTS,
    passwords,
    security_events::{NewSecurityEvent, note_in_tx},
    sessions::revoke_all_in_tx,
    tables::{
        account, recovery_code, second_factor, security_event::SecurityEventKind, session::RevokedReason,
    },
    totp::TotpSecret,
};
use platform::{
    actor::{AccountId, Actor},
    audit::{self, AuditAction},
    crypto::sha256,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    error::{CommandError, ErrorCode, Violation},
    limiter, message,
    outbox::{self, Channel, NewDelivery},
    record::RecordEntity,
};

/// How many recovery codes an account is given.
const RECOVERY_CODES: usize = 10;
/// How long a secret waits for the first code of the app that took it.
const SETUP_TIME: TimeDelta = TimeDelta::hours(1);
/// Longer than any code, however it is grouped.
const MAX_CODE_LENGTH: usize = 64;
/// The mail about a change. Its data: `name`, `at`, `change` (the kind of the security event), `codesLeft`.
const TEMPLATE: &str = "second_factor_changed";

/// The second factor of an account, if it signs in with one.
pub(super) async fn of(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<second_factor::Model>, DbErr> {
    let stored = second_factor::Entity::find_by_id(account).one(conn).await?;
    Ok(stored.filter(|stored| stored.confirmed_at.is_some()))
}

/// The secret that an account was given and has not confirmed, while it may.
pub(super) async fn begun(
    conn: &impl ConnectionTrait,
    account: AccountId,
    now: DateTime<Utc>,
) -> Result<Option<second_factor::Model>, DbErr> {
    let stored = second_factor::Entity::find_by_id(account).one(conn).await?;
    Ok(stored.filter(|stored| stored.confirmed_at.is_none() && now < stored.created_at + SETUP_TIME))
}

/// How many recovery codes an account has left.
pub(super) async fn recovery_codes_left(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<u64, DbErr> {
    recovery_code::Entity::find()
        .filter(recovery_code::Column::AccountId.eq(account))
        .count(conn)
        .await
}

/// What a good code was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spent {
    /// One of the app.
    Totp,
    /// A recovery code.
    RecoveryCode,
}

/// Spends a code of the app or a recovery code, in whichever way it is grouped; `None` for one that isn't good, or not any
/// more.
pub(super) async fn spend_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    factor: &second_factor::Model,
    code: &SecretString,
) -> Result<Option<Spent>, CommandError> {
    let Some(code) = normalized(code.expose_secret()) else {
        return Ok(None);
    };
    if code.len() == 6 && code.bytes().all(|letter| letter.is_ascii_digit()) {
        return Ok(spend_totp_in_tx(ctx, tx, factor, &code)
            .await?
            .then_some(Spent::Totp));
    }
    let spent = recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(factor.account_id))
        .filter(recovery_code::Column::CodeHash.eq(hash_of(factor.account_id, &code)))
        .exec(tx.conn())
        .await?;
    Ok((spent.rows_affected > 0).then_some(Spent::RecoveryCode))
}

async fn spend_totp_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    factor: &second_factor::Model,
    code: &str,
) -> Result<bool, CommandError> {
    let account = factor.account_id;
    let secret = match TotpSecret::open(&ctx.keys, account, &factor.sealed_secret) {
        Ok(secret) => secret,
        Err(error) => {
            // Recovery codes are good still, and an administrator can take the factor off.
            tracing::error!(%account, error = format!("{error:#}"), "the secret of a second factor can't be read");
            return Ok(false);
        }
    };
    let step = secret.step_of(code, tx.now());
    let Some(step) = step.filter(|&step| factor.last_step.is_none_or(|last| step > last)) else {
        return Ok(false);
    };
    let used = second_factor::ActiveModel {
        account_id: Set(account),
        last_step: Set(Some(step)),
        // Under today's key: while a former one is still known, who signs in moves on to the new.
        sealed_secret: Set(secret.seal(&ctx.keys, account)?),
        ..Default::default()
    };
    used.update(tx.conn()).await?;
    Ok(true)
}

/// A code without what people group it with; `None` for what is far too long. Recovery codes have no i, l or o.
fn normalized(code: &str) -> Option<String> {
    if code.len() > MAX_CODE_LENGTH {
        return None;
    }
    let letters = code
        .chars()
        .filter(|letter| !letter.is_whitespace() && *letter != '-');
    let plain = letters.map(|letter| match letter.to_ascii_lowercase() {
        'i' | 'l' => '1',
        'o' => '0',
        other => other,
    });
    Some(plain.collect())
}

fn hash_of(account: AccountId, code: &str) -> Vec<u8> {
    let parts = [
        b"recovery-code/".as_slice(),
        account.0.as_bytes(),
        code.as_bytes(),
    ];
    sha256(&parts.concat()).to_vec()
}

/// Gives an account ten new recovery codes in the place of those that it has.
pub(super) async fn replace_recovery_codes_in_tx(
    tx: &WriteTx,
    account: AccountId,
) -> Result<Vec<SecretString>, CommandError> {
    forget_recovery_codes_in_tx(tx, account).await?;
    // As strong and as easy to type as a temporary password.
    let codes: Vec<SecretString> = (0..RECOVERY_CODES).map(|_| passwords::temporary()).collect();
    let mut rows = Vec::with_capacity(codes.len());
    for code in &codes {
        let plain = code.expose_secret().replace('-', "");
        rows.push(recovery_code::ActiveModel {
            account_id: Set(account),
            code_hash: Set(hash_of(account, &plain)),
        });
    }
    recovery_code::Entity::insert_many(rows)
        .exec_without_returning(tx.conn())
        .await?;
    Ok(codes)
}

async fn forget_recovery_codes_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    recovery_code::Entity::delete_many()
        .filter(recovery_code::Column::AccountId.eq(account))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Encrypts all secrets of authenticator apps anew with the present key, where another one is honoured: the former key may go one
/// day, and they stay. Run by each server as it starts: the last one to change its key leaves none under the former.
///
/// # Errors
/// When the database refuses.
pub async fn seal_anew(ctx: &Ctx) -> anyhow::Result<()> {
    if ctx.keys.other_id().is_none() {
        return Ok(());
    }
    let factors = second_factor::Entity::find().all(ctx.db.reader()).await?;
    for account in factors.into_iter().map(|factor| factor.account_id) {
        write_tx!(ctx, |tx| {
            let factor = second_factor::Entity::find_by_id(account)
                .lock_exclusive()
                .one(tx.conn())
                .await?;
            if let Some(factor) = factor {
                match TotpSecret::open(&ctx.keys, account, &factor.sealed_secret) {
                    Ok(secret) => {
                        let sealed = second_factor::ActiveModel {
                            account_id: Set(account),
                            sealed_secret: Set(secret.seal(&ctx.keys, account)?),
                            ..Default::default()
                        };
                        sealed.update(tx.conn()).await?;
                    }
                    // Of another key still: the others' are sealed all the same.
                    Err(_) => tracing::error!(
                        %account,
                        "neither SECRET_KEY nor SECRET_KEY_PREVIOUS opens the secret of an authenticator app: reset that second factor"
                    ),
                }
            }
            anyhow::Ok(())
        })?;
    }
    Ok(())
}

/// Takes the second factor off an account: it signs in with the password alone.
pub(super) async fn take_off_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    forget_recovery_codes_in_tx(tx, account).await?;
    second_factor::Entity::delete_by_id(account)
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Takes the second factor off an account whose phone is lost, for somebody else than its owner: ends its sessions, one of
/// which may be on that phone, and tells the owner. Without one, nothing changes. The account's row is locked.
///
/// # Errors
/// When the database refuses.
pub async fn reset_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
) -> Result<(), CommandError> {
    if of(tx.conn(), account.id).await?.is_none() {
        return Ok(());
    }
    take_off_in_tx(tx, account.id).await?;
    revoke_all_in_tx(tx, account.id, RevokedReason::CredentialsReset).await?;
    let changes = json!({ "second_factor": { "old": "TOTP", "new": null } });
    let kind = <account::Entity as RecordEntity>::KIND;
    audit::write_in_tx(tx, actor, AuditAction::Update, kind, account.id.0, changes);
    let event = NewSecurityEvent::of(account.id, SecurityEventKind::TotpReset).by(actor);
    tell_in_tx(ctx, tx, account, SecurityEventKind::TotpReset, event).await
}

/// Writes a change of the second factor down, and writes to the owner of it.
pub(super) async fn tell_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: &account::Model,
    change: SecurityEventKind,
    event: NewSecurityEvent,
) -> Result<(), CommandError> {
    let event = note_in_tx(tx, event);
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template: TEMPLATE,
        locale: account.locale,
        data: json!({
            "name": account.name,
            "at": tx.now(),
            "change": change.to_value(),
            "codesLeft": recovery_codes_left(tx.conn(), account.id).await?,
        }),
        secret: false,
        about: None,
        idempotency_key: format!("{event}/told"),
        expires_at: None,
    };
    outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?;
    Ok(())
}

/// Codes that somebody who is signed in may try: counted before each is looked at, forgotten after a good one.
#[derive(Debug)]
pub(super) struct CodeAttempts(String);

impl CodeAttempts {
    /// Counts one.
    ///
    /// # Errors
    /// [`CommandError::RateLimited`] after too many that were wrong.
    pub(super) async fn begin(ctx: &Ctx, account: AccountId) -> Result<Self, CommandError> {
        let bucket = limiter::bucket(&ctx.keys, "second-factor", &[&account.to_string()]);
        match limiter::hit(&ctx.db, ctx.clock.now(), &bucket, &ATTEMPTS).await? {
            Ok(()) => Ok(Self(bucket)),
            Err(retry_after) => Err(CommandError::RateLimited { retry_after }),
        }
    }

    /// It was good.
    pub(super) async fn succeed_in_tx(&self, tx: &WriteTx) -> Result<(), DbErr> {
        limiter::reset_in_tx(tx, &self.0).await
    }
}

/// A code that isn't good, at `input.…`.
pub(super) fn wrong_code(field: &str) -> Violation {
    Violation::new(ErrorCode::Invalid, ["input", field], message!("code-wrong"))
}

/// There is no second factor to change.
pub(super) fn is_off() -> Violation {
    Violation::new::<&str>(ErrorCode::Locked, [], message!("second-factor-off"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_however_they_are_typed() {
        for (typed, read) in [
            (" 123 456 ", "123456"),
            ("ABCD-efgh-jkmn-pqrs", "abcdefghjkmnpqrs"),
            ("oOlI-0011", "00110011"),
        ] {
            assert_eq!(normalized(typed).as_deref(), Some(read));
        }
        assert_eq!(normalized(&"1".repeat(65)), None);
    }
}

//! Writing accounts, inside the caller's transaction: what the staff's and the clients' commands share.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, DbErr, SqlErr};

use super::{
    model::normalize_email,
    queries,
    security_events::{NewSecurityEvent, note_in_tx},
    sessions::{announce_end_in_tx, revoke_all_in_tx},
    tables::{account, security_event::SecurityEventKind, session::RevokedReason},
};
use platform::{
    actor::{AccountId, Actor, Locale, Role},
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    message, outbox, record,
};

/// An account to insert.
#[derive(Debug)]
pub struct NewAccount {
    /// The address to sign in with.
    pub email: String,
    /// The person's name.
    pub name: String,
    /// What it may do.
    pub role: Role,
    /// The language the person reads.
    pub locale: Locale,
    /// From [`super::hash_password`].
    pub password_hash: String,
    /// Set when the password is temporary.
    pub temporary_password_expires_at: Option<DateTime<Utc>>,
}

const EMAIL: [&str; 2] = ["input", "email"];

/// Inserts an account, unless a living one has the address.
///
/// # Errors
/// TAKEN at `input.email`.
pub async fn insert_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    new: NewAccount,
) -> Result<account::Model, CommandError> {
    check_email_free_in_tx(tx, &new.email, None, &EMAIL).await?;
    let row = account::ActiveModel {
        id: Set(AccountId::generate(tx.now())),
        email_normalized: Set(normalize_email(&new.email)),
        email: Set(new.email),
        name: Set(new.name),
        role: Set(new.role),
        locale: Set(new.locale),
        password_hash: Set(new.password_hash),
        must_change_password: Set(new.temporary_password_expires_at.is_some()),
        temporary_password_expires_at: Set(new.temporary_password_expires_at),
        disabled_at: Set(None),
        ..Default::default()
    };
    record::insert::<account::Entity, _>(tx, actor, row)
        .await
        .map_err(|error| taken_or_internal(error, &EMAIL))
}

/// Shuts an account out: it can't sign in, its sessions end, its streams close within seconds, and messages that wait for it
/// are not sent.
///
/// # Errors
/// When the database refuses.
pub async fn disable_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
) -> Result<account::Model, DbErr> {
    let disabled = set_disabled_in_tx(tx, actor, account, Some(tx.now())).await?;
    revoke_all_in_tx(tx, account.id, RevokedReason::AccountDisabled).await?;
    outbox::cancel_all_in_tx(tx, account.id).await?;
    announce_end_in_tx(tx, account.id).await?;
    Ok(disabled)
}

/// Lets an account sign in again.
///
/// # Errors
/// When the database refuses.
pub async fn enable_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
) -> Result<account::Model, DbErr> {
    set_disabled_in_tx(tx, actor, account, None).await
}

async fn set_disabled_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    account: &account::Model,
    disabled_at: Option<DateTime<Utc>>,
) -> Result<account::Model, DbErr> {
    let kind = match disabled_at {
        Some(_) => SecurityEventKind::AccountDisabled,
        None => SecurityEventKind::AccountEnabled,
    };
    if disabled_at.is_some() != account.disabled_at.is_some() {
        note_in_tx(tx, NewSecurityEvent::of(account.id, kind).by(actor));
    }
    let changes = account::ActiveModel {
        disabled_at: Set(disabled_at),
        ..Default::default()
    };
    record::update::<account::Entity, _>(tx, actor, account, changes).await
}

/// Checks that no other living account has the address.
///
/// # Errors
/// TAKEN at `field`.
pub async fn check_email_free_in_tx(
    tx: &WriteTx,
    email: &str,
    except: Option<AccountId>,
    field: &[&str],
) -> Result<(), CommandError> {
    match queries::living_account_by_email(tx.conn(), &normalize_email(email)).await? {
        Some(other) if Some(other.id) != except => Err(email_taken(field).into()),
        _ => Ok(()),
    }
}

/// On PostgreSQL two transactions may both find an address free: the index lets one of them in.
#[must_use]
pub fn taken_or_internal(error: DbErr, field: &[&str]) -> CommandError {
    match error.sql_err() {
        Some(SqlErr::UniqueConstraintViolation(_)) => email_taken(field).into(),
        _ => error.into(),
    }
}

fn email_taken(field: &[&str]) -> Violation {
    Violation::new(ErrorCode::Taken, field.iter().copied(), message!("email-taken"))
}

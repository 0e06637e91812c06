//! Opening and ending sessions, inside the caller's transaction.
//!
//! The end of a session is a control row of the event log, so that every instance closes its streams at once.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait,
    QueryFilter, sea_query::Expr,
};
use secrecy::SecretString;
use serde_json::json;

use super::{
    tables::{
        password_reset,
        session::{self, RevokedReason},
    },
    tokens::{self, RefreshToken},
};
use platform::{
    actor::{AccountId, SessionId},
    ctx::Ctx,
    db::write_tx,
    db::{Db, WriteTx},
    events::{self, EventKind, NewEvent},
    text::one_line,
};

/// Control row: the session in `{"session": "ses_…"}` has ended.
pub const SESSION_REVOKED: EventKind = EventKind::new("SessionRevoked");
/// Control row: the session in `{"session": "ses_…"}` goes on with new tokens, and what the former ones opened ends.
pub const TOKENS_REPLACED: EventKind = EventKind::new("TokensReplaced");
/// Control row: the account in `{"account": "acc_…"}` was disabled or deleted, and all its sessions with it.
pub const ACCOUNT_DISABLED: EventKind = EventKind::new("AccountDisabled");

const MAX_DEVICE_NAME_LENGTH: usize = 100;

/// What a signed-in device holds.
#[derive(Debug, Clone)]
pub struct SessionTokens {
    /// The session.
    pub session: SessionId,
    /// What the person calls the device, when it is new.
    pub device_name: Option<String>,
    /// For `Authorization: Bearer`.
    pub access_token: SecretString,
    /// When it runs out.
    pub access_token_expires_at: DateTime<Utc>,
    /// For `refreshSession`, good once.
    pub refresh_token: SecretString,
    /// When it runs out, unless it is used before.
    pub refresh_token_expires_at: DateTime<Utc>,
}

/// Opens a session.
pub(super) async fn open_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: AccountId,
    device_name: Option<&str>,
) -> anyhow::Result<SessionTokens> {
    let id = SessionId::generate(tx.now());
    let refresh = RefreshToken::first(id);
    let expires_at = tx.now() + ctx.config.jwt.refresh_token_lifetime;
    let device_name = device_name
        .map(one_line)
        .map(|name| name.chars().take(MAX_DEVICE_NAME_LENGTH).collect::<String>())
        .filter(|name| !name.is_empty());
    session::ActiveModel {
        id: Set(id),
        account_id: Set(account),
        device_name: Set(device_name.clone()),
        created_at: Set(tx.now()),
        last_seen_at: Set(tx.now()),
        expires_at: Set(expires_at),
        revoked_at: Set(None),
        revoked_reason: Set(None),
        refresh_hash: Set(refresh.hash()),
        previous_refresh_hash: Set(None),
        refreshed_at: Set(tx.now()),
        tokens_from: Set(None),
    }
    .insert(tx.conn())
    .await?;
    let tokens = tokens_of(ctx, tx.now(), account, &refresh, expires_at)?;
    Ok(SessionTokens {
        device_name,
        ..tokens
    })
}

/// The tokens to hand out for a session whose present refresh token is `refresh`.
pub(super) fn tokens_of(
    ctx: &Ctx,
    now: DateTime<Utc>,
    account: AccountId,
    refresh: &RefreshToken,
    refresh_expires_at: DateTime<Utc>,
) -> anyhow::Result<SessionTokens> {
    let (access_token, access_token_expires_at) = tokens::issue_access(
        &ctx.keys,
        now,
        ctx.config.jwt.access_token_lifetime,
        account,
        refresh.session(),
    )?;
    Ok(SessionTokens {
        session: refresh.session(),
        device_name: None,
        access_token,
        access_token_expires_at,
        refresh_token: refresh.encode(&ctx.keys),
        refresh_token_expires_at: refresh_expires_at,
    })
}

/// Ends the sessions that match and are not over yet, and tells the feed of each.
pub(super) async fn revoke_in_tx(
    tx: &WriteTx,
    which: Condition,
    reason: RevokedReason,
) -> Result<Vec<SessionId>, DbErr> {
    let ended = session::Entity::update_many()
        .filter(session::Column::RevokedAt.is_null())
        .filter(which)
        .col_expr(session::Column::RevokedAt, Expr::value(tx.now()))
        .col_expr(session::Column::RevokedReason, Expr::value(reason))
        .exec_with_returning(tx.conn())
        .await?;
    for session in &ended {
        // A session past its time has no streams left to close.
        if session.expires_at > tx.now() {
            events::append_in_tx(
                tx,
                NewEvent::control(SESSION_REVOKED, json!({ "session": session.id })),
            );
        }
    }
    Ok(ended.into_iter().map(|session| session.id).collect())
}

/// Ends the streams and sockets that a session's former tokens opened.
pub(super) fn announce_new_tokens_in_tx(tx: &WriteTx, session: SessionId) {
    let replaced = NewEvent::control(TOKENS_REPLACED, json!({ "session": session }));
    events::append_in_tx(tx, replaced);
}

/// Ends the streams and sockets of an account whose rights are others now; those who may still ask open new ones with the token
/// that they have.
///
/// # Errors
/// When the database refuses.
pub async fn announce_new_rights_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    let living = session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(tx.now()));
    for session in living.all(tx.conn()).await? {
        announce_new_tokens_in_tx(tx, session.id);
    }
    Ok(())
}

/// After a backup was restored: ends every session, and forgets the links to new passwords. What people ended since the
/// backup was made would otherwise be back. No server runs, so there are no streams to close.
///
/// # Errors
/// When the database refuses.
pub async fn end_all_after_restore(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<(), DbErr> {
    session::Entity::update_many()
        .filter(session::Column::RevokedAt.is_null())
        .col_expr(session::Column::RevokedAt, Expr::value(now))
        .col_expr(
            session::Column::RevokedReason,
            Expr::value(RevokedReason::Restored),
        )
        .exec(conn)
        .await?;
    password_reset::Entity::delete_many().exec(conn).await?;
    Ok(())
}

/// Ends all sessions of an account.
///
/// # Errors
/// When the database refuses.
pub async fn revoke_all_in_tx(tx: &WriteTx, account: AccountId, reason: RevokedReason) -> Result<(), DbErr> {
    revoke_in_tx(
        tx,
        Condition::all().add(session::Column::AccountId.eq(account)),
        reason,
    )
    .await?;
    Ok(())
}

/// Tells the feed that an account can no longer see anything.
///
/// # Errors
/// When the database refuses.
pub async fn announce_end_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    events::append_in_tx(
        tx,
        NewEvent::control(ACCOUNT_DISABLED, json!({ "account": account })),
    );
    Ok(())
}

/// How long an ended session is remembered: a stolen token that comes later finds nothing, which ends nothing.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(30);

/// Forgets sessions that ended long ago.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = session::Entity::delete_many()
            .filter(session::Column::ExpiresAt.lt(now - REMEMBERED_FOR))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

//! Reads of accounts and sessions.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect,
};

use super::{
    authenticate::{client_id, living_sessions},
    second_factor as factors,
    tables::{account, second_factor, session},
};
use platform::{
    actor::{AccountId, Actor, ClientId, Role, SessionId},
    ctx::Ctx,
};

/// A living account by the address it signs in with, in lower case.
///
/// # Errors
/// When the database refuses.
pub async fn living_account_by_email(
    conn: &impl ConnectionTrait,
    email_normalized: &str,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::EmailNormalized.eq(email_normalized))
        .filter(account::Column::DeletedAt.is_null())
        .one(conn)
        .await
}

/// A living account.
///
/// # Errors
/// When the database refuses.
pub async fn account_by_id(
    conn: &impl ConnectionTrait,
    id: AccountId,
) -> Result<Option<account::Model>, DbErr> {
    account::Entity::find_by_id(id)
        .filter(account::Column::DeletedAt.is_null())
        .one(conn)
        .await
}

/// Accounts, deleted ones too: who did something stays who did it.
///
/// # Errors
/// When the database refuses.
pub async fn accounts_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = AccountId>,
) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::Id.is_in(ids))
        .all(conn)
        .await
}

/// Sessions shown of one account at most.
pub(super) const MAX_SHOWN: u64 = 100;

/// The caller's sessions that are good now, the latest used first, [`MAX_SHOWN`] at most.
///
/// # Errors
/// When the database refuses.
pub async fn sessions_of(ctx: &Ctx, actor: &Actor) -> Result<Vec<session::Model>, DbErr> {
    let Some(account) = actor.account_id() else {
        return Ok(Vec::new());
    };
    session::Entity::find()
        .filter(session::Column::AccountId.eq(account))
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(ctx.clock.now()))
        .order_by_desc(session::Column::LastSeenAt)
        .order_by_desc(session::Column::Id)
        .limit(MAX_SHOWN)
        .all(ctx.db.reader())
        .await
}

/// What the live feed must know of a session to judge what it may see.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct SessionAccess {
    /// The session.
    pub session_id: SessionId,
    /// Its account.
    pub account_id: AccountId,
    /// What the account may do.
    pub role: Role,
    /// Its client profile.
    pub client_id: Option<ClientId>,
    /// Nothing may be shown until the temporary password is replaced.
    pub must_change_password: bool,
    /// Since when the account has a second factor, which may be asked for.
    pub second_factor_since: Option<DateTime<Utc>>,
}

/// Which of `sessions` are good at `now`, and whose they are; the others are absent. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn session_access(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    sessions: impl IntoIterator<Item = SessionId>,
) -> Result<Vec<SessionAccess>, DbErr> {
    living_sessions(now)
        .filter(session::Column::Id.is_in(sessions))
        .select_only()
        .column_as(session::Column::Id, "session_id")
        .column(session::Column::AccountId)
        .column(account::Column::Role)
        .expr_as(client_id(), "client_id")
        .column(account::Column::MustChangePassword)
        .column_as(second_factor::Column::ConfirmedAt, "second_factor_since")
        .into_model::<SessionAccess>()
        .all(conn)
        .await
}

/// Living accounts of those who work for the company and can sign in, the longest-serving first.
///
/// # Errors
/// When the database refuses.
pub async fn living_staff(conn: &impl ConnectionTrait) -> Result<Vec<account::Model>, DbErr> {
    account::Entity::find()
        .filter(account::Column::Role.is_in([Role::Staff, Role::Admin]))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::DisabledAt.is_null())
        .order_by_asc(account::Column::CreatedAt)
        .order_by_asc(account::Column::Id)
        .all(conn)
        .await
}

/// Whether there are living accounts of other addresses than these.
///
/// # Errors
/// When the database refuses.
pub async fn has_others(conn: &impl ConnectionTrait, addresses: &[&str]) -> Result<bool, DbErr> {
    let other = account::Entity::find()
        .filter(account::Column::EmailNormalized.is_not_in(addresses.iter().copied()))
        .filter(account::Column::DeletedAt.is_null());
    Ok(other.one(conn).await?.is_some())
}

/// Those of these addresses that somebody can sign in with.
///
/// # Errors
/// When the database refuses.
pub async fn open_addresses(conn: &impl ConnectionTrait, addresses: &[&str]) -> Result<Vec<String>, DbErr> {
    account::Entity::find()
        .select_only()
        .column(account::Column::EmailNormalized)
        .filter(account::Column::EmailNormalized.is_in(addresses.iter().copied()))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::DisabledAt.is_null())
        .order_by_asc(account::Column::EmailNormalized)
        .into_tuple()
        .all(conn)
        .await
}

/// Whether somebody of the staff is still signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StaffSession {
    /// The session is good, and its account works for the company.
    Good(AccountId),
    /// It ended, or its account is no longer of the staff.
    Over,
}

/// Whether `session` is a good one of the staff now: for what outlives the request that was allowed it. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn staff_session(ctx: &Ctx, session: SessionId) -> Result<StaffSession, DbErr> {
    let found = session_access(ctx.db.reader(), ctx.clock.now(), [session]).await?;
    let required = ctx.config.require_totp;
    let good = found.iter().find(|it| {
        matches!(it.role, Role::Staff | Role::Admin)
            && !it.must_change_password
            && (it.second_factor_since.is_some() || !required.covers(it.role))
    });
    Ok(good.map_or(StaffSession::Over, |it| StaffSession::Good(it.account_id)))
}

/// The second factor of somebody who is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SecondFactor {
    /// Since when signing in asks for it.
    pub since: DateTime<Utc>,
    /// Recovery codes that have not been used.
    pub recovery_codes_left: u64,
}

/// The second factor of an account, if it signs in with one.
///
/// # Errors
/// When the database refuses.
pub async fn second_factor_of(
    conn: &impl ConnectionTrait,
    account: AccountId,
) -> Result<Option<SecondFactor>, DbErr> {
    let Some(since) = factors::of(conn, account).await?.and_then(|it| it.confirmed_at) else {
        return Ok(None);
    };
    Ok(Some(SecondFactor {
        since,
        recovery_codes_left: factors::recovery_codes_left(conn, account).await?,
    }))
}

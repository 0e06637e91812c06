//! From an access token to an [`Actor`]: for each HTTP request and each WebSocket's start, in one statement.

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, FromQueryResult, JoinType, QueryFilter, QuerySelect, QueryTrait,
    Select,
    sea_query::{Alias, Expr, ExprTrait, SimpleExpr},
};

use super::{
    tables::{account, second_factor, session},
    tokens::{self, AccessTokenError},
};
use platform::{
    actor::{Account, AccountId, Actor, ClientId, Locale, Role, SessionId},
    config::RequireTotp,
    ctx::Ctx,
};

/// Who a bearer is, and until when the token that says so is good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authenticated {
    /// Who is calling.
    pub actor: Actor,
    /// When the access token runs out; `None` for visitors.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Why a bearer is refused. Over HTTP all but [`AuthError::Internal`] are 401; a WebSocket answers 4403 to
/// [`AuthError::Expired`], so that its client reconnects with a fresh token, and 4401 to the others.
#[derive(Debug, thiserror::Error)]
pub enum AuthError {
    /// The access token's time is over: refresh the session.
    #[error("the access token has expired")]
    Expired,
    /// Not a token of ours.
    #[error("the access token is invalid")]
    Invalid,
    /// The session was ended, or the account disabled or deleted.
    #[error("the session has ended")]
    Revoked,
    /// Our own fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

impl From<AccessTokenError> for AuthError {
    fn from(error: AccessTokenError) -> Self {
        match error {
            AccessTokenError::Expired => Self::Expired,
            AccessTokenError::Invalid => Self::Invalid,
        }
    }
}

#[derive(Debug, FromQueryResult)]
struct Found {
    account_id: AccountId,
    role: Role,
    must_change_password: bool,
    locale: Locale,
    name: String,
    email: String,
    client_id: Option<ClientId>,
    second_factor_since: Option<DateTime<Utc>>,
    tokens_from: Option<DateTime<Utc>>,
}

/// Says who sent `bearer`, the access token without the word "Bearer"; nobody is [`Actor::Anonymous`].
///
/// # Errors
/// [`AuthError`].
pub async fn authenticate(ctx: &Ctx, bearer: Option<&str>) -> Result<Authenticated, AuthError> {
    let Some(bearer) = bearer else {
        return Ok(Authenticated {
            actor: Actor::Anonymous,
            expires_at: None,
        });
    };
    let now = ctx.clock.now();
    let claims = tokens::read_access(&ctx.keys, now, bearer)?;
    let found = find_living(ctx, claims.sid, now)
        .await
        .map_err(anyhow::Error::from)?
        .filter(|found| found.account_id == claims.sub)
        .ok_or(AuthError::Revoked)?;
    // The password was changed since: whoever changed it has newer tokens.
    if found
        .tokens_from
        .is_some_and(|from| claims.issued_at() < from.timestamp())
    {
        return Err(AuthError::Expired);
    }
    Ok(Authenticated {
        expires_at: Some(claims.expires_at()),
        actor: found.actor(claims.sid, ctx.config.require_totp),
    })
}

impl Found {
    fn actor(self, session: SessionId, require_totp: RequireTotp) -> Actor {
        Actor::Account(Box::new(Account {
            id: self.account_id,
            session,
            role: self.role,
            client: self.client_id,
            must_change_password: self.must_change_password,
            must_set_up_totp: self.second_factor_since.is_none() && require_totp.covers(self.role),
            locale: self.locale,
            name: self.name,
            email: self.email,
        }))
    }
}

/// Whoever is signed in with `session` now: for URLs that carry their own right. Nobody when it has ended, and nobody as
/// long as a temporary password is to be replaced or a second factor to be set up. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn actor_of_session(ctx: &Ctx, session: SessionId) -> Result<Option<Actor>, sea_orm::DbErr> {
    let found = find_living(ctx, session, ctx.clock.now()).await?;
    let actor = found.map(|found| found.actor(session, ctx.config.require_totp));
    Ok(actor.filter(|actor| {
        let account = actor.account();
        account.is_some_and(|it| !it.must_change_password && !it.must_set_up_totp)
    }))
}

async fn find_living(
    ctx: &Ctx,
    session: SessionId,
    now: DateTime<Utc>,
) -> Result<Option<Found>, sea_orm::DbErr> {
    living_sessions(now)
        .filter(session::Column::Id.eq(session))
        .select_only()
        .column(session::Column::AccountId)
        .column(session::Column::TokensFrom)
        .column(account::Column::Role)
        .column(account::Column::MustChangePassword)
        .column(account::Column::Locale)
        .column(account::Column::Name)
        .column(account::Column::Email)
        .expr_as(client_id(), "client_id")
        .column_as(second_factor::Column::ConfirmedAt, "second_factor_since")
        .into_model::<Found>()
        .one(ctx.db.reader())
        .await
}

/// The feature `clients` stands on this one, so its table is joined by name.
const CLIENTS: &str = "clients";

/// Sessions that are good at `now`, joined with their account, its client and its second factor, if it has them.
pub(super) fn living_sessions(now: DateTime<Utc>) -> Select<session::Entity> {
    let client = |column: &str| Expr::col((Alias::new(CLIENTS), Alias::new(column)));
    let mut sessions = session::Entity::find()
        .filter(session::Column::RevokedAt.is_null())
        .filter(session::Column::ExpiresAt.gt(now))
        .filter(account::Column::DeletedAt.is_null())
        .filter(account::Column::DisabledAt.is_null());
    QueryTrait::query(&mut sessions)
        .join(
            JoinType::InnerJoin,
            account::Entity,
            session::Column::AccountId
                .into_expr()
                .equals(account::Column::Id.as_column_ref()),
        )
        .join(
            JoinType::LeftJoin,
            second_factor::Entity,
            second_factor::Column::AccountId
                .into_expr()
                .equals(account::Column::Id.as_column_ref()),
        )
        .join(
            JoinType::LeftJoin,
            Alias::new(CLIENTS),
            Condition::all()
                .add(client("account_id").equals(account::Column::Id.as_column_ref()))
                .add(client("deleted_at").is_null()),
        );
    sessions
}

/// The id of the client that [`living_sessions`] joined.
pub(super) fn client_id() -> SimpleExpr {
    Expr::col((Alias::new(CLIENTS), Alias::new("id")))
}

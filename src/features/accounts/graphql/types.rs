//! Accounts as others see them, sessions, tokens.

use async_graphql::{Context, ID, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;

use super::loaders::AccountLoader;
use crate::features::accounts::{SessionTokens, StoredAccount, StoredSession};
use platform::{
    actor::{AccountId, SessionId},
    graphql::{ContextExt, CookieChange, Role, SessionCookie, internal},
};

/// Whoever did something: a person with an account. For staff.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Actor")]
pub struct GqlActor {
    /// The account's id (`acc_…`).
    pub id: ID,
    /// The person's name.
    pub name: String,
    /// What the account may do today.
    pub role: Role,
}

impl From<StoredAccount> for GqlActor {
    fn from(account: StoredAccount) -> Self {
        Self {
            id: account.id.to_string().into(),
            name: account.name,
            role: account.role.into(),
        }
    }
}

/// An account by id, batched with the other look-ups of the operation.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn account(ctx: &Context<'_>, id: AccountId) -> Result<Option<StoredAccount>> {
    ctx.loader::<AccountLoader>().load_one(id).await.map_err(internal)
}

/// Who did something, for `createdBy` and its like; null when it was the server itself. Put
/// `guard = "Allow::staff()"` on the field.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn actor_of(ctx: &Context<'_>, id: Option<AccountId>) -> Result<Option<GqlActor>> {
    match id {
        Some(id) => Ok(account(ctx, id).await?.map(GqlActor::from)),
        None => Ok(None),
    }
}

/// The tokens of a session.
#[derive(SimpleObject)]
#[graphql(name = "SessionTokens")]
pub struct GqlSessionTokens {
    /// Send it as `Authorization: Bearer …`, and as `accessToken` in a WebSocket's `connection_init`.
    pub access_token: String,
    /// When the access token runs out; refresh before that.
    pub access_token_expires_at: DateTime<Utc>,
    /// Trade it for new tokens with `refreshSession`. Good once: keep the new one before you use it. Within a minute,
    /// if the answer was lost, the same token may be sent again and gets the same answer. Empty where a browser keeps it in
    /// a cookie (`LoginInput.cookie`).
    pub refresh_token: String,
    /// When the session ends unless it is refreshed before.
    pub refresh_token_expires_at: DateTime<Utc>,
}

impl From<SessionTokens> for GqlSessionTokens {
    fn from(tokens: SessionTokens) -> Self {
        Self {
            access_token: tokens.access_token.expose_secret().to_owned(),
            access_token_expires_at: tokens.access_token_expires_at,
            refresh_token: tokens.refresh_token.expose_secret().to_owned(),
            refresh_token_expires_at: tokens.refresh_token_expires_at,
        }
    }
}

impl GqlSessionTokens {
    /// Moves the refresh token into the browser's cookie.
    pub fn kept_in(mut self, cookie: &SessionCookie) -> Self {
        let token = std::mem::take(&mut self.refresh_token);
        cookie.change(CookieChange::Keep(token.into(), self.refresh_token_expires_at));
        self
    }
}

/// A signed-in device of the caller.
#[derive(Debug)]
pub struct GqlSession {
    /// The row.
    pub stored: StoredSession,
    /// The session that asks.
    pub current: SessionId,
}

/// A signed-in device of the caller.
#[Object(name = "Session")]
impl GqlSession {
    /// The session's id (`ses_…`), for `revokeSession`.
    async fn id(&self) -> ID {
        self.stored.id.to_string().into()
    }

    /// What the person called the device when signing in.
    async fn device_name(&self) -> Option<&str> {
        self.stored.device_name.as_deref()
    }

    /// When the device signed in.
    async fn created_at(&self) -> DateTime<Utc> {
        self.stored.created_at
    }

    /// When the device last took new tokens.
    async fn last_seen_at(&self) -> DateTime<Utc> {
        self.stored.last_seen_at
    }

    /// When it ends unless it is refreshed before.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.stored.expires_at
    }

    /// Whether it is the one that asks.
    async fn is_current(&self) -> bool {
        self.stored.id == self.current
    }
}

//! Taking new tokens with a refresh token.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QuerySelect};
use secrecy::SecretString;

use super::super::{
    queries,
    sessions::{self, SessionTokens},
    tables::session::{self, RevokedReason},
    tokens::RefreshToken,
};
use crate::platform::{
    ctx::Ctx,
    error::{CommandError, ErrorCode, Violation},
};

/// How long a refresh token may come again, when the answer to its first use was lost on the way.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// Trades a refresh token for the next one and a fresh access token. A token that was traded before ends its
/// session, since one of its two bearers is a thief; but within a minute, and while the successor is unused, it
/// gets that same successor again.
///
/// # Errors
/// EXPIRED, whatever is wrong with the token.
pub async fn refresh_session(ctx: &Ctx, refresh_token: &SecretString) -> Result<SessionTokens, CommandError> {
    let now = ctx.clock.now();
    let token = RefreshToken::decode(&ctx.keys, refresh_token).ok_or_else(over)?;
    let tx = ctx.db.begin_write(now).await?;
    let stored = session::Entity::find_by_id(token.session())
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .filter(|stored| stored.revoked_at.is_none() && stored.expires_at > now)
        .ok_or_else(over)?;
    let account = queries::account_by_id(tx.conn(), stored.account_id)
        .await?
        .filter(|account| account.disabled_at.is_none())
        .ok_or_else(over)?;
    let hash = token.hash();
    if hash == stored.refresh_hash {
        let successor = token.successor(&ctx.keys);
        let expires_at = now + ctx.config.jwt.refresh_token_lifetime;
        session::ActiveModel {
            id: Set(stored.id),
            refresh_hash: Set(successor.hash()),
            previous_refresh_hash: Set(Some(hash)),
            refreshed_at: Set(now),
            last_seen_at: Set(now),
            expires_at: Set(expires_at),
            ..Default::default()
        }
        .update(tx.conn())
        .await?;
        tx.commit().await?;
        return Ok(sessions::tokens_of(ctx, now, account.id, &successor, expires_at)?);
    }
    // The stored previous hash is replaced when the successor is used: a match means that it wasn't.
    let was_previous = stored.previous_refresh_hash.as_deref() == Some(hash.as_slice());
    if was_previous && now - stored.refreshed_at <= GRACE {
        let successor = token.successor(&ctx.keys);
        let tokens = sessions::tokens_of(ctx, now, account.id, &successor, stored.expires_at)?;
        return Ok(tokens);
    }
    let this = Condition::all().add(session::Column::Id.eq(stored.id));
    sessions::revoke_in_tx(&tx, this, RevokedReason::TokenReused).await?;
    tx.commit().await?;
    tracing::warn!(account = %account.id, session = %stored.id, "a refresh token was used twice: session ended");
    Err(over().into())
}

fn over() -> Violation {
    Violation::new(
        ErrorCode::Expired,
        ["input", "refreshToken"],
        "This session is over: sign in again.",
    )
}

//! Taking new tokens with a refresh token.

use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QuerySelect};
use secrecy::SecretString;

use super::super::{
    queries,
    security_events::{NewSecurityEvent, note_in_tx},
    sessions::{self, SessionTokens},
    tables::{
        security_event::SecurityEventKind,
        session::{self, RevokedReason},
    },
    tokens::RefreshToken,
};
use platform::{
    actor::{AccountId, SessionId},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
    remote::Remote,
};

/// How long a refresh token may come again, when the answer to its first use was lost on the way.
const GRACE: TimeDelta = TimeDelta::seconds(60);

/// Trades a refresh token for the next one and a fresh access token. A token that was traded before ends its
/// session, since one of its two bearers is a thief; but within a minute, and while the successor is unused, it
/// gets that same successor again.
///
/// # Errors
/// EXPIRED, whatever is wrong with the token.
pub async fn refresh_session(
    ctx: &Ctx,
    refresh_token: &SecretString,
    remote: &Remote,
) -> Result<SessionTokens, CommandError> {
    let token = RefreshToken::decode(&ctx.keys, refresh_token).ok_or_else(over)?;
    let refreshed: Result<_, CommandError> = write_tx!(ctx, |tx| {
        let now = tx.now();
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
            let tokens = sessions::tokens_of(ctx, now, account.id, &successor, expires_at)?;
            return Ok(Refreshed::Tokens(tokens));
        }
        // The stored previous hash is replaced when the successor is used: a match means that it wasn't.
        let was_previous = stored.previous_refresh_hash.as_deref() == Some(hash.as_slice());
        if was_previous && now - stored.refreshed_at <= GRACE {
            let successor = token
                .successor_kept_as(&ctx.keys, &stored.refresh_hash)
                .ok_or_else(over)?;
            let tokens = sessions::tokens_of(ctx, now, account.id, &successor, stored.expires_at)?;
            return Ok(Refreshed::Tokens(tokens));
        }
        let this = Condition::all().add(session::Column::Id.eq(stored.id));
        sessions::revoke_in_tx(tx, this, RevokedReason::TokenReused).await?;
        let event = NewSecurityEvent::of(account.id, SecurityEventKind::RefreshTokenReused);
        note_in_tx(tx, event.from(remote).in_session(stored.id));
        Ok(Refreshed::UsedTwice(account.id, stored.id))
    });
    match refreshed? {
        Refreshed::Tokens(tokens) => Ok(tokens),
        Refreshed::UsedTwice(account, session) => {
            tracing::warn!(%account, %session, "a refresh token was used twice: session ended");
            Err(over().into())
        }
    }
}

/// What became of a token that was known.
enum Refreshed {
    /// It goes on.
    Tokens(SessionTokens),
    /// It was used before: its session is over, which is written, not rolled back.
    UsedTwice(AccountId, SessionId),
}

fn over() -> Violation {
    Violation::new(
        ErrorCode::Expired,
        ["input", "refreshToken"],
        message!("session-over"),
    )
}

//! Purges what has expired: old events, idempotency keys, limiter buckets.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{ctx::Ctx, feed, idempotency, limiter, metrics};

/// What a feature purges besides; answers how many rows.
pub type Purge = fn(Ctx) -> BoxFuture<'static, anyhow::Result<u64>>;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Purges every hour until `stop`. Running on several instances at once does no harm.
pub async fn run(ctx: Ctx, stop: CancellationToken, features: &'static [Purge]) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = metrics::job("housekeeping", purge(&ctx, features)).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "housekeeping failed; trying again in an hour"
            );
        }
    }
}

/// Purges once.
///
/// # Errors
/// When the database refuses.
pub async fn purge(ctx: &Ctx, features: &[Purge]) -> anyhow::Result<()> {
    let now = ctx.clock.now();
    let events = feed::purge(&ctx.db, now).await?;
    let keys = idempotency::purge(&ctx.db, now).await?;
    let buckets = limiter::purge(&ctx.db, now).await?;
    let mut others = 0;
    for purge in features {
        others += purge(ctx.clone()).await?;
    }
    tracing::debug!(events, keys, buckets, others, "purged what has expired");
    Ok(())
}

//! Forgetting what has had its time: old events, idempotency keys, limiter buckets.

use std::time::Duration;

use futures_util::future::BoxFuture;
use tokio_util::sync::CancellationToken;

use super::{ctx::Ctx, feed, idempotency, limiter};

/// What a feature forgets besides; answers how many rows.
pub type Forget = fn(Ctx) -> BoxFuture<'static, anyhow::Result<u64>>;

/// How often.
const EVERY: Duration = Duration::from_secs(3600);

/// Forgets every hour until `stop`. Running on several instances at once does no harm.
pub async fn run(ctx: Ctx, stop: CancellationToken, features: &'static [Forget]) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
        if let Err(error) = forget(&ctx, features).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "housekeeping failed; trying again in an hour"
            );
        }
    }
}

/// Forgets once.
///
/// # Errors
/// When the database refuses.
pub async fn forget(ctx: &Ctx, features: &[Forget]) -> anyhow::Result<()> {
    let now = ctx.clock.now();
    let events = feed::purge(&ctx.db, now).await?;
    let keys = idempotency::purge(&ctx.db, now).await?;
    let buckets = limiter::purge(&ctx.db, now).await?;
    let mut others = 0;
    for forget in features {
        others += forget(ctx.clone()).await?;
    }
    tracing::debug!(events, keys, buckets, others, "forgot what has had its time");
    Ok(())
}

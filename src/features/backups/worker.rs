//! What makes the server's own backups, one a day, and says so when there has been none for too long.

use std::time::Duration;

use platform::{ctx::Ctx, storage::Storage};
use tokio_util::sync::CancellationToken;

use super::{alarm::raise_when_stale, work::make_when_due};

/// How often it is looked whether one is due.
const LOOK_EVERY: Duration = Duration::from_secs(10);
/// How often it is said that there has been none for too long.
const ALARM_EVERY: Duration = Duration::from_secs(60 * 60);

/// Makes backups when they are due, until `stop`. Without a recipient there is nothing to do but to say so.
pub async fn run(ctx: Ctx, storage: Storage, stop: CancellationToken) {
    if ctx.config.backup.recipients.is_empty() {
        if !ctx.config.debug {
            tracing::warn!("no backups are made: BACKUP_RECIPIENT isn't set (`belle-house backup keygen`)");
        }
        return;
    }
    let mut alarmed: Option<tokio::time::Instant> = None;
    loop {
        let done = tokio::select! {
            () = stop.cancelled() => return,
            done = make_when_due(&ctx, &storage) => done,
        };
        if let Err(error) = done {
            tracing::error!(
                error = format!("{error:#}"),
                "the backup failed; trying again in an hour"
            );
        }
        if alarmed.is_none_or(|at| at.elapsed() >= ALARM_EVERY) && is_late(&ctx).await {
            alarmed = Some(tokio::time::Instant::now());
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
    }
}

/// Says so where somebody looks, when nothing is proven that is young enough.
async fn is_late(ctx: &Ctx) -> bool {
    match raise_when_stale(ctx).await {
        Ok(false) => false,
        Ok(true) => {
            tracing::error!("no backup has been proven for a day and a half: see `belle-house doctor`");
            true
        }
        Err(error) => {
            tracing::warn!(
                error = format!("{error:#}"),
                "whether backups are made can't be seen; looking again"
            );
            false
        }
    }
}

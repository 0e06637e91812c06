//! What is looked up when Prometheus asks: from memory each time, from the database and the disk once in [`FRESH`], however
//! many ask.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use chrono::{DateTime, Utc};
use platform::{
    ctx::Ctx,
    disk, metrics,
    outbox::{self, Status},
};
use tokio::{sync::Mutex, time::Instant};

use crate::{
    features::{
        backups::{self, Standing},
        feed::FeedHub,
    },
    http::{caps::Full, graphql::Endpoint},
};

/// For how long what was read counts as read now.
const FRESH: Duration = Duration::from_secs(5);
/// What takes longer isn't known.
const PATIENCE: Duration = Duration::from_secs(2);

/// Reads gauges. Cheap to clone.
#[derive(Clone)]
pub struct Gauges(Arc<Parts>);

struct Parts {
    ctx: Ctx,
    endpoint: Endpoint,
    feed: FeedHub,
    /// When database and disk were last looked at.
    looked: Mutex<Option<Instant>>,
}

impl Gauges {
    /// Those of this instance.
    #[must_use]
    pub fn new(ctx: Ctx, endpoint: Endpoint, feed: FeedHub) -> Self {
        let began = ctx.clock.now();
        metrics::START_TIME.set(Some(seconds_since(DateTime::UNIX_EPOCH, began)), []);
        for load in ctx.db.load() {
            metrics::SQL_TIMEOUTS.add(0, [load.pool]);
        }
        for cap in endpoint.caps().all() {
            for whose in [Full::Process, Full::Address, Full::Account] {
                metrics::PLACES_REFUSED.add(0, [cap.kind(), whose.label()]);
            }
        }
        Self(Arc::new(Parts {
            ctx,
            endpoint,
            feed,
            looked: Mutex::new(None),
        }))
    }

    /// Sets each to what it is now.
    pub async fn read(&self) {
        let parts = &*self.0;
        for load in parts.ctx.db.load() {
            metrics::SQL_BUSY.set(Some(f64::from(load.busy)), [load.pool]);
            metrics::SQL_MAX.set(Some(f64::from(load.max)), [load.pool]);
        }
        for cap in parts.endpoint.caps().all() {
            let (taken, most) = cap.load();
            metrics::PLACES_TAKEN.set(Some(number(taken)), [cap.kind()]);
            metrics::PLACES_MAX.set(Some(number(most)), [cap.kind()]);
        }
        metrics::WEBSOCKETS.set(Some(number(parts.endpoint.open_sockets())), []);
        metrics::SUBSCRIBERS.set(Some(number(parts.feed.subscriber_count())), []);
        metrics::FEED_VERIFIED.set(Some(truth(parts.feed.is_verified())), []);
        metrics::WRITES_SEEN.set(Some(truth(parts.endpoint.writes_are_seen())), []);
        metrics::RESIDENT.set(resident_bytes(), []);
        // Held while it is looked: who asks meanwhile waits, and takes what was found.
        let mut looked = parts.looked.lock().await;
        if looked.is_none_or(|at| at.elapsed() >= FRESH) {
            parts.look_at_database().await;
            look_at_disk(parts.ctx.config.data_dir.clone()).await;
            *looked = Some(Instant::now());
        }
    }
}

impl Parts {
    async fn look_at_database(&self) {
        let look = async {
            let backlog = outbox::backlog(self.ctx.db.reader()).await?;
            let behind = self.feed.oldest_undelivered().await?;
            let backups = backups::standing(&self.ctx).await?;
            Ok::<_, sea_orm::DbErr>((backlog, behind, backups))
        };
        let found = match tokio::time::timeout(PATIENCE, look).await {
            Ok(Ok(found)) => Some(found),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the database could not be looked at for metrics");
                None
            }
            Err(_) => {
                tracing::warn!("the database did not answer in time for metrics");
                None
            }
        };
        let now = self.ctx.clock.now();
        metrics::DATABASE_UP.set(Some(truth(found.is_some())), []);
        set_backups(found.as_ref().and_then(|(_, _, backups)| *backups));
        let Some((backlog, behind, _)) = found else {
            // What was true some time ago must not look as if it still were.
            metrics::FEED_BEHIND.set(None, []);
            for channel in [outbox::Channel::Push, outbox::Channel::Email] {
                metrics::OUTBOX_OLDEST.set(None, [channel.label()]);
                for state in ["pending", "dead"] {
                    metrics::OUTBOX_MESSAGES.set(None, [channel.label(), state]);
                }
            }
            return;
        };
        metrics::FEED_BEHIND.set(Some(behind.map_or(0.0, |at| seconds_since(at, now))), []);
        for part in backlog {
            let is_dead = part.status == Status::Dead;
            let state = if is_dead { "dead" } else { "pending" };
            // At most 10,000.
            let messages = u32::try_from(part.messages).map(f64::from).ok();
            metrics::OUTBOX_MESSAGES.set(messages, [part.channel.label(), state]);
            if !is_dead {
                let age = part.oldest.map_or(0.0, |at| seconds_since(at, now));
                metrics::OUTBOX_OLDEST.set(Some(age), [part.channel.label()]);
            }
        }
    }
}

/// Without one that is proven it is as if the last were from 1970: the alarm is the same.
fn set_backups(standing: Option<Standing>) {
    let proven_at = standing.map(|it| {
        it.proven_at
            .map_or(0.0, |at| seconds_since(DateTime::UNIX_EPOCH, at))
    });
    metrics::BACKUP_PROVEN.set(proven_at, []);
    metrics::BACKUP_FAILED.set(standing.map(|it| truth(it.has_failed)), []);
}

/// A network's file system may hang: it is waited for as the database is, and on a thread of its own.
async fn look_at_disk(folder: PathBuf) {
    let look = tokio::task::spawn_blocking(move || disk::room(&folder));
    let room = tokio::time::timeout(PATIENCE, look).await;
    let room = room.ok().and_then(Result::ok).flatten();
    metrics::DISK_FREE.set(room.map(|room| bytes(room.free)), []);
    metrics::DISK_SIZE.set(room.map(|room| bytes(room.size)), []);
}

/// Linux says so in kilobytes; elsewhere it isn't known.
fn resident_bytes() -> Option<f64> {
    let status = std::fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u32 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(f64::from(kilobytes) * 1024.0)
}

fn seconds_since(at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    (now - at).to_std().unwrap_or_default().as_secs_f64()
}

fn truth(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

fn number(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Exact up to nine petabytes.
fn bytes(count: u64) -> f64 {
    const UNIT: f64 = 4_294_967_296.0;
    let (high, low) = ((count >> 32) as u32, (count & u64::from(u32::MAX)) as u32);
    f64::from(high).mul_add(UNIT, f64::from(low))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_whole() {
        assert!(bytes(0).abs() < 0.5);
        assert!((bytes(5_000_000_001) - 5_000_000_001.0).abs() < 0.5);
        let (at, now) = (
            DateTime::UNIX_EPOCH,
            DateTime::UNIX_EPOCH + chrono::TimeDelta::milliseconds(1500),
        );
        assert!((seconds_since(at, now) - 1.5).abs() < 1e-9);
        assert!(
            seconds_since(now, at).abs() < 1e-9,
            "clocks that differ don't go below zero"
        );
        if cfg!(target_os = "linux") {
            assert!(resident_bytes().unwrap() > 1e6);
        }
    }
}

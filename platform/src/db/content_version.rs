//! How often what visitors see has changed, and how sure this instance is of it: what cached answers are valid by.
//!
//! A transaction that changes a record marked as shown to visitors (`record_entity!(…, shown to visitors)`) bumps one
//! row right before its commit: last, so that this row's lock is held for a moment and never waits behind another. The
//! instance that committed knows at once. The others hear of it by NOTIFY, and look by themselves every 300 ms; who
//! could not look for a second trusts no cached answer. What is published by its date changes without a write: a generation
//! also ends when the next date has come.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use tokio::{sync::Notify, time::Instant};
use tokio_util::sync::CancellationToken;

use super::Db;
use crate::clock::SharedClock;

/// The channel of the NOTIFY.
pub const CHANNEL: &str = "belle_house_public";
/// How often an instance looks without being told.
const POLL_EVERY: Duration = Duration::from_millis(300);
/// How long what it saw counts.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// Says when something is published next by itself, after the given moment.
pub type Schedule =
    Arc<dyn Fn(Db, DateTime<Utc>) -> BoxFuture<'static, Result<Option<DateTime<Utc>>, DbErr>> + Send + Sync>;

/// A stretch of time in which nothing changes for visitors, as far as this instance knows. Generations are never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Generation(u64);

/// What this instance knows.
#[derive(Debug)]
pub struct ContentVersion {
    known: Mutex<Known>,
    /// Something changed, here or elsewhere: the worker should look.
    changed: Notify,
}

#[derive(Debug)]
struct Known {
    version: i64,
    generation: u64,
    /// Until when the generation lasts by itself; `None` while that isn't known.
    until: Option<Until>,
    /// The latest moment of which `version` is known to have been true.
    verified_at: Option<Instant>,
    /// When this instance last committed a bump.
    raised_at: Option<Instant>,
}

#[derive(Debug, Clone, Copy)]
enum Until {
    Written,
    Due(DateTime<Utc>),
}

impl Default for ContentVersion {
    fn default() -> Self {
        Self {
            known: Mutex::new(Known {
                version: 0,
                generation: 0,
                until: None,
                verified_at: None,
                raised_at: None,
            }),
            changed: Notify::new(),
        }
    }
}

impl Known {
    fn next_generation(&mut self) {
        self.generation += 1;
        self.until = None;
    }
}

impl ContentVersion {
    /// The present generation; `None` when that can't be known, so that no cached answer may be given. An answer that is
    /// computed after this was called may be kept for this generation.
    #[must_use]
    pub fn generation(&self, now: DateTime<Utc>) -> Option<Generation> {
        let mut known = self.lock();
        if known.verified_at?.elapsed() > TRUSTED_FOR {
            return None;
        }
        match known.until? {
            Until::Due(due) if now >= due => {
                known.next_generation();
                drop(known);
                self.changed.notify_one();
                None
            }
            _ => Some(Generation(known.generation)),
        }
    }

    /// Told by a commit that bumped: from now on nothing older is given here.
    pub(super) fn raise(&self, version: i64) {
        let mut known = self.lock();
        known.raised_at = Some(Instant::now());
        if version > known.version {
            known.version = version;
            known.next_generation();
        }
        drop(known);
        self.changed.notify_one();
    }

    /// Wakes the worker: another instance says that something changed.
    pub(crate) fn wake(&self) {
        self.changed.notify_one();
    }

    /// What a look that began at `started` saw.
    fn saw(&self, started: Instant, version: i64) {
        let mut known = self.lock();
        // A look that began before our own commit may have seen what was before. One that began after it and still
        // saw less looked at another database: a backup was restored.
        let restored = version < known.version && known.raised_at.is_none_or(|raised| raised < started);
        if version > known.version || restored {
            known.version = version;
            known.next_generation();
        }
        known.verified_at = Some(started);
    }

    /// The generation, if its end isn't known yet.
    fn open_generation(&self) -> Option<Generation> {
        let known = self.lock();
        known.until.is_none().then_some(Generation(known.generation))
    }

    fn ends(&self, generation: Generation, due: Option<DateTime<Utc>>) {
        let mut known = self.lock();
        if known.generation == generation.0 {
            known.until = Some(due.map_or(Until::Written, Until::Due));
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Bumps the version and tells the other instances, all as part of the transaction; answers with the new version.
pub(super) async fn bump_in_tx(conn: &impl ConnectionTrait, backend: DbBackend) -> Result<i64, DbErr> {
    let sql = match backend {
        DbBackend::Postgres => {
            "UPDATE public_content SET version = version + 1 WHERE id = 1 \
             RETURNING version, pg_notify('belle_house_public', '')::text"
        }
        _ => "UPDATE public_content SET version = version + 1 WHERE id = 1 RETURNING version",
    };
    let row = conn
        .query_one_raw(Statement::from_string(backend, sql))
        .await?
        .ok_or_else(no_version)?;
    row.try_get("", "version")
}

async fn read(db: &Db) -> Result<i64, DbErr> {
    let sql = "SELECT version FROM public_content WHERE id = 1";
    let row = db
        .reader()
        .query_one_raw(Statement::from_string(db.backend(), sql))
        .await?
        .ok_or_else(no_version)?;
    row.try_get("", "version")
}

fn no_version() -> DbErr {
    DbErr::Custom("the table public_content is empty: run `belle-house migrate`".to_owned())
}

/// Keeps [`ContentVersion`] true until `stop`.
pub async fn run(db: Db, clock: SharedClock, schedule: Schedule, stop: CancellationToken) {
    let content = db.signals().content();
    loop {
        if let Err(error) = look(&db, content, &clock, &schedule).await {
            tracing::warn!(%error, "the public content's version could not be read; answers are computed until it can");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = content.changed.notified() => {}
            () = tokio::time::sleep(POLL_EVERY) => {}
        }
    }
}

async fn look(
    db: &Db,
    content: &ContentVersion,
    clock: &SharedClock,
    schedule: &Schedule,
) -> Result<(), DbErr> {
    let started = Instant::now();
    content.saw(started, read(db).await?);
    if let Some(generation) = content.open_generation() {
        let now = clock.now();
        content.ends(generation, schedule(db.clone(), now).await?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::minutes(minute)
    }

    fn settle(content: &ContentVersion, due: Option<DateTime<Utc>>) {
        let generation = content.open_generation().unwrap();
        content.ends(generation, due);
    }

    #[test]
    fn the_channel_is_the_one_that_is_notified() {
        assert_eq!(CHANNEL, "belle_house_public");
    }

    #[test]
    fn nothing_is_trusted_that_was_not_verified_lately() {
        let content = ContentVersion::default();
        assert_eq!(content.generation(at(0)), None);
        content.saw(Instant::now(), 1);
        assert_eq!(content.generation(at(0)), None, "when it ends isn't known yet");
        settle(&content, None);
        assert!(content.generation(at(0)).is_some());
        content.saw(Instant::now() - Duration::from_millis(1001), 1);
        assert_eq!(content.generation(at(0)), None);
        content.saw(Instant::now(), 1);
        assert!(content.generation(at(0)).is_some());
    }

    #[test]
    fn a_generation_ends_by_a_write_and_by_its_date() {
        let content = ContentVersion::default();
        content.saw(Instant::now(), 1);
        settle(&content, Some(at(5)));
        let first = content.generation(at(4)).unwrap();
        assert_eq!(content.generation(at(5)), None, "due");
        settle(&content, None);
        let second = content.generation(at(5)).unwrap();
        assert_ne!(first, second);
        content.raise(2);
        assert_eq!(content.generation(at(5)), None, "written here");
        settle(&content, None);
        let third = content.generation(at(5)).unwrap();
        assert_ne!(second, third);
        // The end of a generation that is over says nothing of the present one.
        content.saw(Instant::now(), 3);
        content.ends(third, None);
        assert_eq!(content.generation(at(5)), None);
    }

    #[test]
    fn a_look_from_before_our_commit_takes_nothing_back() {
        let content = ContentVersion::default();
        content.saw(Instant::now(), 7);
        let early = Instant::now() - Duration::from_millis(5);
        content.raise(8);
        settle(&content, None);
        let generation = content.generation(at(0)).unwrap();
        content.saw(early, 7);
        assert_eq!(content.generation(at(0)), Some(generation));
        let late = Instant::now() + Duration::from_millis(5);
        content.saw(late, 8);
        assert_eq!(content.generation(at(0)), Some(generation));
        content.saw(Instant::now(), 3);
        assert_eq!(
            content.generation(at(0)),
            None,
            "a backup was restored: everything is new"
        );
    }
}

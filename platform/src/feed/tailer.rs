//! The one task an instance that reads the log and delivers it.

use std::{sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::{sync::Notify, time::Instant};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use super::{FeedSource, Hub, listener, relay};
use crate::{clock::SharedClock, db::Db, db::write_tx, events, metrics};

/// How long events are kept for readers that come back.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// How often the log is looked at without being told.
const SWEEP_EVERY: Duration = Duration::from_millis(500);
/// How often rights are verified.
const VERIFY_EVERY: Duration = Duration::from_secs(2);
/// Rows read at a time.
const BATCH: u64 = 500;

/// Reads the log behind the hub's head and delivers it.
pub struct Tailer<S: FeedSource> {
    hub: Hub<S>,
    db: Db,
    clock: SharedClock,
}

impl<S: FeedSource> Tailer<S> {
    /// A tailer whose hub starts at the end of the log.
    ///
    /// # Errors
    /// When the log has no head or can't be read.
    pub async fn init(source: S, db: Db, clock: SharedClock) -> Result<Self, DbErr> {
        let head = events::feed_head::Entity::find_by_id(events::FEED_HEAD_ID)
            .one(db.reader())
            .await?
            .ok_or_else(|| DbErr::Custom("the event log has no head: run `belle-house migrate`".into()))?;
        let hub = Hub::new(source, db.clone(), head.epoch, head.position);
        Ok(Self { hub, db, clock })
    }

    /// The hub it delivers to.
    #[must_use]
    pub fn hub(&self) -> Hub<S> {
        self.hub.clone()
    }

    /// Starts the workers; they run until `stop`.
    pub fn spawn(self, tracker: &TaskTracker, stop: CancellationToken) {
        let heard = Arc::new(Notify::new());
        if self.db.backend() == DbBackend::Postgres {
            tracker.spawn(listener::listen(
                self.db.clone(),
                Arc::clone(&heard),
                stop.clone(),
            ));
        }
        tracker.spawn(verify(self.hub.clone(), stop.clone()));
        tracker.spawn(self.run(heard, stop));
    }

    async fn run(self, heard: Arc<Notify>, stop: CancellationToken) {
        loop {
            if let Err(error) = self.deliver_new_rows().await {
                tracing::error!(
                    error = format!("{error:#}"),
                    "the event log could not be delivered; trying again"
                );
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = self.db.signals().events.notified() => {}
                () = heard.notified() => {}
                () = tokio::time::sleep(SWEEP_EVERY) => {}
            }
        }
    }

    async fn deliver_new_rows(&self) -> anyhow::Result<()> {
        if self.db.backend() == DbBackend::Postgres {
            relay::number_committed_rows(self.db.migrator()).await?;
        }
        loop {
            let rows = events::Entity::find()
                .filter(events::Column::Position.gt(self.hub.head()))
                .order_by_asc(events::Column::Position)
                .limit(BATCH)
                .all(self.db.reader())
                .await?;
            let count = rows.len() as u64;
            if count == 0 {
                return Ok(());
            }
            let began = metrics::is_on().then(|| rows.iter().map(|row| row.occurred_at).collect::<Vec<_>>());
            let loaded = self.hub.source().load(rows).await?;
            if !self.hub.is_verified() {
                self.hub.verify().await?;
            }
            self.hub.deliver(loaded);
            let now = self.clock.now();
            for at in began.into_iter().flatten() {
                metrics::FEED_LAG.observe((now - at).to_std().unwrap_or_default(), []);
            }
            if count < BATCH {
                return Ok(());
            }
        }
    }
}

async fn verify<S: FeedSource>(hub: Hub<S>, stop: CancellationToken) {
    let mut next = Instant::now() + VERIFY_EVERY;
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep_until(next) => {}
        }
        next = Instant::now() + VERIFY_EVERY;
        if let Err(error) = hub.verify().await {
            tracing::warn!(
                error = format!("{error:#}"),
                "rights could not be verified; delivery waits if this lasts"
            );
        }
    }
}

/// Forgets events older than [`KEPT_FOR`]: the oldest end of the log and nothing behind it, so that what is left has
/// no holes and a cursor that is too old can be told from one that isn't.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    use events::Column;
    let oldest_kept: Option<i64> = events::Entity::find()
        .select_only()
        .column(Column::Position)
        .filter(Column::Position.is_not_null())
        .filter(Column::OccurredAt.gte(now - KEPT_FOR))
        .order_by_asc(Column::Position)
        .limit(1)
        .into_tuple()
        .one(db.reader())
        .await?;
    write_tx!(db.at(now), |tx| {
        let mut old = events::Entity::delete_many()
            .filter(Column::OccurredAt.lt(now - KEPT_FOR))
            .filter(Column::Position.is_not_null());
        if let Some(oldest_kept) = oldest_kept {
            old = old.filter(Column::Position.lt(oldest_kept));
        }
        let gone = old.exec(tx.conn()).await?;
        Ok(gone.rows_affected)
    })
}

//! Cleaning up: uploads that came to nothing, pictures that no record shows any more, files without rows.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use platform::{db::write_tx, metrics};

use super::commands::attach::{let_go_in_tx, remove_in_tx};
use super::tables::{file_removal, image, upload};
use super::{ImageId, Media, UploadState};

/// What went is given this much longer, so that a mutation that is under way keeps what it just found.
const GRACE: TimeDelta = TimeDelta::hours(1);
/// A picture that no record shows is left alone this long: its record may be about to be written.
const ORPHAN_AGE: TimeDelta = TimeDelta::hours(24);
/// A used upload's row is kept this long, so that a late repetition of its `PUT` is answered.
const USED_UPLOAD_AGE: TimeDelta = TimeDelta::days(30);
const BATCH: u64 = 500;
const FILES_EVERY: Duration = Duration::from_secs(5);
const FIRST_SWEEP: Duration = Duration::from_secs(60);
const SWEEP_EVERY: Duration = Duration::from_secs(60 * 60);

/// What a sweep did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Uploads that nobody finished or named in time, replaced pictures among them.
    pub uploads: u64,
    /// Pictures that no record shows any more, found now: they can be named again for 30 days.
    pub orphans: u64,
    /// Folders of files that were removed.
    pub folders: u64,
}

/// Uploads that nobody finished or named by then, replaced pictures among them.
fn expired(before: DateTime<Utc>) -> Select<upload::Entity> {
    upload::Entity::find()
        .filter(upload::Column::State.ne(UploadState::Used))
        .filter(upload::Column::ExpiresAt.lt(before))
}

impl Media {
    /// Cleans up until told to stop: files left behind by commits within seconds, everything else every hour.
    pub async fn run(self, stop: CancellationToken) {
        let mut files = tokio::time::interval(FILES_EVERY);
        let mut everything = tokio::time::interval_at(Instant::now() + FIRST_SWEEP, SWEEP_EVERY);
        files.set_missed_tick_behavior(MissedTickBehavior::Delay);
        everything.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let outcome = tokio::select! {
                () = stop.cancelled() => return,
                _ = files.tick() => metrics::job("media_files", self.remove_files()).await.map(drop),
                _ = everything.tick() => metrics::job("media_sweep", self.sweep()).await.map(drop),
            };
            if let Err(error) = outcome {
                tracing::error!(
                    error = format!("{error:#}"),
                    "media could not be cleaned up; trying again"
                );
            }
        }
    }

    /// Cleans up once; the server does it every hour. Safe to run on several instances at once.
    ///
    /// # Errors
    /// When the database can't be reached. Storage that can't be reached is logged, and tried again later.
    pub async fn sweep(&self) -> anyhow::Result<SweepReport> {
        let uploads = self.sweep_uploads().await?;
        let orphans = self.sweep_orphans().await?;
        self.forget_used_uploads().await?;
        let folders = self.remove_files().await?;
        let report = SweepReport {
            uploads,
            orphans,
            folders,
        };
        if report != SweepReport::default() {
            tracing::info!(uploads, orphans, folders, "media swept");
        }
        Ok(report)
    }

    /// Removes what expired. A picture that a record let go may stand in another all the same, as a former logo does on
    /// invoices issued with it: that one is kept as a used one is.
    async fn sweep_uploads(&self) -> Result<u64, DbErr> {
        let mut swept = 0;
        loop {
            let before = self.ctx().clock.now() - GRACE;
            let due: Vec<(ImageId, UploadState)> = expired(before)
                .select_only()
                .columns([upload::Column::ImageId, upload::Column::State])
                .order_by_asc(upload::Column::Id)
                .limit(BATCH)
                .into_tuple()
                .all(self.ctx().db.reader())
                .await?;
            let (replaced, unused): (Vec<_>, Vec<_>) = due
                .iter()
                .copied()
                .partition(|(_, state)| *state == UploadState::Replaced);
            let replaced = replaced.into_iter().map(|(image, _)| image);
            let replaced: Vec<ImageId> = replaced.collect();
            let mut gone = self.uses().unreferenced(&self.ctx().db, &replaced).await?;
            let needed: Vec<ImageId> = replaced.into_iter().filter(|it| !gone.contains(it)).collect();
            gone.extend(unused.into_iter().map(|(image, _)| image));
            swept += self.remove_expired(before, &gone, &needed).await?;
            if (due.len() as u64) < BATCH {
                return Ok(swept);
            }
        }
    }

    /// Removes those of `gone` that nobody has named meanwhile, and answers how many.
    async fn remove_expired(
        &self,
        before: DateTime<Utc>,
        gone: &[ImageId],
        needed: &[ImageId],
    ) -> Result<u64, DbErr> {
        write_tx!(self.ctx(), |tx| {
            let gone: Vec<ImageId> = expired(before)
                .select_only()
                .column(upload::Column::ImageId)
                .filter(upload::Column::ImageId.is_in(gone.iter().copied()))
                .order_by_asc(upload::Column::Id)
                .lock_exclusive()
                .into_tuple()
                .all(tx.conn())
                .await?;
            remove_in_tx(tx, &gone).await?;
            upload::Entity::update_many()
                .filter(upload::Column::ImageId.is_in(needed.iter().copied()))
                .filter(upload::Column::State.eq(UploadState::Replaced))
                .col_expr(upload::Column::State, Expr::value(UploadState::Used))
                .exec(tx.conn())
                .await?;
            Ok::<_, DbErr>(gone.len() as u64)
        })
    }

    /// Walks through all used pictures, asking the features which of them they still need. The others can be named again
    /// for as long as what is in a bin, and are removed then.
    async fn sweep_orphans(&self) -> Result<u64, DbErr> {
        let mut swept = 0;
        let mut after: Option<ImageId> = None;
        // Those that wait to be named in a mutation are the business of their uploads' expiry.
        let waiting = Query::select()
            .column(upload::Column::ImageId)
            .from(upload::Entity)
            .and_where(upload::Column::State.ne(UploadState::Used))
            .and_where(
                Expr::col((upload::Entity, upload::Column::ImageId))
                    .equals((image::Entity, image::Column::Id)),
            )
            .to_owned();
        loop {
            let now = self.ctx().clock.now();
            let mut page = image::Entity::find()
                .select_only()
                .column(image::Column::Id)
                .filter(image::Column::CreatedAt.lt(now - ORPHAN_AGE))
                .filter(Expr::exists(waiting.clone()).not())
                .order_by_asc(image::Column::Id)
                .limit(BATCH);
            if let Some(after) = after {
                page = page.filter(image::Column::Id.gt(after));
            }
            let images: Vec<ImageId> = page.into_tuple().all(self.ctx().db.reader()).await?;
            let orphans = self.uses().unreferenced(&self.ctx().db, &images).await?;
            if !orphans.is_empty() {
                self.let_orphans_go(&orphans).await?;
                swept += orphans.len() as u64;
            }
            after = images.last().copied();
            if (images.len() as u64) < BATCH {
                return Ok(swept);
            }
        }
    }

    async fn let_orphans_go(&self, orphans: &[ImageId]) -> Result<(), DbErr> {
        write_tx!(self.ctx(), |tx| {
            for orphan in orphans {
                let_go_in_tx(tx, *orphan).await?;
            }
            Ok(())
        })
    }

    async fn forget_used_uploads(&self) -> Result<(), DbErr> {
        write_tx!(self.ctx(), |tx| {
            upload::Entity::delete_many()
                .filter(upload::Column::State.eq(UploadState::Used))
                .filter(upload::Column::UsedAt.lt(tx.now() - USED_UPLOAD_AGE))
                .exec(tx.conn())
                .await?;
            Ok(())
        })
    }

    /// Removes the files that committed transactions have left behind, and returns how many folders went. Cheap
    /// when there is nothing to do: the server calls it every few seconds.
    ///
    /// # Errors
    /// When the database can't be reached.
    pub async fn remove_files(&self) -> anyhow::Result<u64> {
        let now = self.ctx().clock.now();
        let due = file_removal::Entity::find()
            .filter(file_removal::Column::NotBefore.lte(now))
            .order_by_asc(file_removal::Column::NotBefore)
            .limit(BATCH)
            .all(self.ctx().db.reader())
            .await?;
        let mut removed = 0;
        for removal in due {
            let outcome = self.storage().remove_folder(&removal.folder).await;
            if let Err(error) = &outcome {
                tracing::warn!(
                    folder = removal.folder,
                    error = format!("{error:#}"),
                    "files could not be removed"
                );
            }
            self.note_removal(&removal, outcome.is_ok()).await?;
            removed += u64::from(outcome.is_ok());
        }
        Ok(removed)
    }

    async fn note_removal(&self, removal: &file_removal::Model, done: bool) -> Result<(), DbErr> {
        write_tx!(self.ctx(), |tx| {
            if done {
                file_removal::Entity::delete_by_id(removal.id)
                    .exec(tx.conn())
                    .await?;
                return Ok(());
            }
            let attempts = removal.attempts.saturating_add(1);
            let wait = TimeDelta::seconds(30 << attempts.clamp(0, 10));
            // Another instance may have removed the row meanwhile: then this changes nothing.
            file_removal::Entity::update_many()
                .filter(file_removal::Column::Id.eq(removal.id))
                .col_expr(file_removal::Column::Attempts, Expr::value(attempts))
                .col_expr(file_removal::Column::NotBefore, Expr::value(tx.now() + wait))
                .exec(tx.conn())
                .await?;
            Ok(())
        })
    }
}

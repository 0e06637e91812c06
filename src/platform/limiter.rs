//! A limiter shared by all instances through the database.
//!
//! A bucket admits a number of hits a window; past that each further hit must wait, longer each time, up to a
//! ceiling. It never locks for good (OWASP Authentication Cheat Sheet: lockout is itself a denial of service).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    entity::prelude::*, sea_query::OnConflict,
};

use super::db::Db;

/// The table `rate_limits`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rate_limits")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub bucket: String,
    pub hits: i32,
    pub window_started_at: DateTime<Utc>,
    pub blocked_until: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

/// How much a bucket admits.
#[derive(Debug, Clone, Copy)]
pub struct Limit {
    /// Hits a window without any wait.
    pub free_hits: i32,
    /// The window, counted from its first hit.
    pub window: TimeDelta,
    /// The wait after the first hit too many; it doubles with each further one.
    pub first_delay: TimeDelta,
    /// The longest wait.
    pub longest_delay: TimeDelta,
}

/// Counts a hit on `bucket`. `Err` says how long to wait; a refused hit is not counted.
///
/// # Errors
/// The outer error when the database refuses.
pub async fn hit(
    db: &Db,
    now: DateTime<Utc>,
    bucket: &str,
    limit: &Limit,
) -> Result<Result<(), Duration>, DbErr> {
    let tx = db.begin_write(now).await?;
    Entity::insert(ActiveModel {
        bucket: Set(bucket.to_owned()),
        hits: Set(0),
        window_started_at: Set(now),
        blocked_until: Set(None),
    })
    .on_conflict(OnConflict::column(Column::Bucket).do_nothing().to_owned())
    .exec_without_returning(tx.conn())
    .await?;
    let row = Entity::find_by_id(bucket.to_owned())
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .ok_or_else(|| DbErr::RecordNotFound(format!("rate limit {bucket}")))?;
    if let Some(until) = row.blocked_until.filter(|&until| until > now) {
        return Ok(Err((until - now).to_std().unwrap_or_default()));
    }
    let (hits, window_started_at) = if now - row.window_started_at >= limit.window.max(row_patience(&row)) {
        (1, now)
    } else {
        (row.hits.saturating_add(1), row.window_started_at)
    };
    let blocked_until = delay_after(hits, limit).map(|delay| now + delay);
    ActiveModel {
        bucket: Set(row.bucket),
        hits: Set(hits),
        window_started_at: Set(window_started_at),
        blocked_until: Set(blocked_until),
    }
    .update(tx.conn())
    .await?;
    tx.commit().await?;
    Ok(Ok(()))
}

/// A window doesn't end while its last wait is younger than itself, or waiting would reset the growth.
fn row_patience(row: &Model) -> TimeDelta {
    row.blocked_until
        .map_or(TimeDelta::zero(), |until| (until - row.window_started_at) * 2)
}

/// The wait that `hits` hits have earned.
fn delay_after(hits: i32, limit: &Limit) -> Option<TimeDelta> {
    let excess = u32::try_from(hits - limit.free_hits).ok()?;
    let factor = 1_i32.checked_shl(excess.min(20)).unwrap_or(i32::MAX);
    Some(
        limit
            .first_delay
            .checked_mul(factor)
            .map_or(limit.longest_delay, |delay| delay.min(limit.longest_delay)),
    )
}

/// Forgets a bucket, as after a successful sign-in.
///
/// # Errors
/// When the database refuses.
pub async fn reset(db: &Db, now: DateTime<Utc>, bucket: &str) -> Result<(), DbErr> {
    if Entity::find_by_id(bucket.to_owned())
        .one(db.reader())
        .await?
        .is_none()
    {
        return Ok(());
    }
    let tx = db.begin_write(now).await?;
    Entity::delete_by_id(bucket.to_owned()).exec(tx.conn()).await?;
    tx.commit().await
}

/// Forgets buckets that nobody has hit for a day.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let tx = db.begin_write(now).await?;
    let gone = Entity::delete_many()
        .filter(Column::WindowStartedAt.lt(now - TimeDelta::days(1)))
        .exec(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(gone.rows_affected)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wait_grows_and_is_bounded() {
        let limit = Limit {
            free_hits: 10,
            window: TimeDelta::minutes(15),
            first_delay: TimeDelta::seconds(2),
            longest_delay: TimeDelta::minutes(15),
        };
        assert_eq!(delay_after(9, &limit), None);
        assert_eq!(delay_after(10, &limit), Some(TimeDelta::seconds(2)));
        assert_eq!(delay_after(13, &limit), Some(TimeDelta::seconds(16)));
        assert_eq!(delay_after(1000, &limit), Some(TimeDelta::minutes(15)));
    }
}

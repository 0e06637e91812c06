//! Limiters shared by all instances through the database.
//!
//! A [`Limit`] is for attempts at a secret: a bucket admits a number of hits a window; past that each further hit must
//! wait, longer each time, up to a ceiling. It never locks for good (OWASP Authentication Cheat Sheet: lockout is itself
//! a denial of service). A [`Quota`] is for what may be done so often and no more: it counts what was done, in the
//! transaction that does it, and what is refused costs nothing.

use std::{net::IpAddr, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect,
    entity::prelude::*,
    sea_query::{Expr, OnConflict},
};

use data_encoding::HEXLOWER;

use super::{
    crypto::{Keys, Purpose},
    db::write_tx,
    db::{Db, WriteTx},
};

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

/// One bucket that an attempt counts in.
#[derive(Debug, Clone, Copy)]
pub struct Hit<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// What it admits.
    pub limit: &'a Limit,
    /// Counted only while this other bucket of the same attempt is empty: then the bucket counts how many such others
    /// were tried, and not how often.
    pub once_for: Option<&'a str>,
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
    let hit = Hit {
        bucket,
        limit,
        once_for: None,
    };
    hit_all(db, now, &[hit]).await
}

/// Counts a hit on each of the buckets, or, when one of them has to wait, on none. `Err` says how long to wait.
///
/// # Errors
/// The outer error when the database refuses.
pub async fn hit_all(db: &Db, now: DateTime<Utc>, hits: &[Hit<'_>]) -> Result<Result<(), Duration>, DbErr> {
    write_tx!(db.at(now), |tx| {
        let mut hits = hits.to_vec();
        // In one order, so that two attempts don't wait for each other in a circle.
        hits.sort_by_key(|hit| hit.bucket);
        let mut rows = Vec::with_capacity(hits.len());
        for hit in &hits {
            rows.push(lock_in_tx(tx, hit.bucket).await?);
        }
        let waits = rows.iter().filter_map(|row| row.blocked_until);
        if let Some(until) = waits.filter(|&until| until > now).max() {
            return Ok(Err((until - now).to_std().unwrap_or_default()));
        }
        let counted_before = |bucket: &str| {
            let known = hits.iter().zip(&rows).find(|(hit, _)| hit.bucket == bucket);
            known.is_some_and(|(hit, row)| row.hits > 0 && !is_over(row, hit.limit, now))
        };
        let counted = hits.iter().zip(&rows);
        for (hit, row) in counted.filter(|(hit, _)| !hit.once_for.is_some_and(counted_before)) {
            let (hits, window_started_at) = if is_over(row, hit.limit, now) {
                (1, now)
            } else {
                (row.hits.saturating_add(1), row.window_started_at)
            };
            ActiveModel {
                bucket: Set(row.bucket.clone()),
                hits: Set(hits),
                window_started_at: Set(window_started_at),
                blocked_until: Set(delay_after(hits, hit.limit).map(|delay| now + delay)),
            }
            .update(tx.conn())
            .await?;
        }
        Ok(Ok(()))
    })
}

/// The bucket's row, locked; made when there was none. A success elsewhere may remove it between the two statements: then
/// it is made again.
async fn lock_in_tx(tx: &WriteTx, bucket: &str) -> Result<Model, DbErr> {
    for _ in 0..10 {
        Entity::insert(ActiveModel {
            bucket: Set(bucket.to_owned()),
            hits: Set(0),
            window_started_at: Set(tx.now()),
            blocked_until: Set(None),
        })
        .on_conflict(OnConflict::column(Column::Bucket).do_nothing().to_owned())
        .exec_without_returning(tx.conn())
        .await?;
        let found = Entity::find_by_id(bucket.to_owned()).lock_exclusive();
        if let Some(row) = found.one(tx.conn()).await? {
            return Ok(row);
        }
    }
    Err(DbErr::RecordNotFound(format!("rate limit {bucket}")))
}

/// Whether a bucket's window is over, so that it counts from one again.
fn is_over(row: &Model, limit: &Limit, now: DateTime<Utc>) -> bool {
    now - row.window_started_at >= limit.window.max(row_patience(row))
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

/// Forgets a bucket, as after a successful attempt.
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
    write_tx!(db.at(now), |tx| { reset_in_tx(tx, bucket).await })
}

/// As [`reset`].
///
/// # Errors
/// When the database refuses.
pub async fn reset_in_tx(tx: &WriteTx, bucket: &str) -> Result<(), DbErr> {
    Entity::delete_by_id(bucket.to_owned()).exec(tx.conn()).await?;
    Ok(())
}

/// Takes back a hit that was no failure after all, and the wait that it began; those of others stay.
///
/// # Errors
/// When the database refuses.
pub async fn take_back_in_tx(tx: &WriteTx, bucket: &str) -> Result<(), DbErr> {
    use sea_orm::sea_query::ExprTrait as _;
    Entity::update_many()
        .filter(Column::Bucket.eq(bucket))
        .filter(Column::Hits.gt(0))
        .col_expr(Column::Hits, Expr::col(Column::Hits).sub(1))
        .col_expr(Column::BlockedUntil, Expr::value(None::<DateTime<Utc>>))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets buckets that nobody has hit for a day.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::WindowStartedAt.lt(now - TimeDelta::days(1)))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

/// So many a window, counted from the first.
#[derive(Debug, Clone, Copy)]
pub struct Quota {
    /// How many a window.
    pub hits: i32,
    /// The window, counted from its first hit.
    pub window: TimeDelta,
}

/// Spends one of what `quota` allows `bucket`, as part of `tx`: rolled back, it was not spent. `Err` says how long to
/// wait.
///
/// # Errors
/// The outer error when the database refuses.
pub async fn spend_in_tx(tx: &WriteTx, bucket: &str, quota: &Quota) -> Result<Result<(), Duration>, DbErr> {
    let row = lock_in_tx(tx, bucket).await?;
    if let Some(wait) = wait_for(&row, tx.now(), quota) {
        return Ok(Err(wait));
    }
    let over = tx.now() - row.window_started_at >= quota.window;
    ActiveModel {
        hits: Set(if over { 1 } else { row.hits.saturating_add(1) }),
        window_started_at: Set(if over { tx.now() } else { row.window_started_at }),
        bucket: Set(row.bucket),
        blocked_until: Set(None),
    }
    .update(tx.conn())
    .await?;
    Ok(Ok(()))
}

/// How long `bucket` has to wait, if its quota is spent: a reading look, so that a flood doesn't queue for the writer.
///
/// # Errors
/// When the database refuses.
pub async fn spent(
    db: &Db,
    now: DateTime<Utc>,
    bucket: &str,
    quota: &Quota,
) -> Result<Option<Duration>, DbErr> {
    let row = Entity::find_by_id(bucket.to_owned()).one(db.reader()).await?;
    Ok(row.and_then(|row| wait_for(&row, now, quota)))
}

fn wait_for(row: &Model, now: DateTime<Utc>, quota: &Quota) -> Option<Duration> {
    let until = row.window_started_at + quota.window;
    (row.hits >= quota.hits && now < until).then(|| (until - now).to_std().unwrap_or_default())
}

/// The name of a bucket for `what`, of whom `parts` describe: a keyed hash, so that the limiter's table tells nobody who
/// did what from where.
#[must_use]
pub fn bucket(keys: &Keys, what: &str, parts: &[&str]) -> String {
    let hash = keys.sign(Purpose::LimiterBucket, parts.join("\n").as_bytes());
    named(what, &hash)
}

/// The names that [`bucket`] gives, or gave under the other secret: the present one's first. For rows that must be found
/// whichever secret they were named with; those that count begin anew.
#[must_use]
pub fn buckets(keys: &Keys, what: &str, parts: &[&str]) -> Vec<String> {
    keys.signatures(Purpose::LimiterBucket, parts.join("\n").as_bytes())
        .map(|hash| named(what, &hash))
        .collect()
}

fn named(what: &str, hash: &[u8; 32]) -> String {
    format!("{what}:{}", HEXLOWER.encode(&hash[..16]))
}

/// What counts as one address: an IPv6 subscriber has a whole /64 of them to try from.
#[must_use]
pub fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
        v4 @ IpAddr::V4(_) => v4,
    }
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

    #[test]
    fn a_quota_waits_for_the_end_of_its_window() {
        let at = |minute: i64| DateTime::from_timestamp(1_790_000_000 + minute * 60, 0).unwrap();
        let quota = Quota {
            hits: 5,
            window: TimeDelta::minutes(10),
        };
        let row = |hits| Model {
            bucket: String::new(),
            hits,
            window_started_at: at(0),
            blocked_until: None,
        };
        assert_eq!(wait_for(&row(4), at(1), &quota), None);
        assert_eq!(wait_for(&row(5), at(1), &quota), Some(Duration::from_secs(540)));
        assert_eq!(wait_for(&row(5), at(10), &quota), None);
    }

    #[test]
    fn a_subscriber_is_one_address() {
        let net = |text: &str| network(text.parse().unwrap());
        assert_eq!(net("2001:db8:1:2:3::4"), net("2001:db8:1:2:ffff::1"));
        assert_ne!(net("2001:db8:1:2::1"), net("2001:db8:1:3::1"));
        assert_eq!(net("::ffff:192.0.2.1"), net("192.0.2.1"));
        assert_ne!(net("192.0.2.1"), net("192.0.2.2"));
    }
}

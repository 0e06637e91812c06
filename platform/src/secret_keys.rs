//! When which `SECRET_KEY` signed: what tells when the former one is needed no more (docs/KEYS.md).

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ActiveValue::Set, DbErr, entity::prelude::*, sea_query::OnConflict};
use tokio_util::sync::CancellationToken;

use super::{
    crypto::Keys,
    ctx::Ctx,
    db::{Db, write_tx},
    metrics,
};

/// How often a serving instance notes that it signs.
const EVERY: Duration = Duration::from_secs(3600);
/// The longest-lived of what is made with a key, refresh tokens aside: mails with temporary passwords wait so long at most.
/// Signed addresses live for 24 hours at most, access tokens for an hour.
pub const SEALED_MAILS_LIVE: TimeDelta = TimeDelta::hours(72);

/// The table `secret_keys`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "secret_keys")]
pub struct Model {
    /// [`Keys::id`]: tells nothing of the key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub key_id: String,
    pub first_signed_at: DateTime<Utc>,
    /// To the hour.
    pub last_signed_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// Notes every hour, until `stop`, that this instance signs with its key.
pub async fn run(ctx: Ctx, stop: CancellationToken) {
    loop {
        let noted = metrics::job("secret-keys", note(&ctx.db, ctx.clock.now(), &ctx.keys)).await;
        if let Err(error) = noted {
            tracing::warn!(%error, "the use of SECRET_KEY could not be noted; doctor won't know of it");
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// Notes that a server signs with the present key.
///
/// # Errors
/// When the database refuses.
pub async fn note(db: &Db, now: DateTime<Utc>, keys: &Keys) -> Result<(), DbErr> {
    write_tx!(db.at(now), |tx| {
        let row = ActiveModel {
            key_id: Set(keys.id()),
            first_signed_at: Set(tx.now()),
            last_signed_at: Set(tx.now()),
        };
        Entity::insert(row)
            .on_conflict(
                OnConflict::column(Column::KeyId)
                    .update_column(Column::LastSignedAt)
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
        Ok(())
    })
}

/// Whether the other key that is honoured is needed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Other {
    /// No server has signed with it: it is the one to come, or was never used here.
    NeverSigned,
    /// A server signs with it, or did so within the last two hours.
    Signs,
    /// What it made is good until then.
    Needed {
        /// Mails, temporary passwords and addresses.
        until: DateTime<Utc>,
        /// Sessions of people who have not come back since.
        for_sessions_until: DateTime<Utc>,
    },
    /// Nothing that it made is good any more.
    Spent,
}

/// What is known of the other key that is honoured; `None` when there is none. `session` is how long a session lives unused.
///
/// # Errors
/// When the database refuses.
pub async fn other(
    db: &Db,
    now: DateTime<Utc>,
    keys: &Keys,
    session: TimeDelta,
) -> Result<Option<Other>, DbErr> {
    let Some(id) = keys.other_id() else {
        return Ok(None);
    };
    let row = Entity::find_by_id(id).one(db.reader()).await?;
    Ok(Some(match row {
        None => Other::NeverSigned,
        Some(row) => need_of(row.last_signed_at, now, session),
    }))
}

fn need_of(last_noted: DateTime<Utc>, now: DateTime<Utc>, session: TimeDelta) -> Other {
    // It may have gone on signing until the next note was due.
    let last = last_noted + TimeDelta::hours(1);
    let until = last + SEALED_MAILS_LIVE;
    let for_sessions_until = last + session.max(SEALED_MAILS_LIVE);
    if now < last + TimeDelta::hours(1) {
        Other::Signs
    } else if now < for_sessions_until {
        Other::Needed {
            until,
            for_sessions_until,
        }
    } else {
        Other::Spent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_former_key_is_needed_as_long_as_what_it_made() {
        let at = |hours: i64| DateTime::from_timestamp(1_790_000_000, 0).unwrap() + TimeDelta::hours(hours);
        let need = |hours| need_of(at(0), at(hours), TimeDelta::days(7));
        assert_eq!(need(0), Other::Signs);
        assert_eq!(need(1), Other::Signs);
        let needed = Other::Needed {
            until: at(73),
            for_sessions_until: at(169),
        };
        assert_eq!(need(2), needed);
        assert_eq!(need(168), needed);
        assert_eq!(need(169), Other::Spent);
    }
}

//! How long messages are remembered: what they said for a month, that they were sent for three. What was given up stays until
//! a person has dealt with it.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, sea_query::Expr};
use serde_json::json;

use super::{
    Status,
    table::{Column, Entity, Model},
};
use crate::db::{Db, write_tx};

/// How long a message that is over is remembered.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(90);
/// How long what it said is.
pub const BODY_KEPT_FOR: TimeDelta = TimeDelta::days(30);

/// What nobody waits for any more.
const OVER: [Status; 3] = [Status::Sent, Status::NoDevice, Status::Cancelled];

/// Wipes what old messages said and forgets older ones; answers how many rows were changed.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let forgotten = Entity::delete_many()
            .filter(Column::Status.is_in(OVER))
            .filter(Column::CreatedAt.lt(now - KEPT_FOR))
            .exec(tx.conn())
            .await?;
        let wiped = Entity::update_many()
            .col_expr(Column::Data, Expr::value(json!({})))
            .col_expr(Column::IsWiped, Expr::value(true))
            .filter(Column::Status.is_in(OVER))
            .filter(Column::IsWiped.eq(false))
            .filter(Column::CreatedAt.lt(now - BODY_KEPT_FOR))
            .exec(tx.conn())
            .await?;
        Ok(forgotten.rows_affected + wiped.rows_affected)
    })
}

/// Whether what a message said is gone, so that it can't be sent.
#[must_use]
pub fn is_wiped(delivery: &Model) -> bool {
    delivery.is_wiped || delivery.is_secret && delivery.secret_data.is_none()
}

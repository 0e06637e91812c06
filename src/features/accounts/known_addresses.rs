//! From which addresses accounts have signed in: what others fail at elsewhere doesn't make those wait.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, sea_query::OnConflict,
};

use super::tables::known_address::{ActiveModel, Column, Entity};
use platform::{
    db::write_tx,
    db::{Db, WriteTx},
};

/// How long after the last sign-in.
const REMEMBERED_FOR: TimeDelta = TimeDelta::days(180);

/// Whether an account has signed in from an address; each of the keys stands for both, under one of the live secrets.
pub(super) async fn is_known(conn: &impl ConnectionTrait, keys: Vec<String>) -> Result<bool, DbErr> {
    let known = Entity::find().filter(Column::Key.is_in(keys)).one(conn).await?;
    Ok(known.is_some())
}

/// Remembers it.
pub(super) async fn remember_in_tx(tx: &WriteTx, key: &str) -> Result<(), DbErr> {
    Entity::insert(ActiveModel {
        key: Set(key.to_owned()),
        last_at: Set(tx.now()),
    })
    .on_conflict(
        OnConflict::column(Column::Key)
            .update_column(Column::LastAt)
            .to_owned(),
    )
    .exec_without_returning(tx.conn())
    .await?;
    Ok(())
}

/// Forgets those that nobody has signed in from for half a year.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::LastAt.lt(now - REMEMBERED_FOR))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

//! Idempotency keys: what a flaky phone or form sends twice happens once (DESIGN.md 3).
//!
//! The key's row is inserted first in the command's own transaction. A second caller with the same key waits for
//! the first to commit and is then told which record it made; when the first rolled back, the key is free again.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, DbErr, EntityTrait, ExprTrait, QueryFilter,
    entity::prelude::*,
    sea_query::{Expr, OnConflict},
};
use serde::Serialize;

use super::{
    actor::{AccountId, Actor},
    crypto::sha256,
    db::write_tx,
    db::{Db, WriteTx},
    error::{CommandError, ErrorCode, Violation},
    message,
};

/// How long a key is remembered.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(30);
/// The longest key taken, in characters.
pub const MAX_KEY_LENGTH: usize = 128;

/// The table `idempotency_keys`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_keys")]
pub struct Model {
    /// The account, or `anonymous`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub caller: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub operation: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub key: String,
    pub input_hash: Vec<u8>,
    pub record_id: Option<Uuid>,
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// What a key says of a command.
#[derive(Debug)]
pub enum Claim {
    /// Not seen before, or no key was given: go on, and call [`Claimed::complete`] before the commit.
    New(Claimed),
    /// Done before: read this record again, under today's rights, and answer with it. Roll back.
    Replay(Uuid),
}

/// A key that this transaction holds.
#[derive(Debug)]
#[must_use = "complete() must be called before the commit"]
pub struct Claimed(Option<(String, &'static str, String)>);

/// Claims `key` for this caller and operation. Without a key every call is new.
///
/// # Errors
/// KEY_REUSED when the key came with other input before, INVALID when it is empty or too long.
pub async fn claim_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    operation: &'static str,
    key: Option<&str>,
    input: &impl Serialize,
) -> Result<Claim, CommandError> {
    let Some(key) = key else {
        return Ok(Claim::New(Claimed(None)));
    };
    if key.trim().is_empty() || key.chars().count() > MAX_KEY_LENGTH {
        return Err(Violation::new(
            ErrorCode::Invalid,
            ["input", "idempotencyKey"],
            message!("key-malformed", max = MAX_KEY_LENGTH),
        )
        .into());
    }
    let caller = caller_of(actor);
    let input_hash = sha256(&serde_json::to_vec(input)?).to_vec();
    let inserted = Entity::insert(ActiveModel {
        caller: Set(caller.clone()),
        operation: Set(operation.to_owned()),
        key: Set(key.to_owned()),
        input_hash: Set(input_hash.clone()),
        record_id: Set(None),
        created_at: Set(tx.now()),
    })
    .on_conflict(
        OnConflict::columns([Column::Caller, Column::Operation, Column::Key])
            .do_nothing()
            .to_owned(),
    )
    .exec_without_returning(tx.conn())
    .await;
    match inserted {
        Ok(rows) if rows > 0 => {
            return Ok(Claim::New(Claimed(Some((caller, operation, key.to_owned())))));
        }
        Ok(_) | Err(DbErr::RecordNotInserted) => {}
        Err(error) => return Err(error.into()),
    }
    let earlier = Entity::find_by_id((caller, operation.to_owned(), key.to_owned()))
        .one(tx.conn())
        .await?
        .ok_or_else(|| anyhow::anyhow!("an idempotency key vanished while it was read"))?;
    match earlier.record_id {
        Some(record) if earlier.input_hash == input_hash => Ok(Claim::Replay(record)),
        _ => Err(Violation::new(
            ErrorCode::KeyReused,
            ["input", "idempotencyKey"],
            message!("key-reused"),
        )
        .into()),
    }
}

/// Whether something was done under `key` before: a reading look, for whoever would refuse a new caller but not one who
/// asks again.
///
/// # Errors
/// When the database refuses.
pub async fn is_known(db: &Db, actor: &Actor, operation: &str, key: &str) -> Result<bool, DbErr> {
    Ok(made(db, actor, operation, key).await?.is_some())
}

/// The record that was made under `key` before, whatever became of it since.
///
/// # Errors
/// When the database refuses.
pub async fn made(db: &Db, actor: &Actor, operation: &str, key: &str) -> Result<Option<Uuid>, DbErr> {
    let id = (caller_of(actor), operation.to_owned(), key.to_owned());
    let found = Entity::find_by_id(id).one(db.reader()).await?;
    Ok(found.and_then(|row| row.record_id))
}

fn caller_of(actor: &Actor) -> String {
    actor
        .account_id()
        .map_or_else(|| "anonymous".to_owned(), |id| id.to_string())
}

impl Claimed {
    /// Notes the record that the command made.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn complete(self, tx: &WriteTx, record: impl Into<Uuid>) -> Result<(), DbErr> {
        let Some((caller, operation, key)) = self.0 else {
            return Ok(());
        };
        Entity::update_many()
            .col_expr(Column::RecordId, Expr::value(record.into()))
            .filter(
                Column::Caller
                    .eq(caller)
                    .and(Column::Operation.eq(operation))
                    .and(Column::Key.eq(key)),
            )
            .exec(tx.conn())
            .await?;
        Ok(())
    }
}

/// Forgets the keys that an account sent: its app chose them.
///
/// # Errors
/// When the database refuses.
pub async fn forget_caller_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::Caller.eq(account.to_string()))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets keys older than [`KEPT_FOR`].
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::CreatedAt.lt(now - KEPT_FOR))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

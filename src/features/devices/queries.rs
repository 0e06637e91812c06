//! Reads of devices, and what the outbox asks of them.

use anyhow::Result;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
    Select,
    sea_query::{Expr, ExprTrait, SelectStatement},
};

use super::table::{Column, Entity, Model};
use crate::features::accounts::{SessionColumn, Sessions};
use platform::{
    actor::AccountId,
    clock::SharedClock,
    db::{Db, write_tx},
    outbox,
};

/// The sessions that were ended. One that ran out by itself isn't: a phone that lay in a drawer is still its owner's.
fn ended_sessions() -> SelectStatement {
    Sessions::find()
        .select_only()
        .column(SessionColumn::Id)
        .filter(SessionColumn::RevokedAt.is_not_null())
        .into_query()
}

/// The devices of an account that messages go to.
fn living(account: AccountId) -> Select<Entity> {
    // A device at a time: an account has few, and the company many ended sessions.
    let its_session = Expr::col((Sessions, SessionColumn::Id)).equals((Entity, Column::SessionId));
    let has_ended = ended_sessions().and_where(its_session).take();
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(Expr::exists(has_ended).not())
}

/// The devices of an account, the latest registered first.
///
/// # Errors
/// When the database refuses.
pub async fn devices_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Vec<Model>, DbErr> {
    living(account)
        .order_by_desc(Column::RegisteredAt)
        .order_by_desc(Column::Id)
        .all(conn)
        .await
}

/// Forgets devices whose session was ended.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::SessionId.in_subquery(ended_sessions()))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

/// The devices that people registered, for the outbox.
#[derive(Debug, Clone)]
pub struct RegisteredDevices {
    db: Db,
    clock: SharedClock,
}

impl RegisteredDevices {
    /// Those in this database.
    #[must_use]
    pub fn new(db: Db, clock: SharedClock) -> Self {
        Self { db, clock }
    }
}

impl outbox::Devices for RegisteredDevices {
    fn tokens(&self, recipient: AccountId) -> BoxFuture<'_, Result<Vec<String>>> {
        Box::pin(async move {
            let devices = devices_of(self.db.reader(), recipient).await?;
            Ok(devices.into_iter().map(|device| device.token).collect())
        })
    }

    fn forget(&self, tokens: Vec<String>) -> BoxFuture<'_, Result<()>> {
        Box::pin(async move {
            let forgotten: Result<(), DbErr> = write_tx!(self.db.at(self.clock.now()), |tx| {
                Entity::delete_many()
                    .filter(Column::Token.is_in(tokens.clone()))
                    .exec(tx.conn())
                    .await?;
                Ok(())
            });
            Ok(forgotten?)
        })
    }
}

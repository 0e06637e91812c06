//! Reads of what people want. Whoever asks has found the account by a way that is theirs.

use std::collections::{HashMap, HashSet};

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use super::{
    model::{Mode, Topic, Wishes},
    table::{Column, Entity},
};
use platform::{actor::AccountId, db::WriteTx, outbox::Channel};

/// What an account wants.
///
/// # Errors
/// When the database refuses.
pub async fn wishes_of(conn: &impl ConnectionTrait, account: AccountId) -> Result<Wishes, DbErr> {
    let mut wishes = wishes_of_all(conn, [account]).await?;
    Ok(wishes.remove(&account).unwrap_or_default())
}

/// What several accounts want: those that have chosen anything. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn wishes_of_all(
    conn: &impl ConnectionTrait,
    accounts: impl IntoIterator<Item = AccountId>,
) -> Result<HashMap<AccountId, Wishes>, DbErr> {
    let rows = Entity::find()
        .filter(Column::AccountId.is_in(accounts))
        .all(conn)
        .await?;
    let mut chosen: HashMap<AccountId, Wishes> = HashMap::new();
    for row in rows {
        let wishes = chosen.entry(row.account_id).or_default();
        wishes.choose(row.topic, row.channel, row.mode);
    }
    Ok(chosen)
}

/// Who wants nothing of a topic on a channel.
///
/// # Errors
/// When the database refuses.
pub async fn turned_off(
    conn: &impl ConnectionTrait,
    topic: Topic,
    channel: Channel,
) -> Result<HashSet<AccountId>, DbErr> {
    let accounts: Vec<AccountId> = Entity::find()
        .select_only()
        .column(Column::AccountId)
        .filter(Column::Topic.eq(topic))
        .filter(Column::Channel.eq(channel))
        .filter(Column::Mode.eq(Mode::Off))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(accounts.into_iter().collect())
}

/// Forgets what an account wanted, as when it is removed for good or its person taken out of it.
///
/// # Errors
/// When the database refuses.
pub async fn forget_account_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::AccountId.eq(account))
        .exec(tx.conn())
        .await?;
    Ok(())
}

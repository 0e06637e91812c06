//! Rows that a transaction writes last, all of a kind in one statement.

use std::{
    any::Any,
    fmt,
    sync::{Mutex, PoisonError},
};

use futures_util::future::BoxFuture;
use sea_orm::{ActiveModelTrait, DbErr, EntityTrait};

use super::WriteTx;

/// Rows of one kind that wait for the end of a transaction.
pub trait Later: Any + Send {
    /// Writes them.
    fn write(self: Box<Self>, tx: &WriteTx) -> BoxFuture<'_, Result<(), DbErr>>;
}

/// Rows in one statement at most: SQLite takes 32,766 values.
const MAX_ROWS: usize = 500;

/// Inserts rows of one table.
///
/// # Errors
/// When the database refuses.
pub async fn insert_together<A>(tx: &WriteTx, mut rows: Vec<A>) -> Result<(), DbErr>
where
    A: ActiveModelTrait + Send,
    A::Entity: EntityTrait<ActiveModel = A>,
{
    while !rows.is_empty() {
        let rest = rows.split_off(rows.len().min(MAX_ROWS));
        A::Entity::insert_many(std::mem::replace(&mut rows, rest))
            .exec_without_returning(tx.conn())
            .await?;
    }
    Ok(())
}

/// All that waits, in the order in which the kinds came.
#[derive(Default)]
pub(super) struct Waiting(Mutex<Vec<Box<dyn Later>>>);

impl Waiting {
    pub(super) fn add<L: Later + Default>(&self, add: impl FnOnce(&mut L)) {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let known = kinds
            .iter_mut()
            .find_map(|kind| (&mut **kind as &mut dyn Any).downcast_mut::<L>());
        if let Some(known) = known {
            add(known);
        } else {
            let mut new = Box::<L>::default();
            add(&mut new);
            kinds.push(new);
        }
    }

    pub(super) async fn write_all(&self, tx: &WriteTx) -> Result<(), DbErr> {
        let kinds = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for kind in kinds {
            kind.write(tx).await?;
        }
        Ok(())
    }
}

impl fmt::Debug for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Waiting")
    }
}

//! Loads what many people want in one statement.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::preferences::{Wishes, wishes_of_all};
use platform::{
    actor::{AccountId, Actor},
    db::Db,
    graphql::RequestLoader,
};

/// Loads what accounts want. Whoever asks has found the account by a way that is theirs.
#[derive(Debug, Clone)]
pub struct WishesLoader(pub Db);

impl RequestLoader for WishesLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<AccountId> for WishesLoader {
    type Value = Wishes;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[AccountId]) -> Result<HashMap<AccountId, Self::Value>, Self::Error> {
        wishes_of_all(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)
    }
}

//! Loads the accounts of many records in one statement.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::accounts::{StoredAccount, accounts_by_ids};
use platform::{
    actor::{AccountId, Actor},
    db::Db,
    graphql::RequestLoader,
};

/// Loads accounts by id, deleted ones too. What of them may be shown is for the field to say.
#[derive(Debug, Clone)]
pub struct AccountLoader(pub Db);

impl RequestLoader for AccountLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<AccountId> for AccountLoader {
    type Value = StoredAccount;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[AccountId]) -> Result<HashMap<AccountId, Self::Value>, Self::Error> {
        let accounts = accounts_by_ids(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(accounts
            .into_iter()
            .map(|account| (account.id, account))
            .collect())
    }
}

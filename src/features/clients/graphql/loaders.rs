//! Loads the clients of many records in one statement.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::clients::{StoredClient, clients_by_ids};
use platform::{
    actor::{Actor, ClientId},
    db::Db,
    graphql::RequestLoader,
};

/// Loads clients by id, deleted ones too, as far as the actor may see them: staff all, clients themselves.
#[derive(Debug, Clone)]
pub struct ClientLoader {
    /// Where they are.
    pub db: Db,
    /// Who asks.
    pub actor: Actor,
}

impl RequestLoader for ClientLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<ClientId> for ClientLoader {
    type Value = StoredClient;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ClientId]) -> Result<HashMap<ClientId, Self::Value>, Self::Error> {
        let clients = clients_by_ids(self.db.reader(), &self.actor, keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(clients.into_iter().map(|client| (client.id, client)).collect())
    }
}

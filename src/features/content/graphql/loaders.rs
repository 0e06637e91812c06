//! Loads what many items have below them, and the items that many promotions lead to: one statement a level.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::features::{
    content::{
        PortfolioItem, PortfolioItemId,
        queries::{self, ItemBelow},
        tables::{gallery_image, portfolio_item, video},
    },
    media::Image,
};
use platform::{
    actor::Actor,
    db::{Db, KeptSelect},
    graphql::RequestLoader,
    listing::RecordScope,
};

/// Loads galleries with their pictures.
#[derive(Debug, Clone)]
pub struct GalleryLoader(Db);

impl RequestLoader for GalleryLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<ItemBelow> for GalleryLoader {
    type Value = Vec<(Arc<gallery_image::Model>, Arc<Image>)>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ItemBelow]) -> Result<HashMap<ItemBelow, Self::Value>, Self::Error> {
        let mut all = HashMap::new();
        for keys in by_scope(keys) {
            let mut found = queries::galleries(self.0.reader(), &keys)
                .await
                .map_err(Arc::new)?;
            let shared = |(row, image)| (Arc::new(row), image);
            all.extend(
                keys.iter().filter_map(|key| {
                    Some((*key, found.remove(&key.item)?.into_iter().map(shared).collect()))
                }),
            );
        }
        Ok(all)
    }
}

/// The keys of each scope: one group, unless a document asks for several scopes at once.
fn by_scope(keys: &[ItemBelow]) -> impl Iterator<Item = Vec<ItemBelow>> {
    let mut groups: HashMap<RecordScope, Vec<ItemBelow>> = HashMap::new();
    for key in keys {
        groups.entry(key.scope).or_default().push(*key);
    }
    groups.into_values()
}

/// Loads videos.
#[derive(Debug, Clone)]
pub struct VideoLoader(Db);

impl RequestLoader for VideoLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<ItemBelow> for VideoLoader {
    type Value = Vec<Arc<video::Model>>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ItemBelow]) -> Result<HashMap<ItemBelow, Self::Value>, Self::Error> {
        let mut all = HashMap::new();
        for keys in by_scope(keys) {
            let mut found = queries::videos(self.0.reader(), &keys).await.map_err(Arc::new)?;
            all.extend(keys.iter().filter_map(|key| {
                Some((*key, found.remove(&key.item)?.into_iter().map(Arc::new).collect()))
            }));
        }
        Ok(all)
    }
}

/// Loads living items, drafts too: who may see one is for the field to say.
#[derive(Debug, Clone)]
pub struct ItemLoader(Db);

impl RequestLoader for ItemLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<PortfolioItemId> for ItemLoader {
    type Value = Arc<PortfolioItem>;
    type Error = Arc<DbErr>;

    async fn load(
        &self,
        keys: &[PortfolioItemId],
    ) -> Result<HashMap<PortfolioItemId, Self::Value>, Self::Error> {
        static LIVING: KeptSelect<portfolio_item::Entity> = KeptSelect::new(|ids| {
            portfolio_item::Entity::find()
                .filter(portfolio_item::Column::Id.is_in(ids.iter().copied()))
                .filter(portfolio_item::Column::DeletedAt.is_null())
        });
        let found: Vec<PortfolioItem> = LIVING
            .all(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|item| (item.id, Arc::new(item))).collect())
    }
}

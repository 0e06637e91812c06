//! Loads the pictures of many records in one statement.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::media::{Image, ImageId, images_by_ids};
use platform::{actor::Actor, db::Db, graphql::RequestLoader};

/// Loads pictures by id. Whoever asks has a record that shows them.
#[derive(Debug, Clone)]
pub struct ImageLoader(pub Db);

impl RequestLoader for ImageLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<ImageId> for ImageLoader {
    type Value = Arc<Image>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ImageId]) -> Result<HashMap<ImageId, Self::Value>, Self::Error> {
        images_by_ids(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)
    }
}

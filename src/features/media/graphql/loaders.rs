//! Loads the pictures of many records in one statement.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};

use crate::features::media::{Image, ImageId, tables::image};
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
        let found = image::Entity::find()
            .filter(image::Column::Id.is_in(keys.iter().copied()))
            .all(self.0.reader())
            .await
            .map_err(Arc::new)?;
        Ok(found
            .into_iter()
            .map(|image| (image.id, Arc::new(image)))
            .collect())
    }
}

//! Loads the pictures of many records in one statement.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::media::{Image, ImageId, images_of};
use crate::platform::db::Db;

/// Loads pictures by id.
#[derive(Debug, Clone)]
pub struct ImageLoader(pub Db);

impl Loader<ImageId> for ImageLoader {
    type Value = Image;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ImageId]) -> Result<HashMap<ImageId, Self::Value>, Self::Error> {
        images_of(self.0.reader(), keys).await.map_err(Arc::new)
    }
}

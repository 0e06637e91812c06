//! Reading pictures. Who may see one is the business of the record that shows it.

use std::collections::HashMap;

use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::tables::image;
use super::{Image, ImageId};

/// The pictures with these ids, in one statement, with all that is needed to build their URLs.
///
/// # Errors
/// When the database can't be read.
pub async fn images_of(
    conn: &impl ConnectionTrait,
    ids: &[ImageId],
) -> Result<HashMap<ImageId, Image>, DbErr> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = image::Entity::find()
        .filter(image::Column::Id.is_in(ids.iter().copied()))
        .all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.id, row)).collect())
}

/// One picture.
///
/// # Errors
/// When the database can't be read.
pub async fn find_image(conn: &impl ConnectionTrait, id: ImageId) -> Result<Option<Image>, DbErr> {
    image::Entity::find_by_id(id).one(conn).await
}

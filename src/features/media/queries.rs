//! Reading pictures. Who may see one is the business of the record that shows it; lists of pictures are joined by
//! the features that list them (`tables::image`), in one statement.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};

use super::tables::image;
use super::{Image, ImageId};

/// One picture.
///
/// # Errors
/// When the database can't be read.
pub async fn find_image(conn: &impl ConnectionTrait, id: ImageId) -> Result<Option<Image>, DbErr> {
    image::Entity::find_by_id(id).one(conn).await
}

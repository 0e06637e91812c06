//! Reading pictures. Who may see one is the business of the record that shows it; lists of pictures are joined by
//! the features that list them (`tables::image`), in one statement.

use std::collections::HashSet;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};

use super::tables::{image, upload};
use super::{Image, ImageId, Renditions, UploadState};
use platform::{actor::Actor, storage::Storage};

/// One picture.
///
/// # Errors
/// When the database can't be read.
pub async fn find_image(conn: &impl ConnectionTrait, id: ImageId) -> Result<Option<Image>, DbErr> {
    image::Entity::find_by_id(id).one(conn).await
}

/// The pictures that records let go for others and that can be named again, by their uploads: all for staff, none for
/// others.
#[must_use]
pub fn select_replaced(actor: &Actor) -> Select<upload::Entity> {
    let replaced = upload::Entity::find().filter(upload::Column::State.eq(UploadState::Replaced));
    if actor.is_staff() {
        replaced
    } else {
        replaced.filter(upload::Column::Id.is_null())
    }
}

/// Whether a record let the picture go, and it can be named again.
pub(super) async fn is_replaced(conn: &impl ConnectionTrait, id: ImageId) -> Result<bool, DbErr> {
    let upload = upload::Entity::find()
        .filter(upload::Column::ImageId.eq(id))
        .filter(upload::Column::State.eq(UploadState::Replaced));
    Ok(upload.one(conn).await?.is_some())
}

/// The folders in storage of all pictures that the database knows, those of unfinished uploads too.
///
/// # Errors
/// When the database can't be read.
pub async fn folders(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let mut ids: Vec<ImageId> = image::Entity::find()
        .select_only()
        .column(image::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let announced: Vec<ImageId> = upload::Entity::find()
        .select_only()
        .column(upload::Column::ImageId)
        .into_tuple()
        .all(conn)
        .await?;
    ids.extend(announced);
    ids.sort_unstable();
    ids.dedup();
    Ok(ids.into_iter().map(image::folder_of).collect())
}

/// How many pictures lack a file in storage, of how many.
///
/// # Errors
/// When the database or storage can't be read.
pub async fn count_missing(conn: &impl ConnectionTrait, storage: &Storage) -> anyhow::Result<(usize, usize)> {
    let kept: HashSet<String> = storage.list(image::FOLDER).await?.into_iter().collect();
    let images = image::Entity::find().all(conn).await?;
    let lacks = |image: &Image| {
        let files = image.renditions.0.iter();
        files
            .map(|rendition| image::key_of(image.id, rendition))
            .any(|key| !kept.contains(&key))
    };
    Ok((images.iter().filter(|image| lacks(image)).count(), images.len()))
}

/// The keys in storage of all files of all pictures.
///
/// # Errors
/// When the database can't be read.
pub async fn all_files(conn: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let images: Vec<(ImageId, Renditions)> = image::Entity::find()
        .select_only()
        .columns([image::Column::Id, image::Column::Renditions])
        .order_by_asc(image::Column::Id)
        .into_tuple()
        .all(conn)
        .await?;
    let files = images
        .iter()
        .flat_map(|(id, renditions)| renditions.0.iter().map(|rendition| image::key_of(*id, rendition)));
    Ok(files.collect())
}

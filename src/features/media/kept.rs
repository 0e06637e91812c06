//! Pictures that were read lately. Their rows never change once they are made, and no row that shows one can outlive it (a
//! foreign key), so what was read once is right for as long as somebody asks: lists of pictures ask the database for ids
//! alone, and read nothing twice.

use std::{
    collections::HashMap,
    mem::size_of,
    sync::{Arc, LazyLock},
};

use quick_cache::{Weighter, sync::Cache};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

use super::{Image, ImageId, Rendition, tables::image};
use platform::db::KeptSelect;

/// Memory for pictures, in bytes: some 8,000 of them.
const CAPACITY: u64 = 8 * 1024 * 1024;
/// How many are expected: only a hint.
const EXPECTED: usize = 8_000;

/// One for the process: ids are unique in every database.
static KEPT: LazyLock<Cache<ImageId, Arc<Image>, Weights>> =
    LazyLock::new(|| Cache::with_weighter(EXPECTED, CAPACITY, Weights));

static BY_IDS: KeptSelect<image::Entity> =
    KeptSelect::new(|ids| image::Entity::find().filter(image::Column::Id.is_in(ids.iter().copied())));

#[derive(Debug, Clone)]
struct Weights;

impl Weighter<ImageId, Arc<Image>> for Weights {
    fn weight(&self, _: &ImageId, image: &Arc<Image>) -> u64 {
        let texts = [&image.thumb_hash, &image.source_type, &image.source_hash];
        let described = [&image.alt, &image.alt_en].into_iter().flatten();
        let renditions = image.renditions.0.iter();
        let bytes = size_of::<Image>()
            + texts.into_iter().chain(described).map(String::len).sum::<usize>()
            + renditions
                .map(|it| size_of::<Rendition>() + it.hash.len())
                .sum::<usize>();
        bytes as u64
    }
}

/// Pictures by their ids; of those that aren't kept, one statement reads all.
///
/// # Errors
/// When the database refuses.
pub async fn images_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ImageId>,
) -> Result<HashMap<ImageId, Arc<Image>>, DbErr> {
    let mut images = HashMap::new();
    let mut missing = Vec::new();
    for id in ids {
        match KEPT.get(&id) {
            Some(image) => _ = images.insert(id, image),
            None => missing.push(id),
        }
    }
    if !missing.is_empty() {
        let read: Vec<Image> = BY_IDS.all(conn, missing).await?;
        for image in read.into_iter().map(Arc::new) {
            KEPT.insert(image.id, Arc::clone(&image));
            images.insert(image.id, image);
        }
    }
    Ok(images)
}

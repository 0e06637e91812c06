//! Reads of the content that are more than one list.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::{
    PortfolioItemId,
    kinds::{blog_post::BlogPostFilter, portfolio_item::PortfolioFilter},
    model::{MAX_GALLERY, MAX_VIDEOS},
    tables::{blog_post, gallery_image, portfolio_item, video},
};
use crate::features::media::{Image, images_by_ids};
use platform::{
    db::KeptSelect,
    listing::{RecordScope, select},
    record::{RecordColumn, RecordEntity},
};

/// What is below an item: among the living, what lives; of a deleted item also what was deleted together with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ItemBelow {
    /// The item.
    pub item: PortfolioItemId,
    /// The batch that the item was deleted with.
    pub batch: Option<Uuid>,
    /// What it shows, what is in its bin, or both.
    pub scope: RecordScope,
}

/// The rows below these items, which are all asked for in one scope.
fn below<C: ColumnTrait>(of: &[ItemBelow], item: C, deleted_at: C, batch: C) -> Condition {
    let batches: Vec<Uuid> = of.iter().filter_map(|key| key.batch).collect();
    let scope = of.first().map_or(RecordScope::Living, |key| key.scope);
    let with_item = (!batches.is_empty()).then(|| batch.is_in(batches.iter().copied()));
    let seen = match scope {
        RecordScope::Published | RecordScope::Living => {
            Condition::any().add(deleted_at.is_null()).add_option(with_item)
        }
        // What was deleted together with its item isn't in its bin.
        RecordScope::Deleted => Condition::all()
            .add(deleted_at.is_not_null())
            .add_option((!batches.is_empty()).then(|| batch.is_not_in(batches.iter().copied()))),
        RecordScope::All => Condition::all(),
    };
    Condition::all()
        .add(item.is_in(of.iter().map(|key| key.item.0)))
        .add(seen)
}

/// The items, when what lives below living items is all that is asked for: what nearly everybody asks.
fn all_living(of: &[ItemBelow]) -> Option<impl Iterator<Item = PortfolioItemId>> {
    let shown = |key: &ItemBelow| matches!(key.scope, RecordScope::Published | RecordScope::Living);
    of.iter()
        .all(|key| key.batch.is_none() && shown(key))
        .then(|| of.iter().map(|key| key.item))
}

/// What lives below these items, in order.
fn living<E: RecordEntity>(items: &[Uuid], item: E::Column, position: E::Column) -> Select<E> {
    E::find()
        .filter(item.is_in(items.iter().copied()))
        .filter(E::column(RecordColumn::DeletedAt).is_null())
        .order_by_asc(position)
        .order_by_asc(E::column(RecordColumn::Id))
}

/// The rows below these items: living ones in their order, then the latest deleted.
async fn rows_below<E: RecordEntity>(
    conn: &impl ConnectionTrait,
    of: &[ItemBelow],
    living: &KeptSelect<E>,
    item: E::Column,
    position: E::Column,
) -> Result<Vec<E::Model>, DbErr> {
    if let Some(items) = all_living(of) {
        return living.all(conn, items).await;
    }
    let deleted_at = E::column(RecordColumn::DeletedAt);
    let batch = E::column(RecordColumn::DeletionBatch);
    E::find()
        .filter(below(of, item, deleted_at, batch))
        .order_by_asc(deleted_at.is_not_null())
        .order_by_desc(deleted_at)
        .order_by_asc(position)
        .order_by_asc(E::column(RecordColumn::Id))
        .all(conn)
        .await
}

/// The galleries of many items with their pictures, each in order and [`MAX_GALLERY`] at most. All of them in the scope of the
/// first. One statement, and one more for pictures that aren't kept.
///
/// # Errors
/// When the database refuses.
pub async fn galleries(
    conn: &impl ConnectionTrait,
    of: &[ItemBelow],
) -> Result<HashMap<PortfolioItemId, Vec<(gallery_image::Model, Arc<Image>)>>, DbErr> {
    static LIVING: KeptSelect<gallery_image::Entity> = KeptSelect::new(|items| {
        living(
            items,
            gallery_image::Column::PortfolioItemId,
            gallery_image::Column::Position,
        )
    });
    let (item, position) = (
        gallery_image::Column::PortfolioItemId,
        gallery_image::Column::Position,
    );
    let rows = rows_below(conn, of, &LIVING, item, position).await?;
    let images = images_by_ids(conn, rows.iter().map(|row| row.image_id)).await?;
    let mut galleries: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let gallery = galleries.entry(row.portfolio_item_id).or_default();
        if gallery.len() < MAX_GALLERY {
            let image = images.get(&row.image_id).map(Arc::clone);
            gallery.extend(image.map(|image| (row, image)));
        }
    }
    Ok(galleries)
}

/// The videos of many items, each item's in order and [`MAX_VIDEOS`] at most. All of them in the scope of the first. One
/// statement.
///
/// # Errors
/// When the database refuses.
pub async fn videos(
    conn: &impl ConnectionTrait,
    of: &[ItemBelow],
) -> Result<HashMap<PortfolioItemId, Vec<video::Model>>, DbErr> {
    static LIVING: KeptSelect<video::Entity> =
        KeptSelect::new(|items| living(items, video::Column::PortfolioItemId, video::Column::Position));
    let (item, position) = (video::Column::PortfolioItemId, video::Column::Position);
    let rows = rows_below(conn, of, &LIVING, item, position).await?;
    let mut videos: HashMap<_, Vec<_>> = HashMap::new();
    for row in rows {
        let of_item = videos.entry(row.portfolio_item_id).or_default();
        if of_item.len() < MAX_VIDEOS {
            of_item.push(row);
        }
    }
    Ok(videos)
}

/// When something is published next by itself, after the moment `now`: until then no list changes without a write.
///
/// # Errors
/// When the database refuses.
pub async fn next_publication(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    macro_rules! next {
        ($table:ident) => {{
            let at: Option<Option<DateTime<Utc>>> = $table::Entity::find()
                .select_only()
                .column_as($table::Column::PublishedAt.min(), "next")
                .filter($table::Column::DeletedAt.is_null())
                .filter($table::Column::IsPublished.eq(true))
                .filter($table::Column::PublishedAt.gt(now))
                .into_tuple()
                .one(conn)
                .await?;
            at.flatten()
        }};
    }
    let (items, posts) = (next!(portfolio_item), next!(blog_post));
    Ok(items.into_iter().chain(posts).min())
}

/// A page of the website, for its site map.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicPage {
    /// Where it is below WEBSITE_URL, such as `portfolio/villa-plateau`.
    pub path: String,
    /// When it last changed, or came to be shown.
    pub changed_at: DateTime<Utc>,
}

/// The pages of all published items and articles, the newest first. Two statements.
///
/// # Errors
/// When the database refuses.
pub async fn public_pages(conn: &impl ConnectionTrait, now: DateTime<Utc>) -> Result<Vec<PublicPage>, DbErr> {
    macro_rules! pages {
        ($table:ident, $filter:expr, $path:expr) => {{
            let rows: Vec<(String, DateTime<Utc>, Option<DateTime<Utc>>)> =
                select::<$table::Entity>(RecordScope::Published, now, &$filter)
                    .select_only()
                    .columns([
                        $table::Column::Slug,
                        $table::Column::UpdatedAt,
                        $table::Column::PublishedAt,
                    ])
                    .order_by_desc($table::Column::PublishedAt)
                    .order_by_desc($table::Column::Id)
                    .into_tuple()
                    .all(conn)
                    .await?;
            rows.into_iter()
                .map(|(slug, updated_at, published_at)| PublicPage {
                    path: $path(&slug),
                    changed_at: published_at.map_or(updated_at, |at| at.max(updated_at)),
                })
        }};
    }
    let mut pages: Vec<PublicPage> =
        pages!(portfolio_item, PortfolioFilter::default(), portfolio_path).collect();
    pages.extend(pages!(blog_post, BlogPostFilter::default(), blog_path));
    Ok(pages)
}

/// The latest articles that visitors may read, the newest first. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn latest_posts(
    conn: &impl ConnectionTrait,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<blog_post::Model>, DbErr> {
    select::<blog_post::Entity>(RecordScope::Published, now, &BlogPostFilter::default())
        .order_by_desc(blog_post::Column::PublishedAt)
        .order_by_desc(blog_post::Column::Id)
        .limit(limit)
        .all(conn)
        .await
}

/// Where the page of an item is below WEBSITE_URL.
#[must_use]
pub fn portfolio_path(slug: &str) -> String {
    format!("portfolio/{slug}")
}

/// Where the page of an article is below WEBSITE_URL.
#[must_use]
pub fn blog_path(slug: &str) -> String {
    format!("blog/{slug}")
}

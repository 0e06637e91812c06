//! Which pictures the content needs, and who may see them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait,
    sea_query::{SelectStatement, UnionType},
};

use super::tables::{blog_post, gallery_image, partner, portfolio_item, promotion, service, testimonial};
use crate::features::media::{Audience, ImageId, ImageUse};
use platform::{
    clock::SharedClock,
    db::Db,
    listing::RecordScope,
    listing::{Listed, in_scope},
};

/// The pictures of the content. What is published depends on the hour, so it has a clock.
#[derive(Debug, Clone)]
pub struct ContentImages {
    clock: SharedClock,
}

impl ContentImages {
    /// With the server's clock.
    #[must_use]
    pub fn new(clock: SharedClock) -> Self {
        Self { clock }
    }
}

/// Those of `images` that rows of one table show in their column `picture`.
fn in_column<E: Listed>(
    scope: RecordScope,
    now: DateTime<Utc>,
    picture: E::Column,
    images: &[ImageId],
) -> SelectStatement {
    E::find()
        .select_only()
        .column(picture)
        .filter(picture.is_in(images.iter().copied()))
        .filter(in_scope::<E>(scope, now))
        .into_query()
}

/// The staff see what is in a gallery's bin too.
fn in_galleries(scope: RecordScope, now: DateTime<Utc>, images: &[ImageId]) -> SelectStatement {
    let mut rows = gallery_image::Entity::find()
        .select_only()
        .column(gallery_image::Column::ImageId)
        .filter(gallery_image::Column::ImageId.is_in(images.iter().copied()));
    if scope == RecordScope::Published {
        rows = rows.filter(gallery_image::Column::DeletedAt.is_null());
    }
    if scope != RecordScope::All {
        let items = portfolio_item::Entity::find()
            .select_only()
            .column(portfolio_item::Column::Id)
            .filter(in_scope::<portfolio_item::Entity>(scope, now))
            .into_query();
        rows = rows.filter(gallery_image::Column::PortfolioItemId.in_subquery(items));
    }
    rows.into_query()
}

/// Those of `images` that the content shows, in the rows of a scope: one statement over all its tables.
async fn shown(
    db: &Db,
    scope: RecordScope,
    now: DateTime<Utc>,
    images: &[ImageId],
    with_promotions: bool,
) -> Result<HashSet<ImageId>, DbErr> {
    macro_rules! column {
        ($table:ident, $picture:ident) => {
            in_column::<$table::Entity>(scope, now, $table::Column::$picture, images)
        };
    }
    let mut all = column!(portfolio_item, MainImageId);
    let mut others = vec![
        in_galleries(scope, now, images),
        column!(service, IconId),
        column!(partner, LogoId),
        column!(testimonial, PhotoId),
        column!(blog_post, ThumbnailId),
    ];
    if with_promotions {
        others.push(column!(promotion, BannerImageId));
    }
    for other in others {
        all.union(UnionType::All, other);
    }
    let rows = db.reader().query_all(&all).await?;
    rows.iter()
        .map(|row| Ok(ImageId(row.try_get_by_index(0)?)))
        .collect()
}

impl ImageUse for ContentImages {
    fn referenced<'a>(
        &'a self,
        db: &'a Db,
        images: &'a [ImageId],
    ) -> BoxFuture<'a, Result<HashSet<ImageId>, DbErr>> {
        Box::pin(shown(db, RecordScope::All, self.clock.now(), images, true))
    }

    fn visible<'a>(
        &'a self,
        db: &'a Db,
        image: ImageId,
        audience: Audience,
    ) -> BoxFuture<'a, Result<bool, DbErr>> {
        let scope = match audience {
            Audience::Staff => RecordScope::Living,
            Audience::Client(_) | Audience::Public => RecordScope::Published,
        };
        // Promotions are for those who have signed in.
        let with_promotions = audience != Audience::Public;
        Box::pin(async move {
            let found = shown(db, scope, self.clock.now(), &[image], with_promotions).await?;
            Ok(!found.is_empty())
        })
    }
}

//! Which pictures updates need, and who may see them.

use std::collections::HashSet;

use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::tables::{project, update, update_image};
use crate::features::media::{Audience, ImageId, ImageUse};
use platform::db::Db;

/// The pictures of project updates.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProjectImages;

impl ImageUse for ProjectImages {
    fn referenced<'a>(
        &'a self,
        db: &'a Db,
        images: &'a [ImageId],
    ) -> BoxFuture<'a, Result<HashSet<ImageId>, DbErr>> {
        Box::pin(async move {
            let used: Vec<ImageId> = update_image::Entity::find()
                .select_only()
                .column(update_image::Column::ImageId)
                .filter(update_image::Column::ImageId.is_in(images.iter().copied()))
                .into_tuple()
                .all(db.reader())
                .await?;
            Ok(used.into_iter().collect())
        })
    }

    fn visible<'a>(
        &'a self,
        db: &'a Db,
        image: ImageId,
        audience: Audience,
    ) -> BoxFuture<'a, Result<bool, DbErr>> {
        Box::pin(async move {
            let mut shown = update_image::Entity::find()
                .select_only()
                .column(update_image::Column::UpdateId)
                .filter(update_image::Column::ImageId.eq(image));
            // The staff see what is in an update's bin too.
            if audience != Audience::Staff {
                shown = shown.filter(update_image::Column::DeletedAt.is_null());
            }
            let shown = shown.into_query();
            let mut projects = project::Entity::find()
                .select_only()
                .column(project::Column::Id)
                .filter(project::Column::DeletedAt.is_null());
            if audience == Audience::Public {
                return Ok(false);
            }
            let mut updates = update::Entity::find()
                .filter(update::Column::Id.in_subquery(shown))
                .filter(update::Column::DeletedAt.is_null());
            if let Audience::Client(client) = audience {
                projects = projects.filter(project::Column::ClientId.eq(client));
                updates = updates.filter(update::Column::PostedAt.is_not_null());
            }
            let seen = updates
                .filter(update::Column::ProjectId.in_subquery(projects.into_query()))
                .one(db.reader())
                .await?;
            Ok(seen.is_some())
        })
    }
}

//! `replacedPictures`.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{GqlImage, ImageLoader};
use crate::features::media::{select_replaced, tables::upload};
use platform::{
    graphql::{Allow, Connection, ContextExt, paged, user_error::internal},
    paging::{OrderBy, PageArgs},
};

/// A picture that a record showed until another took its place.
#[derive(Debug)]
pub struct GqlReplacedPicture(upload::Model);

/// A picture that a record showed until another took its place. Nobody but staff sees it any more.
#[Object(name = "ReplacedPicture")]
impl GqlReplacedPicture {
    /// Name it as an upload (`mainImageUploadId`, `logoUploadId`, …) and the record shows the picture again.
    async fn upload_id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// The picture.
    async fn image(&self, ctx: &Context<'_>) -> Result<GqlImage> {
        let image = ctx.loader::<ImageLoader>().load_one(self.0.image_id).await;
        let image = image.map_err(internal)?;
        let missing = || internal(anyhow::anyhow!("{} has no picture", self.0.id));
        image.map(GqlImage::signed).ok_or_else(missing)
    }

    /// When another took its place.
    async fn replaced_at(&self) -> DateTime<Utc> {
        self.0.used_at.unwrap_or(self.0.created_at)
    }

    /// Until when it can be named again: 30 days. It is removed for good then.
    async fn expires_at(&self) -> DateTime<Utc> {
        self.0.expires_at
    }
}

/// Reads of pictures that no record shows.
#[derive(Debug, Default)]
pub struct MediaQuery;

#[paged]
#[Object]
impl MediaQuery {
    /// Main pictures, logos and portraits that were replaced or taken away in the last 30 days, the latest first. Those of
    /// updates and galleries have a bin of their own (`scope`). For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn replaced_pictures(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
    ) -> Result<Connection<GqlReplacedPicture>> {
        let order = OrderBy::new(upload::Column::ExpiresAt, true, upload::Column::Id);
        Connection::read(
            ctx,
            select_replaced(ctx.actor()),
            &order,
            &args,
            GqlReplacedPicture,
        )
        .await
    }
}

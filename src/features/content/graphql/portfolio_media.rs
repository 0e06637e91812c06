//! `PortfolioGalleryImage` and `PortfolioVideo`.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result};

use super::{images::picture, loaders::ItemLoader, optional_in_locale};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        content::tables::{gallery_image, video},
        media::{Image, graphql::GqlImage},
    },
    record_methods,
};
use platform::{
    actor::Locale,
    graphql::{ContextExt, internal, removed_meanwhile, scalars::Url},
    video_link::{self, VideoLink},
};

/// A picture of an item's gallery.
#[derive(Debug, Clone)]
pub struct GqlGalleryImage {
    row: Arc<gallery_image::Model>,
    /// The picture, when it is at hand.
    image: Option<Arc<Image>>,
    /// Whether its item is public, when that is known.
    is_public: Option<bool>,
    locale: Locale,
}

impl GqlGalleryImage {
    /// A picture that was loaded with its gallery.
    #[must_use]
    pub fn loaded(
        row: Arc<gallery_image::Model>,
        image: Arc<Image>,
        is_public: bool,
        locale: Locale,
    ) -> Self {
        Self {
            row,
            image: Some(image),
            is_public: Some(is_public),
            locale,
        }
    }

    /// Whether everybody may see it: as its item.
    async fn is_public(&self, ctx: &Context<'_>) -> Result<bool> {
        if let Some(is_public) = self.is_public {
            return Ok(is_public);
        }
        let item = ctx
            .loader::<ItemLoader>()
            .load_one(self.row.portfolio_item_id)
            .await;
        let item = item.map_err(internal)?;
        let now = ctx.app().clock.now();
        Ok(self.row.deleted_at.is_none() && item.is_some_and(|item| item.is_public(now)))
    }
}

impl From<gallery_image::Model> for GqlGalleryImage {
    fn from(row: gallery_image::Model) -> Self {
        Self {
            row: Arc::new(row),
            image: None,
            is_public: None,
            locale: Locale::Fr,
        }
    }
}

record_methods!(GqlGalleryImage, row);

/// A picture of an item's gallery. It is changed with its item (`updatePortfolioItem`); one that was removed there can
/// be restored by its id.
#[Object(name = "PortfolioGalleryImage")]
impl GqlGalleryImage {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The picture.
    async fn image(&self, ctx: &Context<'_>) -> Result<GqlImage> {
        let is_public = self.is_public(ctx).await?;
        if let Some(image) = &self.image {
            return Ok(GqlImage::of_content(Arc::clone(image), is_public, self.locale));
        }
        picture(ctx, Some(self.row.image_id), is_public, self.locale)
            .await?
            .ok_or_else(|| removed_meanwhile(self.row.id))
    }
}

/// Where a video is played.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "video_link::VideoProvider")]
pub enum VideoProvider {
    /// youtube.com
    #[graphql(name = "YOUTUBE")]
    YouTube,
    /// vimeo.com
    Vimeo,
}

/// A video of an item.
#[derive(Debug, Clone)]
pub struct GqlVideo {
    row: Arc<video::Model>,
    locale: Locale,
}

impl GqlVideo {
    /// The record, read in this language.
    #[must_use]
    pub fn new(row: Arc<video::Model>, locale: Locale) -> Self {
        Self { row, locale }
    }

    fn link(&self) -> Result<VideoLink> {
        VideoLink::parse(&self.row.url).map_err(internal)
    }
}

impl From<video::Model> for GqlVideo {
    fn from(row: video::Model) -> Self {
        Self::new(Arc::new(row), Locale::Fr)
    }
}

record_methods!(GqlVideo, row);

/// A video of an item, on YouTube or Vimeo. It is changed with its item (`updatePortfolioItem`); one that was removed
/// there can be restored by its id.
#[Object(name = "PortfolioVideo")]
impl GqlVideo {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What it is called.
    async fn title(&self) -> Option<&str> {
        optional_in_locale(&self.row.title, &self.row.title_en, self.locale)
    }

    /// What it is called in English; null when nobody has written that.
    async fn title_en(&self) -> Option<&str> {
        self.row.title_en.as_deref()
    }

    /// The page where it is watched, in one form whatever form staff pasted.
    async fn url(&self) -> Result<Url> {
        Ok(Url(self.link()?.watch_url()))
    }

    /// The address to put into an `<iframe>`.
    async fn embed_url(&self) -> Result<Url> {
        Ok(Url(self.link()?.embed_url()))
    }

    /// A still of it.
    async fn thumbnail_url(&self) -> Result<Url> {
        Ok(Url(self.link()?.thumbnail_url()))
    }

    /// Who plays it.
    async fn provider(&self) -> Result<VideoProvider> {
        Ok(self.link()?.provider.into())
    }

    /// The provider's own name for it.
    async fn video_id(&self) -> Result<String> {
        Ok(self.link()?.id)
    }
}

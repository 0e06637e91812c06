//! `PortfolioGalleryImage` and `PortfolioVideo`.

use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result};

use super::{images::picture, optional_in_locale};
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
    graphql::{internal, removed_meanwhile, scalars::Url},
    video_link::{self, VideoLink},
};

/// A picture of an item's gallery.
#[derive(Debug, Clone)]
pub struct GqlGalleryImage {
    row: Arc<gallery_image::Model>,
    /// The picture, when it is at hand.
    image: Option<Arc<Image>>,
    is_public: bool,
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
            is_public,
            locale,
        }
    }
}

impl From<gallery_image::Model> for GqlGalleryImage {
    fn from(row: gallery_image::Model) -> Self {
        Self {
            row: Arc::new(row),
            image: None,
            is_public: false,
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
        if let Some(image) = &self.image {
            return Ok(GqlImage::of_content(
                Arc::clone(image),
                self.is_public,
                self.locale,
            ));
        }
        picture(ctx, Some(self.row.image_id), self.is_public, self.locale)
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

//! `Image` and its renditions. Everything is in the loaded row: no field costs a statement.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};

use crate::features::media::{Image, Media, Rendition};
use platform::actor::Locale;
use platform::error::CommandError;
use platform::graphql::ContextExt;
use platform::graphql::scalars::Url;
use platform::graphql::user_error::{internal, top_level};
use platform::images::RenditionFormat;

/// A file format that pictures are offered in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "RenditionFormat")]
pub enum ImageFormat {
    /// The smallest files, a third to a half of JPEG; Android, iOS and every current browser show it.
    Webp,
    /// For everything else. A transparent picture is laid on white.
    Jpeg,
    /// Lossless and large: made only of pictures with transparency. Of the others you get JPEG.
    Png,
}

/// One file of a picture.
#[derive(Debug, Clone, SimpleObject)]
#[graphql(name = "Rendition")]
pub struct GqlRendition {
    /// Where the file is. Works without a token, for 12 to 24 hours and as long as your session; see `Image.url`.
    pub url: Url,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// How it is encoded.
    pub format: ImageFormat,
    /// The file's size in bytes.
    pub byte_size: i32,
}

/// A picture.
#[derive(Debug, Clone)]
pub struct GqlImage {
    image: Arc<Image>,
    is_public: bool,
    locale: Locale,
}

impl GqlImage {
    /// A picture that its reader may see: its URLs are signed for them.
    #[must_use]
    pub fn signed(image: Arc<Image>) -> Self {
        Self {
            image,
            is_public: false,
            locale: Locale::Fr,
        }
    }

    /// A picture of the website's content, described in this language; `is_public` says whether everybody may see it at
    /// this moment.
    #[must_use]
    pub fn of_content(image: Arc<Image>, is_public: bool, locale: Locale) -> Self {
        Self {
            image,
            is_public,
            locale,
        }
    }
}

impl From<Image> for GqlImage {
    fn from(image: Image) -> Self {
        Self::signed(Arc::new(image))
    }
}

/// A picture: upright, in sRGB, without any of the camera's metadata (no position, no time, no device).
///
/// In Flutter: lay out with `width` and `height`, paint `thumbHash` at once, then load `url(width: …)` with the
/// widget's width in physical pixels (`MediaQuery.devicePixelRatioOf(context) * logicalWidth`).
#[Object(name = "Image")]
impl GqlImage {
    /// The picture's id (`img_…`): keeps it in a patch that lists pictures.
    async fn id(&self) -> ID {
        self.image.id.to_string().into()
    }

    /// The URL of the smallest file that is at least `width` pixels wide, or of the widest there is; of the widest
    /// without `width`. Offered are 320, 640, 1280 and 1920 pixels, never more than the original has.
    ///
    /// Pictures of what the website shows have plain URLs, the same for everybody, that name the file's content and may
    /// be cached for ever. Every other URL is signed for you: it needs no token and no header, so an image widget can
    /// load it, and it must be used unchanged. It works for 12 to 24 hours and stays the same until midnight or noon
    /// UTC, so it can be the key of a cache; when it has expired (410), ask for the record again. It ends with the session
    /// that asked for it (403). Either stops working as soon as the record is no longer to be seen (404).
    async fn url(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many physical pixels wide it will be shown.")] width: Option<i32>,
        #[graphql(desc = "The file format.", default_with = "ImageFormat::Webp")] format: ImageFormat,
    ) -> Result<Url> {
        // A width of 0 or less asks for the smallest.
        let width = width.map(|width| u32::try_from(width).unwrap_or(0));
        let rendition = self
            .image
            .renditions
            .best(width, format.into())
            .ok_or_else(|| internal(anyhow::anyhow!("{} has no renditions", self.image.id)))?;
        self.url_of(ctx, rendition)
    }

    /// Width of the original in pixels. Use it with `height` for the aspect ratio before anything is loaded.
    async fn width(&self) -> i32 {
        self.image.width
    }

    /// Height of the original in pixels.
    async fn height(&self) -> i32 {
        self.image.height
    }

    /// A blurred preview in some 25 bytes, in base64 (https://evanw.github.io/thumbhash/): paint it while the
    /// picture loads.
    async fn thumb_hash(&self) -> &str {
        &self.image.thumb_hash
    }

    /// What the picture shows, for people who can't see it, in the language that the list was asked in; null when nobody
    /// has described it.
    async fn alt(&self) -> Option<&str> {
        let english = self.image.alt_en.as_deref().filter(|_| self.locale == Locale::En);
        english.or(self.image.alt.as_deref())
    }

    /// All the files there are, narrowest first, each width in each of its formats; 12 at most.
    async fn renditions(&self, ctx: &Context<'_>) -> Result<Vec<GqlRendition>> {
        let signed = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
        let describe = |rendition: &Rendition| {
            Ok(GqlRendition {
                url: self.url_of(ctx, rendition)?,
                width: signed(rendition.width),
                height: signed(rendition.height),
                format: rendition.format.into(),
                byte_size: signed(rendition.bytes),
            })
        };
        self.image.renditions.0.iter().map(describe).collect()
    }
}

impl GqlImage {
    fn url_of(&self, ctx: &Context<'_>, rendition: &Rendition) -> Result<Url> {
        let media = ctx.data_unchecked::<Media>();
        if self.is_public {
            return Ok(Url(media.urls().public_rendition(&self.image, rendition)));
        }
        let reader = ctx.actor().account();
        let session = reader
            .ok_or_else(|| top_level(CommandError::Unauthenticated))?
            .session;
        Ok(Url(media.urls().rendition(&self.image, rendition, session)))
    }
}

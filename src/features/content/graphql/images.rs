//! A record's picture, loaded together with those of all other records of the answer.

use async_graphql::{Context, Result};

use crate::features::media::{
    ImageId,
    graphql::{GqlImage, ImageLoader},
};
use platform::{
    actor::Locale,
    graphql::{ContextExt, internal},
};

/// The picture with this id, if there is one; `is_public` says whether everybody may see its record.
pub async fn picture(
    ctx: &Context<'_>,
    id: Option<ImageId>,
    is_public: bool,
    locale: Locale,
) -> Result<Option<GqlImage>> {
    let Some(id) = id else { return Ok(None) };
    let image = ctx.loader::<ImageLoader>().load_one(id).await.map_err(internal)?;
    Ok(image.map(|image| GqlImage::of_content(image, is_public, locale)))
}

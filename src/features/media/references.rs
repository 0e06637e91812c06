//! Who needs a picture, and who may see it: asked of the features that show pictures, which register here.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use futures_util::future::BoxFuture;
use sea_orm::DbErr;

use super::ImageId;
use platform::actor::{Actor, ClientId};
use platform::db::Db;

/// Who looks at a picture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Audience {
    /// Whoever works for the company.
    Staff,
    /// One client.
    Client(ClientId),
    /// Everybody, for pictures of what the website shows: their URLs carry no signature.
    Public,
}

impl Audience {
    /// The audience that an actor belongs to; `None` for visitors.
    #[must_use]
    pub fn of(actor: &Actor) -> Option<Self> {
        if actor.is_staff() {
            Some(Self::Staff)
        } else {
            actor.client_id().map(Self::Client)
        }
    }
}

/// What a feature that shows pictures answers for its own records.
///
/// A feature implements it once and hands it to [`ImageUses::with`] in `app.rs`.
pub trait ImageUse: Send + Sync + 'static {
    /// Those of `images` that any record of the feature refers to, deleted ones included: they can be restored.
    fn referenced<'a>(
        &'a self,
        db: &'a Db,
        images: &'a [ImageId],
    ) -> BoxFuture<'a, Result<HashSet<ImageId>, DbErr>>;

    /// Whether a living record of the feature shows `image` to `audience`. For staff that includes drafts; for a
    /// client only what is posted on a living project of theirs and what everybody sees; for [`Audience::Public`] what
    /// the website shows at this moment.
    fn visible<'a>(
        &'a self,
        db: &'a Db,
        image: ImageId,
        audience: Audience,
    ) -> BoxFuture<'a, Result<bool, DbErr>>;
}

/// All the features that show pictures.
#[derive(Clone, Default)]
pub struct ImageUses(Vec<Arc<dyn ImageUse>>);

impl fmt::Debug for ImageUses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ImageUses({})", self.0.len())
    }
}

impl ImageUses {
    /// Adds a feature.
    #[must_use]
    pub fn with(mut self, image_use: impl ImageUse) -> Self {
        self.0.push(Arc::new(image_use));
        self
    }

    /// Those of `images` that no feature refers to. Without any feature to ask, every picture counts as needed: a
    /// forgotten registration must not empty the house.
    pub(super) async fn unreferenced(&self, db: &Db, images: &[ImageId]) -> Result<Vec<ImageId>, DbErr> {
        if self.0.is_empty() {
            return Ok(Vec::new());
        }
        let mut left = images.to_vec();
        for image_use in &self.0 {
            let referenced = image_use.referenced(db, &left).await?;
            left.retain(|image| !referenced.contains(image));
        }
        Ok(left)
    }

    /// Whether any feature shows `image` to `audience`.
    pub(super) async fn visible(&self, db: &Db, image: ImageId, audience: Audience) -> Result<bool, DbErr> {
        for image_use in &self.0 {
            if image_use.visible(db, image, audience).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

//! Builds and checks the URLs of pictures and uploads. No SQL: a list of a hundred photos costs a hundred HMACs.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Audience, Image, ImageId, Rendition, UploadId};
use platform::clock::SharedClock;
use platform::crypto::Keys;
use platform::signed_url::{Action, Grant, Refusal, stable_expiry};

/// Makes URLs. Cheap to clone.
#[derive(Debug, Clone)]
pub struct MediaUrls {
    keys: Arc<Keys>,
    clock: SharedClock,
    public_url: Arc<str>,
}

impl MediaUrls {
    /// `public_url` is the configured `PUBLIC_URL`: never what a request called us.
    #[must_use]
    pub fn new(keys: Arc<Keys>, clock: SharedClock, public_url: &str) -> Self {
        Self {
            keys,
            clock,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// The URL of one file of a picture: valid 12 to 24 hours, and the same for the same audience until the next
    /// half-day begins.
    #[must_use]
    pub fn rendition(&self, image: &Image, rendition: &Rendition, audience: Audience) -> String {
        let path = rendition_path(image.id, rendition);
        let audience = audience.to_string();
        let expires = stable_expiry(self.clock.now());
        let signature = Grant {
            action: Action::Read,
            path: &path,
            audience: &audience,
            expires,
        }
        .sign(&self.keys);
        let base = &self.public_url;
        format!("{base}{path}?audience={audience}&expires={expires}&signature={signature}")
    }

    /// The URL of one file of a picture that the website shows: the same for everybody and for ever, since it names the
    /// file's content.
    #[must_use]
    pub fn public_rendition(&self, image: &Image, rendition: &Rendition) -> String {
        let Rendition {
            width, hash, format, ..
        } = rendition;
        format!("{}/media/{}/{width}-{hash}.{format}", self.public_url, image.id)
    }

    /// Checks the URL of a picture's file.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check_rendition(
        &self,
        path: &str,
        audience: &str,
        expires: i64,
        signature: &str,
    ) -> Result<(), Refusal> {
        Grant {
            action: Action::Read,
            path,
            audience,
            expires,
        }
        .verify(&self.keys, self.clock.now(), signature)
    }

    /// The URL to `PUT` an upload's bytes to.
    #[must_use]
    pub fn upload(&self, id: UploadId, expires_at: DateTime<Utc>) -> String {
        let path = upload_path(id);
        let expires = expires_at.timestamp();
        let signature = Grant {
            action: Action::Upload,
            path: &path,
            audience: "",
            expires,
        }
        .sign(&self.keys);
        format!(
            "{}{path}?expires={expires}&signature={signature}",
            self.public_url
        )
    }

    /// Checks an upload's URL.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check_upload(&self, id: UploadId, expires: i64, signature: &str) -> Result<(), Refusal> {
        let path = upload_path(id);
        Grant {
            action: Action::Upload,
            path: &path,
            audience: "",
            expires,
        }
        .verify(&self.keys, self.clock.now(), signature)
    }
}

fn rendition_path(image: ImageId, rendition: &Rendition) -> String {
    format!("/media/{image}/{}.{}", rendition.width, rendition.format)
}

fn upload_path(id: UploadId) -> String {
    format!("/uploads/{id}")
}

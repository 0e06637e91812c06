//! Builds and checks the URLs of pictures and uploads. No SQL: a list of a hundred photos costs a hundred HMACs.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::{Image, ImageId, Rendition, UploadId};
use platform::actor::SessionId;
use platform::clock::SharedClock;
use platform::crypto::Keys;
use platform::signed_url::{Action, Grant, Refusal, SignedQuery, stable_expiry};

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

    /// The URL of one file of a picture for whoever is signed in with `session`: valid 12 to 24 hours, but no longer than
    /// the session, and the same until the next half-day begins.
    #[must_use]
    pub fn rendition(&self, image: &Image, rendition: &Rendition, session: SessionId) -> String {
        let path = rendition_path(image.id, rendition);
        let audience = session.to_string();
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

    /// Checks the URL of a picture's file, and says whose it is.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn check_rendition(&self, path: &str, signed: &SignedQuery) -> Result<SessionId, Refusal> {
        let grant = Grant {
            action: Action::Read,
            path,
            audience: &signed.audience,
            expires: signed.expires,
        };
        grant.verify(&self.keys, self.clock.now(), &signed.signature)?;
        // What we signed is a session.
        SessionId::parse(&signed.audience).map_err(|_| Refusal::Forged)
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

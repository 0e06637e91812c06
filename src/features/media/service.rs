//! The feature's tools in one place: where files live, who decodes them, how their URLs are made.

use std::sync::Arc;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use futures_util::FutureExt;
use sea_orm::ActiveModelTrait;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, IntoActiveModel, QuerySelect};
use tracing::Instrument;

use super::commands::attach::remove_folder_in_tx;
use super::model::UPLOAD_LIFETIME;
use super::tables::{image, upload};
use super::{
    Audience, Image, ImageId, ImageUses, MediaUrls, Rendition, Renditions, UploadError, UploadId,
    UploadState, find_image, queries::is_replaced,
};
use crate::features::accounts::actor_of_session;
use platform::actor::SessionId;
use platform::crypto::sha256;
use platform::ctx::Ctx;
use platform::db::write_tx;
use platform::images::{ProcessedImage, Workshop};
use platform::storage::{NewFile, Storage};

/// What [`Media`] is made of.
#[derive(Debug)]
pub struct MediaOptions {
    /// Database, clock, keys, `PUBLIC_URL`.
    pub ctx: Ctx,
    /// Where files live.
    pub storage: Storage,
    /// The features that show pictures.
    pub uses: ImageUses,
}

/// Uploads and pictures. Cheap to clone; one for the whole server.
#[derive(Debug, Clone)]
pub struct Media {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ctx: Ctx,
    storage: Storage,
    uses: ImageUses,
    urls: MediaUrls,
    workshop: Workshop,
}

/// What is known of an upload before its bytes are read.
#[derive(Debug, Clone)]
pub struct ExpectedUpload {
    /// The size that was declared: not a byte more is read.
    pub byte_size: u64,
    /// The picture, when the bytes came already: a lost answer is simply given again.
    pub received: Option<Image>,
}

/// What became of a picture whose files are written.
enum Completed {
    /// It has its row.
    Now(Image),
    /// Another sender of the same upload was quicker.
    ByAnother(Image),
    /// The upload was removed meanwhile, and the files go with it.
    TooLate,
}

impl Media {
    /// Puts the tools together.
    #[must_use]
    pub fn new(options: MediaOptions) -> Self {
        let MediaOptions { ctx, storage, uses } = options;
        let urls = MediaUrls::new(
            Arc::clone(&ctx.keys),
            Arc::clone(&ctx.clock),
            ctx.config.public_url.as_str(),
        );
        let inner = Inner {
            ctx,
            storage,
            uses,
            urls,
            workshop: Workshop::default(),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Makes and checks URLs.
    #[must_use]
    pub fn urls(&self) -> &MediaUrls {
        &self.inner.urls
    }

    pub(super) fn ctx(&self) -> &Ctx {
        &self.inner.ctx
    }

    pub(super) fn storage(&self) -> &Storage {
        &self.inner.storage
    }

    pub(super) fn uses(&self) -> &ImageUses {
        &self.inner.uses
    }

    /// Looks an upload up before its bytes are read. The caller has checked the URL's signature.
    ///
    /// # Errors
    /// When it doesn't exist or is too old.
    pub async fn expect_upload(&self, id: UploadId) -> Result<ExpectedUpload, UploadError> {
        let db = self.ctx().db.reader();
        let row = upload::Entity::find_by_id(id)
            .one(db)
            .await?
            .ok_or(UploadError::NotFound)?;
        let received = match row.state {
            UploadState::Pending if row.expires_at <= self.ctx().clock.now() => {
                return Err(UploadError::Expired);
            }
            UploadState::Pending => None,
            UploadState::Complete | UploadState::Used | UploadState::Replaced => {
                Some(find_image(db, row.image_id).await?.ok_or(UploadError::NotFound)?)
            }
        };
        Ok(ExpectedUpload {
            byte_size: u64::try_from(row.byte_size).unwrap_or(0),
            received,
        })
    }

    /// Takes the bytes of an upload: makes the picture, keeps its files, and then says so in the database. Safe to
    /// repeat; of two senders at once, one wins and both get its picture. Goes on to the end when the sender hangs
    /// up, because the bytes are here and the sender will ask again.
    ///
    /// # Errors
    /// What is wrong with the file or the upload, or that the server is busy.
    pub async fn receive(&self, id: UploadId, bytes: Bytes) -> Result<Image, UploadError> {
        let media = self.clone();
        let task = tokio::spawn(async move { media.receive_to_the_end(id, bytes).await }.in_current_span());
        task.map(|joined| joined.map_err(|error| UploadError::Internal(error.into()))?)
            .await
    }

    async fn receive_to_the_end(&self, id: UploadId, bytes: Bytes) -> Result<Image, UploadError> {
        let expected = self.expect_upload(id).await?;
        if let Some(image) = expected.received {
            return Ok(image);
        }
        let received = bytes.len() as u64;
        if received != expected.byte_size {
            return Err(UploadError::SizeMismatch {
                declared: expected.byte_size,
                received,
            });
        }
        let source_hash = HEXLOWER.encode(&sha256(&bytes));
        let made = self.inner.workshop.process(bytes).await?;
        let row = upload::Entity::find_by_id(id).one(self.ctx().db.reader()).await?;
        let image_id = row.ok_or(UploadError::NotFound)?.image_id;
        let (image, files) = describe(image_id, made, source_hash, received);
        let keys: Vec<String> = files.iter().map(|file| file.key.clone()).collect();
        if let Err(error) = self.storage().put(files).await {
            // A full disk, most often: what did fit must not take its last room.
            self.remove_files_of(&keys).await;
            return Err(error.into());
        }
        self.complete(id, image, keys).await
    }

    /// Writes the picture's row, unless another sender of the same upload was quicker.
    async fn complete(&self, id: UploadId, image: Image, keys: Vec<String>) -> Result<Image, UploadError> {
        let completed = write_tx!(self.ctx(), |tx| {
            let row = upload::Entity::find_by_id(id)
                .lock_exclusive()
                .one(tx.conn())
                .await?;
            let Some(row) = row else {
                // Swept or force-deleted meanwhile: what was just written has no owner.
                remove_folder_in_tx(tx, image::folder_of(image.id)).await?;
                return Ok(Completed::TooLate);
            };
            if row.state != UploadState::Pending {
                let winner = find_image(tx.conn(), row.image_id).await?;
                return Ok(winner.map_or(Completed::TooLate, Completed::ByAnother));
            }
            let image = image::Model {
                alt: row.alt.clone(),
                alt_en: row.alt_en.clone(),
                uploaded_by: row.created_by,
                created_at: tx.now(),
                ..image.clone()
            };
            let image = image.into_active_model().reset_all().insert(tx.conn()).await?;
            let expires_at = tx.now() + UPLOAD_LIFETIME;
            let mut row = row.into_active_model();
            row.state = Set(UploadState::Complete);
            row.expires_at = Set(expires_at);
            row.update(tx.conn()).await?;
            Ok::<_, sea_orm::DbErr>(Completed::Now(image))
        });
        match completed? {
            Completed::Now(image) => Ok(image),
            Completed::ByAnother(winner) => {
                self.remove_loser(&winner, keys).await;
                Ok(winner)
            }
            Completed::TooLate => Err(UploadError::NotFound),
        }
    }

    /// Of two different files for one upload, the second leaves nothing behind. Failing is harmless: the files go
    /// with the picture's folder in the end.
    async fn remove_loser(&self, winner: &Image, keys: Vec<String>) {
        let kept: Vec<String> = winner
            .renditions
            .0
            .iter()
            .map(|rendition| image::key_of(winner.id, rendition))
            .collect();
        let lost: Vec<String> = keys.into_iter().filter(|key| !kept.contains(key)).collect();
        self.remove_files_of(&lost).await;
    }

    async fn remove_files_of(&self, keys: &[String]) {
        for key in keys {
            if let Err(error) = self.storage().remove(key).await {
                tracing::warn!(
                    key,
                    error = format!("{error:#}"),
                    "a file of no use was left in storage"
                );
            }
        }
    }

    /// Who is signed in with `session` now; `None` when it has ended.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn audience_of(&self, session: SessionId) -> anyhow::Result<Option<Audience>> {
        let actor = actor_of_session(self.ctx(), session).await?;
        Ok(actor.as_ref().and_then(Audience::of))
    }

    /// A picture that the audience may see through a living record, or nothing. Staff also see what was replaced, while it
    /// can be named again.
    ///
    /// # Errors
    /// When the database can't be read.
    pub async fn visible_image(&self, id: ImageId, audience: Audience) -> anyhow::Result<Option<Image>> {
        let db = &self.ctx().db;
        let Some(image) = find_image(db.reader(), id).await? else {
            return Ok(None);
        };
        let is_visible = self.uses().visible(db, id, audience).await?
            || audience == Audience::Staff && is_replaced(db.reader(), id).await?;
        Ok(is_visible.then_some(image))
    }

    /// The content of one file of a picture, or a part of it; `None` when storage has lost it.
    ///
    /// # Errors
    /// When storage can't be read.
    pub async fn read(
        &self,
        image: &Image,
        rendition: &Rendition,
        range: Option<std::ops::Range<u64>>,
    ) -> anyhow::Result<Option<Bytes>> {
        self.storage()
            .read(&image::key_of(image.id, rendition), range)
            .await
    }

    /// The address at which nginx has one file of a picture for itself, when it is set up to and the file is there.
    ///
    /// # Errors
    /// When storage can't be read.
    pub async fn accelerated(&self, image: &Image, rendition: &Rendition) -> anyhow::Result<Option<String>> {
        let Some(prefix) = &self.ctx().config.media_accel_prefix else {
            return Ok(None);
        };
        let key = image::key_of(image.id, rendition);
        // Nothing but whole files is nginx's business; and nothing that it could read in another way than we do.
        let is_whole = self.storage().size(&key).await? == Some(u64::from(rendition.bytes));
        Ok((is_whole && is_plain(&key)).then(|| format!("{prefix}{key}")))
    }

    /// The clock's time, for ages of caches.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.ctx().clock.now()
    }
}

/// Whether a key means the same file as a path in a URL: no code to resolve (`%2e`), no way up.
fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    key.split('/')
        .all(|part| !part.is_empty() && !part.starts_with('.') && part.bytes().all(plain))
}

/// The row and the files of a finished picture.
fn describe(id: ImageId, made: ProcessedImage, source_hash: String, byte_size: u64) -> (Image, Vec<NewFile>) {
    let mut renditions = Vec::with_capacity(made.renditions.len());
    let mut files = Vec::with_capacity(made.renditions.len());
    for file in made.renditions {
        let hash = HEXLOWER.encode(&sha256(&file.bytes)[..16]);
        let bytes = u32::try_from(file.bytes.len()).unwrap_or(u32::MAX);
        let rendition = Rendition {
            width: file.width,
            height: file.height,
            format: file.format,
            bytes,
            hash,
        };
        files.push(NewFile {
            key: image::key_of(id, &rendition),
            content_type: file.format.content_type(),
            bytes: file.bytes.into(),
        });
        renditions.push(rendition);
    }
    let signed = |number: u32| i32::try_from(number).unwrap_or(i32::MAX);
    let image = Image {
        id,
        width: signed(made.width),
        height: signed(made.height),
        has_alpha: made.has_alpha,
        thumb_hash: made.thumb_hash,
        alt: None,
        alt_en: None,
        source_type: made.source.content_type().to_owned(),
        source_hash,
        byte_size: i32::try_from(byte_size).unwrap_or(i32::MAX),
        renditions: Renditions(renditions),
        uploaded_by: None,
        created_at: chrono::DateTime::UNIX_EPOCH,
    };
    (image, files)
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn only_plain_keys_are_told_to_nginx() {
        assert!(is_plain("images/0193a5c2-7e1f/640-2c26b46b68ffc68f.webp"));
        for odd in [
            "",
            "/images/a",
            "images//a",
            "images/../a",
            "images/.a",
            "images/a%2e",
            "images/a b",
            "images/é",
            "images/a?x",
            "images/a#x",
            "images/a\r\nb",
        ] {
            assert!(!is_plain(odd), "{odd:?}");
        }
    }
}

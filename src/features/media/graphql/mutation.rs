//! `createUpload`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use crate::features::media::{CreateUpload, CreatedUpload, Media, create_upload};
use platform::graphql::scalars::Url;
use platform::graphql::{Allow, ContextExt, UserError, split};

/// What you know of a file before you send it.
#[derive(Debug, InputObject)]
pub struct CreateUploadInput {
    /// What the file is called, 255 characters at most.
    pub filename: String,
    /// `image/jpeg`, `image/png`, `image/webp` or `image/svg+xml`; `application/octet-stream` if you don't know. The
    /// content decides, not this: a JPEG that the phone calls `image/heic` is taken, a real HEIC is refused with its
    /// reason when its bytes are there. A drawing (SVG: a logo, an icon; 1 MB at most) is drawn once, 1280 pixels on its longer side, and served as WebP and PNG
    /// with its transparency; text in it must be converted to outlines first.
    pub content_type: String,
    /// The file's exact size in bytes, 10485760 (10 MB) at most. Fewer bytes arriving means a broken connection, and
    /// is refused.
    pub byte_size: i32,
    /// What the picture shows, for people who can't see it; 500 characters at most.
    pub alt: Option<String>,
    /// The same in English, for pictures that the website shows in both languages; 500 characters at most.
    pub alt_en: Option<String>,
}

/// A file on its way in.
#[derive(Debug, SimpleObject)]
pub struct Upload {
    /// Name it in a mutation (`uploadIds`) once the file has been received. Good for one record.
    pub id: ID,
    /// `PUT` the bytes here, as they are, without a token. Repeating it after a lost answer is safe and sends back
    /// the same picture. The answer is JSON: `{"id","image":{"id","width","height","thumbHash"}}`, or
    /// `{"code","message"}` with 403 (not this URL), 404, 408 (too slow), 410 (expired), 413 (over 10 MB), 415 (not a
    /// picture), 422 (damaged, incomplete, over 40 megapixels, a drawing that can't be drawn) or 503 (busy: wait for
    /// `Retry-After`).
    pub upload_url: Url,
    /// Until when the file may be sent. A received one may be named for 24 hours.
    pub expires_at: DateTime<Utc>,
}

/// What `createUpload` answers.
#[derive(Debug, SimpleObject)]
pub struct CreateUploadPayload {
    /// Where to send the file.
    pub upload: Option<Upload>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

impl From<CreatedUpload> for Upload {
    fn from(created: CreatedUpload) -> Self {
        Self {
            id: created.id.to_string().into(),
            upload_url: Url(created.upload_url),
            expires_at: created.expires_at,
        }
    }
}

/// Mutations on files.
#[derive(Debug, Default)]
pub struct MediaMutation;

#[Object]
impl MediaMutation {
    /// Announces a picture and says where to send it. Staff only.
    ///
    /// Files go in two steps, so that a photo on a poor connection is sent once: call this, `PUT` the bytes to
    /// `uploadUrl`, then name the upload's `id` in any mutation that takes pictures.
    #[graphql(guard = "Allow::staff()")]
    async fn create_upload(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The file to come.")] input: CreateUploadInput,
    ) -> Result<CreateUploadPayload> {
        let input = CreateUpload {
            filename: input.filename,
            content_type: input.content_type,
            byte_size: input.byte_size.into(),
            alt: input.alt,
            alt_en: input.alt_en,
        };
        let outcome = create_upload(ctx.data_unchecked::<Media>(), ctx.actor(), input).await;
        let (created, user_errors) = split(outcome)?;
        Ok(CreateUploadPayload {
            upload: created.map(Upload::from),
            user_errors,
        })
    }
}

//! Pictures: staff upload them once, features show them by reference.
//!
//! A file comes in two steps, so that a photo on a poor connection is sent once: [`create_upload`] hands out a
//! signed URL, a `PUT` there ([`Media::receive`]) turns the bytes into an image with its renditions, and any
//! mutation then names the upload ([`attach_in_tx`]). Nothing here knows what a picture is of: features register
//! an [`ImageUse`] that says who may see one and which ones are still needed.
//!
//! Removal never loses a file that a rolled-back transaction still needs: rows go in the caller's transaction,
//! which leaves a note in `file_removals`; [`Media::remove_files`] works the notes off afterwards.

mod commands;
mod error;
pub mod graphql;
mod kept;
mod model;
mod permissions;
pub mod pictures;
mod queries;
mod references;
mod service;
mod sweep;
pub mod tables;
mod urls;

pub use commands::attach::{attach_in_tx, let_go_in_tx, remove_in_tx};
pub use commands::create_upload::{CreateUpload, CreatedUpload, create_upload};
pub use error::UploadError;
pub use kept::images_by_ids;
pub use model::{Rendition, Renditions, UploadState};
pub use queries::{all_files, count_missing, find_image, folders, select_replaced};
pub use references::{Audience, ImageUse, ImageUses};
pub use service::{Media, MediaOptions};
pub use sweep::SweepReport;
pub use tables::image::Model as Image;
pub use urls::MediaUrls;

use platform::typed_id;

typed_id!(
    /// A file on its way in.
    UploadId, "upl", "upload"
);
typed_id!(
    /// A picture with its renditions.
    ImageId, "img", "image"
);

//! Files on their way in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::media::{ImageId, UploadId, UploadState};
use platform::actor::AccountId;

/// The table `uploads`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "uploads")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: UploadId,
    /// The id that the picture will have: its files are kept under it, so that an upload that comes to nothing
    /// leaves none behind.
    #[sea_orm(unique)]
    pub image_id: ImageId,
    /// As the sender called it; shown, never used as a path.
    pub filename: String,
    /// As declared; the content decides.
    pub content_type: String,
    /// As declared; a body of another size was cut off on its way.
    pub byte_size: i32,
    /// What the picture shows.
    pub alt: Option<String>,
    /// In English.
    pub alt_en: Option<String>,
    pub state: UploadState,
    pub created_by: Option<AccountId>,
    pub created_at: DateTime<Utc>,
    /// Until when the bytes may come or, once they have, until when the upload may be named.
    pub expires_at: DateTime<Utc>,
    pub used_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

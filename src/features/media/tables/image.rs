//! Pictures with their renditions. A row never changes once it is made.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::media::{ImageId, Rendition, Renditions};
use platform::actor::AccountId;

/// The table `images`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "images")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ImageId,
    /// Of the original, upright, in pixels.
    pub width: i32,
    /// Of the original, upright, in pixels.
    pub height: i32,
    pub has_alpha: bool,
    /// In base64.
    pub thumb_hash: String,
    /// What the picture shows.
    pub alt: Option<String>,
    /// In English.
    pub alt_en: Option<String>,
    /// The media type that the content turned out to be.
    pub source_type: String,
    /// SHA-256 of the file as it came, in hexadecimal. The file itself isn't kept.
    pub source_hash: String,
    /// Size of the file as it came.
    pub byte_size: i32,
    #[sea_orm(column_type = "Json")]
    pub renditions: Renditions,
    pub uploaded_by: Option<AccountId>,
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The folder in storage that holds the folders of all pictures.
pub const FOLDER: &str = "images";

/// The folder in storage that holds all files of a picture, and nothing else.
#[must_use]
pub fn folder_of(id: ImageId) -> String {
    format!("{FOLDER}/{id}")
}

/// The key in storage of one file of a picture.
#[must_use]
pub fn key_of(id: ImageId, rendition: &Rendition) -> String {
    let Rendition {
        width, format, hash, ..
    } = rendition;
    format!("{}/{width}-{hash}.{format}", folder_of(id))
}

//! The table `portfolio_gallery_images`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{
    content::{GalleryImageId, PortfolioItemId},
    media::ImageId,
};
use platform::{actor::AccountId, record_entity};

/// One picture of an item's gallery.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "portfolio_gallery_images")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: GalleryImageId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub portfolio_item_id: PortfolioItemId,
    pub image_id: ImageId,
    pub position: i32,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

record_entity!(
    "PortfolioGalleryImage", GalleryImageId, shown to visitors,
    ids: [PortfolioItemId: PortfolioItemId, ImageId: ImageId]
);

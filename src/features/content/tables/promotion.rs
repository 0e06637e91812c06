//! The table `app_promotions`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{
        content::{PortfolioItemId, PromotionId},
        media::ImageId,
    },
    platform::actor::AccountId,
    record_entity,
};

/// One banner in the clients' app.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "app_promotions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PromotionId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub title: String,
    pub title_en: Option<String>,
    pub banner_image_id: Option<ImageId>,
    pub portfolio_item_id: Option<PortfolioItemId>,
    pub external_link: Option<String>,
    pub is_active: bool,
    pub sort_title: String,
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("AppPromotion", PromotionId, derived: [SortTitle, SearchText]);

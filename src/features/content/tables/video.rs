//! The table `portfolio_videos`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::content::{PortfolioItemId, VideoId},
    platform::actor::AccountId,
    record_entity,
};

/// One video of an item: a link to where it is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "portfolio_videos")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: VideoId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub portfolio_item_id: PortfolioItemId,
    pub url: String,
    pub title: Option<String>,
    pub title_en: Option<String>,
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("PortfolioVideo", VideoId, shown to visitors);

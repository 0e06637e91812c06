//! The table `services`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{content::ServiceId, media::ImageId},
    platform::actor::AccountId,
    record_entity,
};

/// One thing that the company does for people.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "services")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ServiceId,
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
    pub icon_id: Option<ImageId>,
    pub short_description: String,
    pub short_description_en: Option<String>,
    pub position: i32,
    pub sort_title: String,
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("Service", ServiceId, shown to visitors, derived: [SortTitle, SearchText]);

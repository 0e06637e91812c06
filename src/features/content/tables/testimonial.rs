//! The table `testimonials`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{content::TestimonialId, media::ImageId},
    platform::actor::AccountId,
    record_entity,
};

/// What one customer said.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "testimonials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: TestimonialId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub client_name: String,
    pub role: Option<String>,
    pub role_en: Option<String>,
    pub photo_id: Option<ImageId>,
    pub content: String,
    pub content_en: Option<String>,
    /// 1 to 5.
    pub rating: i32,
    pub is_featured: bool,
    pub sort_name: String,
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("Testimonial", TestimonialId, shown to visitors, derived: [SortName, SearchText]);

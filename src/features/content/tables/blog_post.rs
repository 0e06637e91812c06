//! The table `blog_posts`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{content::BlogPostId, media::ImageId},
    platform::actor::AccountId,
    record_entity,
};

/// One article of the blog, in Markdown.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "blog_posts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: BlogPostId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub slug: String,
    pub title: String,
    pub title_en: Option<String>,
    pub thumbnail_id: Option<ImageId>,
    pub content: String,
    pub content_en: Option<String>,
    pub excerpt: Option<String>,
    pub excerpt_en: Option<String>,
    pub seo_title: Option<String>,
    pub seo_title_en: Option<String>,
    pub seo_description: Option<String>,
    pub seo_description_en: Option<String>,
    pub is_published: bool,
    /// From when it is shown, while `is_published` holds.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether visitors have seen it at any time: its slug then stays, and an older one still leads here.
    pub was_published: bool,
    pub sort_title: String,
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("BlogPost", BlogPostId, shown to visitors, derived: [SortTitle, SearchText]);

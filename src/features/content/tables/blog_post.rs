//! The table `blog_posts`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{content::BlogPostId, media::ImageId};
use platform::record_table;

record_table! {
    /// One article of the blog, in Markdown.
    "blog_posts" {
        pub slug: String,
        pub title: String,
        pub title_en: Option<String>,
        pub thumbnail_id: Option<ImageId>,
        pub content: String,
        pub content_en: Option<String>,
        /// `content` as HTML; null when [`platform::markdown::VERSION`] was another when it was written.
        pub content_html: Option<String>,
        pub content_html_en: Option<String>,
        /// The version of the renderer that both were made by.
        pub html_version: Option<i32>,
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
    is ("BlogPost", BlogPostId, shown to visitors, derived: [SortTitle, SearchText, ContentHtml, ContentHtmlEn, HtmlVersion], ids: [ThumbnailId: ImageId])
}

//! The table `testimonials`.

use sea_orm::entity::prelude::*;

use crate::features::{content::TestimonialId, media::ImageId};
use platform::record_table;

record_table! {
    /// What one customer said.
    "testimonials" {
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
    is ("Testimonial", TestimonialId, shown to visitors, derived: [SortName, SearchText], ids: [PhotoId: ImageId])
}

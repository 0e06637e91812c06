//! The table `services`.

use sea_orm::entity::prelude::*;

use crate::features::{content::ServiceId, media::ImageId};
use platform::record_table;

record_table! {
    /// One thing that the company does for people.
    "services" {
        pub title: String,
        pub title_en: Option<String>,
        pub icon_id: Option<ImageId>,
        pub short_description: String,
        pub short_description_en: Option<String>,
        pub position: i32,
        pub sort_title: String,
        pub search_text: String,
    }
    is ("Service", ServiceId, shown to visitors, derived: [SortTitle, SearchText], ids: [IconId: ImageId])
}

//! The table `partners`.

use sea_orm::entity::prelude::*;

use crate::features::{content::PartnerId, media::ImageId};
use platform::record_table;

record_table! {
    /// One partner company.
    "partners" {
        pub name: String,
        pub logo_id: Option<ImageId>,
        pub website: Option<String>,
        pub position: i32,
        pub sort_name: String,
        pub search_text: String,
    }
    is ("Partner", PartnerId, shown to visitors, derived: [SortName, SearchText], ids: [LogoId: ImageId])
}

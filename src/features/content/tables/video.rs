//! The table `portfolio_videos`.

use sea_orm::entity::prelude::*;

use crate::features::content::{PortfolioItemId, VideoId};
use platform::record_table;

record_table! {
    /// One video of an item: a link to where it is.
    "portfolio_videos" {
        pub portfolio_item_id: PortfolioItemId,
        pub url: String,
        pub title: Option<String>,
        pub title_en: Option<String>,
        pub position: i32,
    }
    is ("PortfolioVideo", VideoId, shown to visitors, ids: [PortfolioItemId: PortfolioItemId])
}

//! The table `app_promotions`.

use sea_orm::entity::prelude::*;

use crate::features::{
    content::{PortfolioItemId, PromotionId},
    media::ImageId,
};
use platform::record_table;

record_table! {
    /// One banner in the clients' app.
    "app_promotions" {
        pub title: String,
        pub title_en: Option<String>,
        pub banner_image_id: Option<ImageId>,
        pub portfolio_item_id: Option<PortfolioItemId>,
        pub external_link: Option<String>,
        pub is_active: bool,
        pub sort_title: String,
        pub search_text: String,
    }
    is ("AppPromotion", PromotionId, derived: [SortTitle, SearchText],
        ids: [BannerImageId: ImageId, PortfolioItemId: PortfolioItemId])
}

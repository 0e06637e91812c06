//! The table `portfolio_items`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{
    content::{Category, PortfolioItemId},
    media::ImageId,
};
use platform::record_table;

record_table! {
    /// One design or finished building of the portfolio. A text ending in `_en` is the English one.
    "portfolio_items" {
        pub slug: String,
        pub title: String,
        pub title_en: Option<String>,
        pub category: Category,
        pub main_image_id: Option<ImageId>,
        pub description: String,
        pub description_en: Option<String>,
        pub area: Option<String>,
        pub area_en: Option<String>,
        /// The area that the text tells, exact, in whole square centimetres.
        pub area_square_cm: Option<i64>,
        pub task: Option<String>,
        pub task_en: Option<String>,
        pub owner: Option<String>,
        pub owner_en: Option<String>,
        pub contractor: String,
        pub year: Option<i32>,
        pub usage: Option<String>,
        pub usage_en: Option<String>,
        pub district: Option<String>,
        pub district_en: Option<String>,
        pub city: Option<String>,
        pub city_en: Option<String>,
        pub country: Option<String>,
        pub country_en: Option<String>,
        pub seo_title: Option<String>,
        pub seo_title_en: Option<String>,
        pub seo_description: Option<String>,
        pub seo_description_en: Option<String>,
        pub is_published: bool,
        /// From when it is shown, while `is_published` holds.
        pub published_at: Option<DateTime<Utc>>,
        /// Whether visitors have seen it at any time: its slug then stays, and an older one still leads here.
        pub was_published: bool,
        /// The usage in both languages, folded for the filter; so are city and country.
        pub usage_keys: String,
        pub city_keys: String,
        pub country_keys: String,
        pub sort_title: String,
        pub search_text: String,
    }
    is (
        "PortfolioItem", PortfolioItemId,
        shown to visitors,
        derived: [UsageKeys, CityKeys, CountryKeys, SortTitle, SearchText],
        ids: [MainImageId: ImageId],
    )
}

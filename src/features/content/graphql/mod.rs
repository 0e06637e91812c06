//! How the content looks in the API: a file for each kind.

pub mod blog_post;
pub mod declare;
pub mod faq;
mod images;
mod loaders;
pub mod partner;
pub mod portfolio_inputs;
pub mod portfolio_item;
pub mod portfolio_media;
pub mod promotion;
pub mod seo;
pub mod service;
pub mod testimonial;

pub use blog_post::{BlogMutation, BlogQuery, GqlBlogPost};
pub use faq::{FaqMutation, FaqQuery, GqlFaq};
pub use partner::{GqlPartner, PartnerMutation, PartnerQuery};
pub use portfolio_item::{GqlPortfolioItem, PortfolioMutation, PortfolioQuery, portfolio_item_by_id};
pub use portfolio_media::{GqlGalleryImage, GqlVideo};
pub use promotion::{GqlPromotion, PromotionMutation, PromotionQuery, promotion_connection};
pub use service::{GqlService, ServiceMutation, ServiceQuery};
pub use testimonial::{GqlTestimonial, TestimonialMutation, TestimonialQuery};

use super::tables;
use platform::{actor::Locale, error::Violation, graphql::RecordType, search};

/// The kinds of records of this feature.
pub const RECORDS: &[RecordType] = &[
    RecordType::of::<tables::portfolio_item::Entity, GqlPortfolioItem>(),
    RecordType::of::<tables::gallery_image::Entity, GqlGalleryImage>(),
    RecordType::of::<tables::video::Entity, GqlVideo>(),
    RecordType::of::<tables::service::Entity, GqlService>(),
    RecordType::of::<tables::partner::Entity, GqlPartner>(),
    RecordType::of::<tables::testimonial::Entity, GqlTestimonial>(),
    RecordType::of::<tables::blog_post::Entity, GqlBlogPost>(),
    RecordType::of::<tables::faq::Entity, GqlFaq>(),
    RecordType::of::<tables::promotion::Entity, GqlPromotion>(),
];

/// The text in the language asked for: the English one if there is one, the French one otherwise.
fn in_locale<'a>(french: &'a str, english: &'a Option<String>, locale: Locale) -> &'a str {
    match (locale, english) {
        (Locale::En, Some(english)) => english,
        _ => french,
    }
}

/// As [`in_locale`], for a text that may be missing.
fn optional_in_locale<'a>(
    french: &'a Option<String>,
    english: &'a Option<String>,
    locale: Locale,
) -> Option<&'a str> {
    match (locale, english) {
        (Locale::En, Some(english)) => Some(english),
        _ => french.as_deref(),
    }
}

/// A search that a list can be asked for.
fn check_search(query: Option<String>) -> Result<Option<String>, Violation> {
    search::check(query, &["filter", "search"])
}

//! One file for each kind of content: what a person can enter ([`Fields`](service::ServiceFields)), the rules
//! (`Editable`) and the list (`Listed`). What is the same for all kinds is in `platform::editing` and
//! `platform::listing`.

/// Declares a list that staff put in order and search, and of which all that lives is published.
macro_rules! ordered_list {
    ($entity:ident, $column:ident) => {
        impl $crate::features::content::commands::Positioned for $entity {
            const POSITION: $column = $column::Position;
        }

        impl platform::listing::Listed for $entity {
            type Filter = platform::listing::SearchFilter;

            fn matching(filter: &Self::Filter) -> sea_orm::Condition {
                $crate::features::content::kinds::searched($column::SearchText, filter.search.as_deref())
            }

            fn usual_order() -> ($column, bool) {
                ($column::Position, false)
            }
        }
    };
}

pub mod blog_post;
pub mod faq;
pub mod partner;
pub mod portfolio_item;
pub mod portfolio_media;
pub mod promotion;
pub mod service;
mod slugs;
pub mod testimonial;

pub use slugs::{Slugged, by_slug, forget as forget_slugs};

use sea_orm::{Condition, sea_query::SimpleExpr};

use crate::features::media::pictures;
use platform::search;

/// The conditions of a search, all of which must hold.
fn searched<C: sea_orm::ColumnTrait>(search_text: C, query: Option<&str>) -> Condition {
    query
        .into_iter()
        .flat_map(|query| search::matches(search_text, query))
        .fold(Condition::all(), Condition::add::<SimpleExpr>)
}

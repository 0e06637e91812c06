//! The rules of the content, pure.

pub mod area;
pub mod publication;
pub mod slug;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// The longest title or name, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest text that fills one line of a page, in characters.
pub const MAX_LINE: usize = 300;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 20_000;
/// The longest article, in characters.
pub const MAX_ARTICLE: usize = 100_000;
/// The longest title for search engines, in characters.
pub const MAX_SEO_TITLE: usize = 120;
/// The longest description for search engines and excerpt, in characters.
pub const MAX_SEO_DESCRIPTION: usize = 500;
/// Pictures in a gallery at most.
pub const MAX_GALLERY: usize = 60;
/// Videos of an item at most.
pub const MAX_VIDEOS: usize = 20;

/// Whether an item of the portfolio has been built (specification 3).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// A design that shows what the company can do.
    #[default]
    #[sea_orm(string_value = "PROJECT")]
    Project,
    /// A finished building.
    #[sea_orm(string_value = "REALIZATION")]
    Realization,
}

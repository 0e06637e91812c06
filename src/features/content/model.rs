//! The rules of the content, pure.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Whether an item of the portfolio has been built (specification 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Category {
    /// A design that shows what the company can do.
    #[sea_orm(string_value = "PROJECT")]
    Project,
    /// A finished building.
    #[sea_orm(string_value = "REALIZATION")]
    Realization,
}

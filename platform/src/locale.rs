//! The languages that people read.

use serde::{Deserialize, Serialize};

/// The language of what a person reads. French is the default.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    Hash,
    Default,
    Serialize,
    Deserialize,
    sea_orm::EnumIter,
    sea_orm::DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "UPPERCASE")]
pub enum Locale {
    /// French.
    #[default]
    #[sea_orm(string_value = "FR")]
    Fr,
    /// English.
    #[sea_orm(string_value = "EN")]
    En,
}

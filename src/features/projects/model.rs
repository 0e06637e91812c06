//! The rules of projects, pure.

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// The longest name or title, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Pictures an update at most.
pub const MAX_IMAGES: usize = 30;

/// How far a building is (specification 4.C).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    /// The foundations.
    #[default]
    #[sea_orm(string_value = "FOUNDATION")]
    Foundation,
    /// The walls.
    #[sea_orm(string_value = "ELEVATION")]
    Elevation,
    /// The roof.
    #[sea_orm(string_value = "ROOFING")]
    Roofing,
    /// Plaster, floors, joinery, paint.
    #[sea_orm(string_value = "FINISHING")]
    Finishing,
    /// The keys.
    #[sea_orm(string_value = "HANDOVER")]
    Handover,
}

/// Whether work ends no earlier than it starts, as far as both are known.
#[must_use]
pub fn schedule_is_ordered(start: Option<NaiveDate>, completion: Option<NaiveDate>) -> bool {
    match (start, completion) {
        (Some(start), Some(completion)) => start <= completion,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_in_order() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 5, day);
        assert!(schedule_is_ordered(day(1), day(1)));
        assert!(schedule_is_ordered(None, day(1)) && schedule_is_ordered(day(1), None));
        assert!(!schedule_is_ordered(day(2), day(1)));
    }
}

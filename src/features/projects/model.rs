//! The rules of projects, pure.

use chrono::NaiveDate;
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::platform::{
    error::{ErrorCode, Violation},
    text::{one_line, several_lines},
};

/// The longest name or title, in characters.
pub const MAX_TITLE: usize = 200;
/// The longest description, in characters.
pub const MAX_DESCRIPTION: usize = 10_000;
/// Pictures an update at most.
pub const MAX_IMAGES: usize = 30;

/// How far a building is (specification 4.C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Phase {
    /// The foundations.
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

/// Checks a name or title.
///
/// # Errors
/// REQUIRED or TOO_LONG at `field`.
pub fn title(text: &str, field: &[&str]) -> Result<String, Violation> {
    let text = one_line(text);
    if text.is_empty() {
        return Err(Violation::new(
            ErrorCode::Required,
            field.iter().copied(),
            "Write something here.",
        ));
    }
    if text.chars().count() > MAX_TITLE {
        return Err(Violation::new(
            ErrorCode::TooLong,
            field.iter().copied(),
            format!("At most {MAX_TITLE} characters."),
        ));
    }
    Ok(text)
}

/// Checks a description; an empty one is none.
///
/// # Errors
/// TOO_LONG at `field`.
pub fn description(text: &str, field: &[&str]) -> Result<Option<String>, Violation> {
    let text = several_lines(text);
    if text.chars().count() > MAX_DESCRIPTION {
        return Err(Violation::new(
            ErrorCode::TooLong,
            field.iter().copied(),
            format!("At most {MAX_DESCRIPTION} characters."),
        ));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// Checks a percentage of progress.
///
/// # Errors
/// INVALID at `field`.
pub fn progress(percentage: i32, field: &[&str]) -> Result<i32, Violation> {
    if (0..=100).contains(&percentage) {
        Ok(percentage)
    } else {
        Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            "Progress is a percentage from 0 to 100.",
        ))
    }
}

/// Checks the order of the dates; `field` is the later one's.
///
/// # Errors
/// INVALID at `field`.
pub fn schedule(
    start: Option<NaiveDate>,
    completion: Option<NaiveDate>,
    field: &[&str],
) -> Result<(), Violation> {
    if schedule_is_ordered(start, completion) {
        Ok(())
    } else {
        Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            "Work can't be complete before it starts: this date must not be before the start date.",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_stand_in_order() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 5, day);
        assert!(schedule(day(1), day(1), &[]).is_ok());
        assert!(schedule(None, day(1), &[]).is_ok());
        assert_eq!(
            schedule(day(2), day(1), &["x"]).unwrap_err().code,
            ErrorCode::Invalid
        );
    }

    #[test]
    fn titles_are_one_clean_line() {
        assert_eq!(title("  Dalle\r\n coulée ", &[]).unwrap(), "Dalle coulée");
        assert_eq!(title(" \u{7} ", &[]).unwrap_err().code, ErrorCode::Required);
        assert_eq!(title(&"é".repeat(201), &[]).unwrap_err().code, ErrorCode::TooLong);
        assert!(title(&"é".repeat(200), &[]).is_ok());
    }

    #[test]
    fn progress_is_a_percentage() {
        assert!(progress(0, &[]).is_ok() && progress(100, &[]).is_ok());
        assert!(progress(-1, &[]).is_err() && progress(101, &[]).is_err());
    }
}

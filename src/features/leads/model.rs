//! The rules of leads and inquiries, pure.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::{
    features::accounts::{Email, MAX_NAME_LENGTH, phone},
    platform::{
        error::{ErrorCode, Violation},
        search,
        text::visible,
    },
};

/// The longest location of a plot, in characters.
pub const MAX_LOCATION: usize = 200;
/// The longest subject, in characters.
pub const MAX_SUBJECT: usize = 200;
/// The longest message, in characters.
pub const MAX_MESSAGE: usize = 5_000;
/// The longest notes, in characters.
pub const MAX_NOTES: usize = 10_000;

/// How far a lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeadStatus {
    /// Nobody has answered yet.
    #[sea_orm(string_value = "NEW")]
    New,
    /// Somebody has.
    #[sea_orm(string_value = "CONTACTED")]
    Contacted,
    /// Became a client with a project.
    #[sea_orm(string_value = "CONVERTED")]
    Converted,
    /// Won't become one.
    #[sea_orm(string_value = "LOST")]
    Lost,
}

impl LeadStatus {
    /// In French, for lists that people take home.
    #[must_use]
    pub fn in_french(self) -> &'static str {
        match self {
            Self::New => "Nouveau",
            Self::Contacted => "Contacté",
            Self::Converted => "Converti",
            Self::Lost => "Perdu",
        }
    }
}

/// Checks a change of status by hand. NEW, CONTACTED and LOST follow each other as the work goes, back as well: a lead
/// that was lost calls again, a click was wrong. CONVERTED is a client and a project: only `convertLead` leads there,
/// and nothing leads back.
///
/// # Errors
/// INVALID for CONVERTED, LOCKED for what is converted.
pub fn change_status(from: LeadStatus, to: LeadStatus, field: &[&str]) -> Result<LeadStatus, Violation> {
    match (from, to) {
        (LeadStatus::Converted, LeadStatus::Converted) => Ok(to),
        (_, LeadStatus::Converted) => Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            "A lead is not converted by a change of status: use convertLead, which makes the client and the project.",
        )),
        (LeadStatus::Converted, _) => Err(Violation::new(
            ErrorCode::Locked,
            field.iter().copied(),
            "This lead is converted: it is a client with a project now. Go on there.",
        )),
        _ => Ok(to),
    }
}

/// What a row of a lead's timeline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum ActivityKind {
    /// The lead came in.
    #[sea_orm(string_value = "RECEIVED")]
    Received,
    /// The status changed.
    #[sea_orm(string_value = "STATUS_CHANGED")]
    StatusChanged,
    /// Somebody follows it now, or nobody.
    #[sea_orm(string_value = "ASSIGNED")]
    Assigned,
    /// The notes were written.
    #[sea_orm(string_value = "NOTED")]
    Noted,
    /// What the visitor had said was corrected.
    #[sea_orm(string_value = "CORRECTED")]
    Corrected,
    /// An e-mail was written because of it.
    #[sea_orm(string_value = "EMAIL")]
    Email,
    /// It became a client and a project.
    #[sea_orm(string_value = "CONVERTED")]
    Converted,
}

/// A text on one line; an empty one is none.
///
/// # Errors
/// TOO_LONG; INVALID for control characters, line ends among them.
pub fn line(text: &str, longest: usize, field: &[&str]) -> Result<Option<String>, Violation> {
    let text = visible(text);
    let text = text.trim();
    if text.contains(char::is_control) {
        return Err(control_characters(field));
    }
    bounded(text.to_owned(), longest, field)
}

/// A text on several lines; an empty one is none.
///
/// # Errors
/// TOO_LONG; INVALID for control characters other than line ends and tabs.
pub fn paragraphs(text: &str, longest: usize, field: &[&str]) -> Result<Option<String>, Violation> {
    let text = visible(text).trim().replace("\r\n", "\n");
    if text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
        return Err(control_characters(field));
    }
    bounded(text, longest, field)
}

fn bounded(text: String, longest: usize, field: &[&str]) -> Result<Option<String>, Violation> {
    if text.chars().count() > longest {
        let message = format!("At most {longest} characters.");
        return Err(Violation::new(ErrorCode::TooLong, field.iter().copied(), message));
    }
    Ok((!text.is_empty()).then_some(text))
}

fn control_characters(field: &[&str]) -> Violation {
    Violation::new(
        ErrorCode::Invalid,
        field.iter().copied(),
        "This text has control characters in it: leave them out.",
    )
}

/// A text that must not be empty.
///
/// # Errors
/// REQUIRED.
pub fn required(
    text: Result<Option<String>, Violation>,
    field: &[&str],
    message: &str,
) -> Result<String, Violation> {
    text?.ok_or_else(|| Violation::new(ErrorCode::Required, field.iter().copied(), message))
}

/// Somebody's name.
///
/// # Errors
/// REQUIRED, TOO_LONG, INVALID.
pub fn name(text: &str, field: &[&str]) -> Result<String, Violation> {
    required(line(text, MAX_NAME_LENGTH, field), field, "Give a name.")
}

/// A telephone number, in E.164.
///
/// # Errors
/// REQUIRED, INVALID.
pub fn required_phone(text: &str, field: &[&str]) -> Result<String, Violation> {
    required(phone(text, field), field, "Give a telephone number.")
}

/// An e-mail address that may be left out.
///
/// # Errors
/// INVALID, TOO_LONG.
pub fn optional_email(text: Option<&str>, field: &[&str]) -> Result<Option<Email>, Violation> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| Email::parse(text, field))
        .transpose()
}

/// Who has land says where.
///
/// # Errors
/// REQUIRED at `field`, the location's.
pub fn land(has_land: bool, location: Option<&str>, field: &[&str]) -> Result<(), Violation> {
    if has_land && location.is_none() {
        return Err(Violation::new(
            ErrorCode::Required,
            field.iter().copied(),
            "Say where the land is.",
        ));
    }
    Ok(())
}

/// What a search finds somebody by.
#[must_use]
pub fn search_text(name: &str, phone: Option<&str>, others: &[Option<&str>]) -> String {
    let phone = phone.map(search::telephone).unwrap_or_default();
    search::search_text([name, phone].into_iter().chain(others.iter().copied().flatten()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use sea_orm::Iterable;

    #[test]
    fn converted_is_reached_by_converting_alone_and_stays() {
        use LeadStatus::{Contacted, Converted, Lost, New};
        for from in LeadStatus::iter() {
            for to in LeadStatus::iter() {
                let outcome = change_status(from, to, &["x"]).map_err(|violation| violation.code);
                let expected = match (from, to) {
                    (Converted, Converted) => Ok(Converted),
                    (_, Converted) => Err(ErrorCode::Invalid),
                    (Converted, _) => Err(ErrorCode::Locked),
                    (New | Contacted | Lost, to) => Ok(to),
                };
                assert_eq!(outcome, expected, "{from:?} → {to:?}");
            }
        }
    }

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(line(" Zaïnab ", 6, &[]).unwrap().as_deref(), Some("Zaïnab"));
        assert_eq!(line(" ", 6, &[]).unwrap(), None);
        assert_eq!(line("Zaïnabu", 6, &[]).unwrap_err().code, ErrorCode::TooLong);
        for text in ["a\nb", "a\u{0}b", "a\u{7f}b", "a\u{85}b"] {
            assert_eq!(
                line(text, 9, &[]).unwrap_err().code,
                ErrorCode::Invalid,
                "{text:?}"
            );
        }
        assert_eq!(
            paragraphs("a\r\n\tb\n", 9, &[]).unwrap().as_deref(),
            Some("a\n\tb")
        );
        assert_eq!(
            paragraphs("a\u{8}b", 9, &[]).unwrap_err().code,
            ErrorCode::Invalid
        );
    }

    #[test]
    fn who_has_land_says_where() {
        assert!(land(false, None, &[]).is_ok() && land(true, Some("Gaya"), &[]).is_ok());
        assert_eq!(land(true, None, &[]).unwrap_err().code, ErrorCode::Required);
    }
}

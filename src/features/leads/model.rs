//! The rules of leads and inquiries, pure.

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use crate::features::accounts::{MAX_NAME_LENGTH, phone};
use platform::{
    error::ErrorCode,
    form::{Fault, optional_line, optional_text},
    message,
    messages::Message,
    search,
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
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum LeadStatus {
    /// Nobody has answered yet.
    #[default]
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
pub fn change_status(from: LeadStatus, to: LeadStatus) -> Result<LeadStatus, Fault> {
    match (from, to) {
        (LeadStatus::Converted, LeadStatus::Converted) => Ok(to),
        (_, LeadStatus::Converted) => Err(Fault::invalid(message!("lead-converted-by-hand"))),
        (LeadStatus::Converted, _) => Err(Fault::new(ErrorCode::Locked, message!("lead-is-a-client"))),
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

fn required(text: Option<String>, message: Message) -> Result<String, Fault> {
    text.ok_or_else(|| Fault::new(ErrorCode::Required, message))
}

/// The rule of somebody's name.
///
/// # Errors
/// REQUIRED, TOO_LONG.
pub fn name(text: String) -> Result<String, Fault> {
    required(optional_line(MAX_NAME_LENGTH)(text)?, message!("name-required"))
}

/// The rule of a telephone number, kept in E.164.
///
/// # Errors
/// REQUIRED, INVALID.
pub fn required_phone(text: String) -> Result<String, Fault> {
    required(phone(text)?, message!("phone-required"))
}

/// The rule of what an inquiry is about.
///
/// # Errors
/// REQUIRED, TOO_LONG.
pub fn subject(text: String) -> Result<String, Fault> {
    required(optional_line(MAX_SUBJECT)(text)?, message!("subject-required"))
}

/// The rule of an inquiry's question.
///
/// # Errors
/// REQUIRED, TOO_LONG.
pub fn question(text: String) -> Result<String, Fault> {
    required(optional_text(MAX_MESSAGE)(text)?, message!("question-required"))
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
                let outcome = change_status(from, to).map_err(|fault| fault.code);
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
}

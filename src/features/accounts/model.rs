//! Rules about people's names and addresses: pure, and shared by every form that asks for them.

use email_address::{EmailAddress, Options};

use crate::platform::{
    error::{ErrorCode, Violation},
    text::{one_line, several_lines},
};

/// The longest name of a person, in characters.
pub const MAX_NAME_LENGTH: usize = 120;
/// The longest e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_LENGTH: usize = 254;

/// A checked e-mail address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Email {
    /// As it was typed, trimmed.
    pub shown: String,
    /// Lower case: what is compared.
    pub normalized: String,
}

impl Email {
    /// Checks an address.
    ///
    /// # Errors
    /// A violation at `field` that says what is wrong.
    pub fn parse(text: &str, field: &[&str]) -> Result<Self, Violation> {
        let shown = text.trim();
        if shown.is_empty() {
            return Err(required(field, "Give an e-mail address."));
        }
        if shown.chars().count() > MAX_EMAIL_LENGTH {
            return Err(too_long(field, MAX_EMAIL_LENGTH));
        }
        let options = Options::default()
            .with_required_tld()
            .without_display_text()
            .without_domain_literal();
        let valid = EmailAddress::parse_with_options(shown, options).is_ok()
            // Quoted local parts are legal and nobody has one; mail clients and headers trip over them.
            && !shown.contains(|c: char| c.is_control() || c.is_whitespace() || c == '"');
        if !valid {
            return Err(Violation::new(
                ErrorCode::Invalid,
                field.iter().copied(),
                "This is not an e-mail address such as zainab@example.ne.",
            ));
        }
        Ok(Self {
            shown: shown.to_owned(),
            normalized: normalize_email(shown),
        })
    }
}

/// The form in which e-mail addresses are compared.
#[must_use]
pub fn normalize_email(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Checks the name of a person.
///
/// # Errors
/// A violation at `field`.
pub fn person_name(text: &str, field: &[&str]) -> Result<String, Violation> {
    let name = one_line(text);
    if name.is_empty() {
        return Err(required(field, "Give a name."));
    }
    if name.chars().count() > MAX_NAME_LENGTH {
        return Err(too_long(field, MAX_NAME_LENGTH));
    }
    Ok(name)
}

/// Checks an optional text of several lines; an empty one is none.
///
/// # Errors
/// A violation at `field` when it is longer than `longest` characters.
pub fn optional_text(text: &str, longest: usize, field: &[&str]) -> Result<Option<String>, Violation> {
    let text = several_lines(text);
    if text.chars().count() > longest {
        return Err(too_long(field, longest));
    }
    Ok((!text.is_empty()).then_some(text))
}

fn required(field: &[&str], message: &str) -> Violation {
    Violation::new(ErrorCode::Required, field.iter().copied(), message)
}

fn too_long(field: &[&str], longest: usize) -> Violation {
    Violation::new(
        ErrorCode::TooLong,
        field.iter().copied(),
        format!("At most {longest} characters."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIELD: &[&str] = &["input", "x"];

    #[test]
    fn compares_addresses_in_lower_case_and_refuses_oddities() {
        let email = Email::parse(" Zainab@Example.NE ", FIELD).unwrap();
        assert_eq!(email.shown, "Zainab@Example.NE");
        assert_eq!(email.normalized, "zainab@example.ne");
        for text in [
            "",
            "zainab",
            "zainab@",
            "@example.ne",
            "a b@example.ne",
            "\"a b\"@example.ne",
            "a@b\r\nBcc: c@d.ne",
            "Z <z@example.ne>",
            "z@[127.0.0.1]",
            "z@localhost",
        ] {
            assert!(Email::parse(text, FIELD).is_err(), "{text}");
        }
    }

    #[test]
    fn names_lose_what_would_break_a_mail_header() {
        assert_eq!(
            person_name(" Zaïnab\r\nBcc: x \u{7f} Issa ", FIELD).unwrap(),
            "Zaïnab Bcc: x Issa"
        );
        assert_eq!(person_name("\n", FIELD).unwrap_err().code, ErrorCode::Required);
        assert_eq!(
            person_name(&"é".repeat(121), FIELD).unwrap_err().code,
            ErrorCode::TooLong
        );
    }
}

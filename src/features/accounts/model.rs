//! Rules about people's names and addresses: pure, and shared by every form that asks for them.

use email_address::{EmailAddress, Options};

use platform::{error::ErrorCode, form::Fault};

/// The longest name of a person, in characters.
pub const MAX_NAME_LENGTH: usize = 120;
/// The longest e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_LENGTH: usize = 254;

/// The rule of an e-mail address, which is kept as it was typed.
///
/// # Errors
/// REQUIRED, TOO_LONG, INVALID.
pub fn email(text: String) -> Result<String, Fault> {
    let shown = text.trim();
    if shown.is_empty() {
        return Err(Fault::new(ErrorCode::Required, "Give an e-mail address."));
    }
    if shown.chars().count() > MAX_EMAIL_LENGTH {
        let message = format!("At most {MAX_EMAIL_LENGTH} characters.");
        return Err(Fault::new(ErrorCode::TooLong, message));
    }
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let valid = EmailAddress::parse_with_options(shown, options).is_ok()
        // Quoted local parts are legal and nobody has one; mail clients and headers trip over them.
        && !shown.contains(|c: char| c.is_control() || c.is_whitespace() || c == '"');
    if !valid {
        return Err(Fault::invalid(
            "This is not an e-mail address such as zainab@example.ne.",
        ));
    }
    Ok(shown.to_owned())
}

/// The rule of an e-mail address that may be empty, which is none.
///
/// # Errors
/// TOO_LONG, INVALID.
pub fn optional_email(text: String) -> Result<Option<String>, Fault> {
    Some(text)
        .filter(|text| !text.trim().is_empty())
        .map(email)
        .transpose()
}

/// The form in which e-mail addresses are compared: lower case.
#[must_use]
pub fn normalize_email(text: &str) -> String {
    text.trim().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_addresses_in_lower_case_and_refuses_oddities() {
        let shown = email(" Zainab@Example.NE ".to_owned()).unwrap();
        assert_eq!(shown, "Zainab@Example.NE");
        assert_eq!(normalize_email(&shown), "zainab@example.ne");
        assert_eq!(optional_email(" ".to_owned()), Ok(None));
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
            assert!(email(text.to_owned()).is_err(), "{text}");
        }
    }
}

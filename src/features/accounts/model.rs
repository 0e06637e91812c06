//! Rules about people's names and addresses: pure, and shared by every form that asks for them.

use platform::{
    error::ErrorCode,
    form::Fault,
    mail::{ascii_address, compared_address},
    message,
    text::one_line,
};

/// The longest name of a person, in characters.
pub const MAX_NAME_LENGTH: usize = 120;
/// The longest e-mail address (RFC 5321, 4.5.3.1.3, less the angle brackets).
pub const MAX_EMAIL_LENGTH: usize = 254;

/// The rule of an e-mail address, which is kept as it was typed, its domain in Punycode where it isn't ASCII.
///
/// # Errors
/// REQUIRED, TOO_LONG, INVALID.
pub fn email(text: String) -> Result<String, Fault> {
    let shown = one_line(&text);
    if shown.is_empty() {
        return Err(Fault::new(ErrorCode::Required, message!("email-required")));
    }
    let address = ascii_address(&shown);
    // In Punycode it may be longer than it was typed.
    let length = address.as_ref().unwrap_or(&shown).chars().count();
    if length > MAX_EMAIL_LENGTH {
        let message = message!("text-too-long", max = MAX_EMAIL_LENGTH);
        return Err(Fault::new(ErrorCode::TooLong, message));
    }
    address.map_err(|error| Fault::invalid(error.into()))
}

/// The rule of an e-mail address that may be empty, which is none.
///
/// # Errors
/// TOO_LONG, INVALID.
pub fn optional_email(text: String) -> Result<Option<String>, Fault> {
    Some(text)
        .filter(|text| !one_line(text).is_empty())
        .map(email)
        .transpose()
}

/// The form in which e-mail addresses are compared: lower case, the domain in Punycode.
#[must_use]
pub fn normalize_email(text: &str) -> String {
    compared_address(&one_line(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compares_addresses_in_lower_case_and_refuses_oddities() {
        let shown = email(" Zainab@Example.NE ".to_owned()).unwrap();
        assert_eq!(shown, "Zainab@Example.NE");
        assert_eq!(normalize_email(&shown), "zainab@example.ne");
        assert_eq!(optional_email(" \u{3164}".to_owned()), Ok(None));
        // Copied from a contact on a Mac, or from a page.
        let shown = email("\u{202a}awa@exämple.ne\u{202c}\u{200b}".to_owned()).unwrap();
        assert_eq!(shown, "awa@xn--exmple-cua.ne");
        assert_eq!(normalize_email(" AWA@exämple.NE\u{200b}"), shown);
        let refused = email("zaïnab@example.ne".to_owned()).unwrap_err();
        assert_eq!(refused.message, message!("address-not-ascii", letters = "ï"));
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

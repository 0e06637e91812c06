//! E-mail addresses in the one form in which they are kept, compared and sent.

use email_address::{EmailAddress, Options};

use crate::{message, messages::Message};

/// Why an address was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// Not the form of an address.
    #[error("no e-mail address")]
    Malformed,
    /// The part before the @ has letters that mail servers don't take (they would need SMTPUTF8, RFC 6531).
    #[error("letters beyond ASCII before the @")]
    Letters(String),
    /// The part after the @ is the name of no host.
    #[error("no host's name after the @")]
    Domain(String),
}

impl From<AddressError> for Message {
    fn from(error: AddressError) -> Self {
        match error {
            AddressError::Malformed => message!("address-malformed"),
            AddressError::Letters(letters) => message!("address-not-ascii", letters),
            AddressError::Domain(domain) => message!("address-of-no-domain", domain),
        }
    }
}

/// An address as mail servers take it, its domain in Punycode where it isn't ASCII (IDNA 2008 by way of UTS 46):
/// `awa@bénin.example` → `awa@xn--bnin-bpa.example`. What is ASCII stays as it was typed.
///
/// # Errors
/// [`AddressError`].
pub fn ascii_address(text: &str) -> Result<String, AddressError> {
    let (local, domain) = text.rsplit_once('@').ok_or(AddressError::Malformed)?;
    let foreign: Vec<String> = local
        .chars()
        .filter(|letter| !letter.is_ascii() && !letter.is_whitespace())
        .map(String::from)
        .collect();
    if !foreign.is_empty() {
        return Err(AddressError::Letters(foreign.join(", ")));
    }
    let host = idna::domain_to_ascii_strict(domain).map_err(|_| AddressError::Domain(domain.to_owned()));
    let written = if domain.is_ascii() {
        // Whether it is a host's name is seen below; a domain of ASCII is refused as the address that it makes.
        text.to_owned()
    } else {
        format!("{local}@{}", host.clone()?)
    };
    let options = Options::default()
        .with_required_tld()
        .without_display_text()
        .without_domain_literal();
    let is_valid = EmailAddress::parse_with_options(&written, options).is_ok()
        // Quoted local parts are legal and nobody has one; mail clients and headers trip over them.
        && !written.contains(|letter: char| letter.is_control() || letter.is_whitespace() || letter == '"');
    if !is_valid {
        return Err(AddressError::Malformed);
    }
    host?;
    Ok(written)
}

/// The form in which addresses are compared: lower case, the domain in Punycode. What is no address is compared as it
/// is.
#[must_use]
pub fn compared_address(text: &str) -> String {
    ascii_address(text)
        .unwrap_or_else(|_| text.to_owned())
        .to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn domains_go_over_the_wire_in_ascii() {
        for (typed, kept) in [
            ("awa@exämple.ne", "awa@xn--exmple-cua.ne"),
            ("Awa@EXÄMPLE.ne", "Awa@xn--exmple-cua.ne"),
            ("awa@e\u{301}cole.ne", "awa@xn--cole-9oa.ne"),
            ("awa@ｅｘａｍｐｌｅ．ne", "awa@example.ne"),
            ("awa@مثال.إختبار", "awa@xn--mgbh0fb.xn--kgbechtv"),
            ("Awa.Issa+villa@Example.NE", "Awa.Issa+villa@Example.NE"),
            ("awa@xn--exmple-cua.ne", "awa@xn--exmple-cua.ne"),
        ] {
            assert_eq!(ascii_address(typed).as_deref(), Ok(kept), "{typed}");
        }
        assert_eq!(compared_address("Awa@EXÄMPLE.ne"), "awa@xn--exmple-cua.ne");
        assert_eq!(compared_address("awa@xn--exmple-cua.ne"), "awa@xn--exmple-cua.ne");
        assert_eq!(compared_address("Personne"), "personne");
    }

    #[test]
    fn what_cannot_be_sent_to_is_told_why() {
        assert_eq!(
            ascii_address("zaïnabé@example.ne"),
            Err(AddressError::Letters("ï, é".to_owned()))
        );
        for wrong in ["awa@-exämple.ne", "awa@ex ämple.ne", "awa@xn--a.ne", "awa@ä..ne"] {
            assert!(ascii_address(wrong).is_err(), "{wrong}");
        }
        for wrong in [
            "awa",
            "awa@",
            "@example.ne",
            "awa@localhost",
            "a b@example.ne",
            "a@b@example.ne",
            "awa@[127.0.0.1]",
        ] {
            assert_eq!(ascii_address(wrong), Err(AddressError::Malformed), "{wrong}");
        }
    }
}

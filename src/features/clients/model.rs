//! The rules of a client's profile.

use platform::search;

/// The longest address, in characters.
pub(super) const MAX_ADDRESS_LENGTH: usize = 500;

/// What a search finds a client by.
#[must_use]
pub fn search_text(name: &str, email: &str, phone: Option<&str>, address: Option<&str>) -> String {
    let phone = phone.map(search::telephone).unwrap_or_default();
    search::search_text([name, email, phone, address.unwrap_or_default()])
}

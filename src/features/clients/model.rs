//! The rules of a client's profile.

use crate::{
    features::accounts::phone,
    platform::{
        actor::Actor,
        error::{CommandError, ErrorCode, Violation, Violations},
        form::optional_text,
        search,
    },
};

/// The longest address, in characters.
pub(super) const MAX_ADDRESS_LENGTH: usize = 500;

/// A value of a patch: absent, cleared, or new.
pub type Patched<T> = Option<Option<T>>;

/// Reads a patched telephone number.
pub(super) fn patched_phone(
    violations: &mut Violations,
    value: Patched<String>,
    field: &[&str],
) -> Patched<String> {
    value.map(|text| text.and_then(|text| violations.check(phone(text).map_err(|it| it.at(field))).flatten()))
}

/// Reads a patched address.
pub(super) fn patched_address(
    violations: &mut Violations,
    value: Patched<String>,
    field: &[&str],
) -> Patched<String> {
    value.map(|text| {
        text.and_then(|text| {
            violations
                .check(optional_text(MAX_ADDRESS_LENGTH)(text).map_err(|it| it.at(field)))
                .flatten()
        })
    })
}

/// Reads a patched value that can't be cleared.
pub(super) fn patched_required<T>(
    violations: &mut Violations,
    value: Patched<T>,
    field: &[&str],
) -> Option<T> {
    match value {
        Some(None) => {
            violations.push(Violation::new(
                ErrorCode::Required,
                field.iter().copied(),
                "This value can't be cleared; leave it out to keep it.",
            ));
            None
        }
        Some(value) => value,
        None => None,
    }
}

/// What a search finds a client by.
pub(super) fn search_text(name: &str, email: &str, phone: Option<&str>, address: Option<&str>) -> String {
    let phone = phone.map(search::telephone).unwrap_or_default();
    search::search_text([name, email, phone, address.unwrap_or_default()])
}

/// Managing clients is for staff.
pub(super) fn may_manage(actor: &Actor) -> Result<(), CommandError> {
    match actor {
        Actor::Anonymous => Err(CommandError::Unauthenticated),
        _ if actor.is_staff() => Ok(()),
        _ => Err(CommandError::Forbidden),
    }
}

//! All kinds of records, as their features register them.

use uuid::Uuid;

use crate::features::{accounts, billing, clients, content, deliveries, leads, projects};
use platform::{
    deletion::FIELD,
    error::{ErrorCode, Violation},
    graphql::{RecordType, records::RecordActions},
    ids, message,
};

/// The features that have records: a feature adds itself here, a kind goes into its feature's list.
const FEATURES: &[&[RecordType]] = &[
    clients::graphql::RECORDS,
    projects::graphql::RECORDS,
    leads::graphql::RECORDS,
    content::graphql::RECORDS,
    billing::graphql::RECORDS,
    accounts::graphql::RECORDS,
    deliveries::graphql::RECORDS,
];

/// A kind and an id of it.
pub(super) type RecordId = (&'static dyn RecordActions, Uuid);

/// Every kind that the audit log knows.
pub fn all() -> impl Iterator<Item = &'static RecordType> {
    FEATURES.iter().copied().flatten()
}

/// The kinds that are found by their ids alone.
pub(super) fn found_by_id() -> impl Iterator<Item = (&'static RecordType, &'static dyn RecordActions)> {
    all().filter_map(|kind| Some((kind, kind.actions?)))
}

/// The kind that the audit log calls so.
pub(super) fn kind_named(name: &str) -> Option<&'static RecordType> {
    all().find(|kind| kind.name == name)
}

/// The kind whose ids start so, if it is found by them.
pub(super) fn with_prefix(prefix: &str) -> Option<&'static dyn RecordActions> {
    let mut found = found_by_id().filter(|(kind, _)| kind.prefix == prefix);
    found.next().map(|(_, actions)| actions)
}

/// Reads the id of a record that a mutation takes.
///
/// # Errors
/// INVALID at `input.id`, with the kinds that are expected.
pub(super) fn parse(text: &str) -> Result<RecordId, Violation> {
    let (found, id) = ids::decode(text).unzip();
    if let Some(record) = found.and_then(with_prefix).zip(id) {
        return Ok(record);
    }
    let expected = prefixes(found_by_id().map(|(kind, _)| kind));
    let message = match found {
        Some(found) => message!("record-id-of-another-kind", expected, found = found.to_owned()),
        None => message!("record-id-malformed", expected),
    };
    Err(Violation::new(ErrorCode::Invalid, FIELD, message))
}

/// The kind and number of any id that the audit log knows.
///
/// # Errors
/// INVALID at `field`.
pub(super) fn audited_id(text: &str, field: &[&str]) -> Result<(&'static str, Uuid), Violation> {
    ids::decode(text)
        .and_then(|(found, id)| Some((all().find(|kind| kind.prefix == found)?.name, id)))
        .ok_or_else(|| {
            let message = message!("record-id-malformed", expected = prefixes(all()));
            Violation::new(ErrorCode::Invalid, field.iter().copied(), message)
        })
}

/// How the ids of these kinds begin.
fn prefixes(kinds: impl Iterator<Item = &'static RecordType>) -> String {
    let prefixes: Vec<String> = kinds.map(|kind| format!("{}_…", kind.prefix)).collect();
    prefixes.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_kind_of_id_says_what_is_expected() {
        let error = parse("acc_01h2xcejqtf2nbrexx3vqjhp41").err().unwrap();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert_eq!(error.message.id(), "record-id-of-another-kind");
        let told = error.message.to_string();
        assert!(
            told.contains("prj_…") && told.contains("inq_…") && told.contains("acc"),
            "{told}"
        );
        assert!(parse("prj_01h2xcejqtf2nbrexx3vqjhp41").is_ok());
        assert!(parse("nonsense").is_err());
    }
}

//! Reading what callers send: ids, and values of patches.

use async_graphql::{ID, InputObject, MaybeUndefined};

use crate::{error::Violation, ids::IdError};

/// Reads a typed id.
///
/// # Errors
/// INVALID at `field`, with what was expected.
pub fn parse_id<T: std::str::FromStr<Err = IdError>>(text: &str, field: &[&str]) -> Result<T, Violation> {
    text.parse()
        .map_err(|error: IdError| Violation::invalid_id(field.iter().copied(), &error))
}

/// An absent value keeps (`None`), null clears (`Some(None)`).
pub fn change<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}

/// One row of a bulk action.
#[derive(Debug, InputObject)]
pub struct BulkRowInput {
    /// The record's id.
    pub id: ID,
    /// The version you read, if it matters: if someone changed the record since, this row is a CONFLICT.
    pub expected_version: Option<i32>,
}

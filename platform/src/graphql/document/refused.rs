//! What a document is refused with.

use async_graphql::ServerError;

use crate::graphql::limits::Refusal;

/// Why a document can't be run.
#[derive(Debug, Clone)]
pub enum Refused {
    /// It is more than a limit allows.
    Limit(Refusal),
    /// It doesn't parse, or doesn't fit the schema.
    Invalid(Vec<ServerError>),
}

impl From<Refusal> for Refused {
    fn from(refusal: Refusal) -> Self {
        Self::Limit(refusal)
    }
}

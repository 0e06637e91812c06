//! How clients look in the API.

pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use loaders::ClientLoader;
pub use mutation::ClientsMutation;
pub use query::ClientsQuery;
pub use types::{Client, client_by_id, client_of};

use super::Clients;
use platform::graphql::RecordType;

/// The kinds of records of this feature.
pub const RECORDS: &[RecordType] = &[RecordType::of::<Clients, Client>()];

//! How clients look in the API.

pub mod loaders;
pub mod mutation;
pub mod query;
pub mod types;

pub use loaders::ClientLoader;
pub use mutation::ClientsMutation;
pub use query::ClientsQuery;
pub use types::{Client, client_by_id, client_of};

//! How records of all kinds look in the API.

pub mod audit;
pub mod kinds;
pub mod mutation;
pub mod query;
pub mod types;

pub use mutation::RecordsMutation;
pub use query::RecordsQuery;
pub use types::{Node, Record};

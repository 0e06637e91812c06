//! How the outbox looks in the API.

mod mutation;
mod query;
mod types;

pub use mutation::DeliveriesMutation;
pub use query::DeliveriesQuery;
pub use types::GqlDelivery;

//! How the outbox looks in the API.

mod mutation;
mod query;
mod types;

pub use mutation::DeliveriesMutation;
pub use query::DeliveriesQuery;
pub use types::{DeliveryChannel, GqlDelivery};

use platform::{graphql::RecordType, outbox::DeliveryId};

/// What the audit log tells of this feature: deliveries that were sent again.
pub const RECORDS: &[RecordType] = &[RecordType::named("Delivery", DeliveryId::PREFIX)];

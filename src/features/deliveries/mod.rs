//! What leaves the house: the texts of its messages, and the staff's view of the outbox.

pub mod commands;
pub mod graphql;

mod queries;
mod texts;

pub use queries::{DeliveryFilter, deliveries_by_ids, select};
pub use texts::templates;

pub use platform::outbox::table::{Column as DeliveryColumn, Entity as Deliveries, Model as Delivery};

//! How the live feed looks in the API.

pub mod events;
pub mod streams;
mod subscription;

pub use subscription::FeedSubscription;

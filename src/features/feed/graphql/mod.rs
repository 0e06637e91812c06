//! How the live feed looks in the API.

pub mod billing;
mod desk;
mod subscription;
pub mod types;

pub use subscription::FeedSubscription;

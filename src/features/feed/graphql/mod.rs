//! How the live feed looks in the API.

mod desk;
mod subscription;
pub mod types;

pub use subscription::FeedSubscription;

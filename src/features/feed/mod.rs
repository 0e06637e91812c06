//! What of the event log a caller may see, as live streams: who may see which event, what it shows, and the
//! subscriptions themselves. Order, resuming and delivery are `platform::feed`'s.

pub mod graphql;
mod source;

pub use source::{EventDetails, FeatureEvents, FeedEvent, FeedHub, NOTIFICATION_ADDED};

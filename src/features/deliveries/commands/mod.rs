//! What staff may do with deliveries.

mod replay_delivery;

pub use replay_delivery::replay_delivery;

//! What staff may do with deliveries.

mod dismiss_delivery;
mod replay_delivery;

pub use dismiss_delivery::dismiss_delivery;
pub use replay_delivery::replay_delivery;

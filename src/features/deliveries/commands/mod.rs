//! What staff may do with deliveries.

mod dismiss_delivery;
mod replay_delivery;
mod settle_held;

pub use dismiss_delivery::dismiss_delivery;
pub use replay_delivery::replay_delivery;
pub use settle_held::settle_held_deliveries;

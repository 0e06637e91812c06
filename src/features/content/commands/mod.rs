//! What is done to content beyond creating and changing (`platform::editing`).

mod reorder;

pub use reorder::{MAX_REORDERED, Positioned, next_position, reorder};

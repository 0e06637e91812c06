//! What is done to content beyond creating and changing (`platform::editing`).

mod reorder;

pub use reorder::{Positioned, next_position, reorder};

//! What every feature stands on; knows nothing of construction.

pub mod actor;
pub mod clock;
pub mod crypto;
pub mod db;
pub mod error;
pub mod ids;

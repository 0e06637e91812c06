//! The tables `accounts`, `sessions`, `password_resets` and `known_addresses`.

pub mod account;
pub mod known_address;
pub mod password_reset;
pub mod session;

//! The tables `accounts`, `sessions`, `password_resets`, `known_addresses` and `security_events`.

pub mod account;
pub mod known_address;
pub mod password_reset;
pub mod security_event;
pub mod session;

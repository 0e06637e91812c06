//! The tables `accounts`, `sessions`, `password_resets`, `known_addresses`, `security_events`, `second_factors` and
//! `recovery_codes`.

pub mod account;
pub mod known_address;
pub mod password_reset;
pub mod recovery_code;
pub mod second_factor;
pub mod security_event;
pub mod session;

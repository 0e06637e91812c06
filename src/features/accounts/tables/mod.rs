//! The tables `accounts`, `sessions` and `password_resets`.

pub mod account;
pub mod password_reset;
pub mod session;

//! The tables `accounts` and `sessions`.

pub mod account;
pub mod session;

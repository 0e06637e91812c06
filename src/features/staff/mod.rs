//! The company's own people: who works for it, what each may do, and letting them in and out. Their accounts are
//! `accounts`'.

pub mod commands;
mod editing;
pub mod graphql;
mod queries;

pub use editing::StaffFields;
pub use queries::{StaffFilter, lock_member_in_tx, select_staff};

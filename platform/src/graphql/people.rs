//! The enums of roles and languages, as the API names them.

use async_graphql::Enum;

use crate::actor;

/// What an account may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "actor::Role")]
pub enum Role {
    /// Follows their own projects.
    Client,
    /// Works for the company: full work on all data.
    Staff,
    /// Staff who may also force-delete, manage staff and change the company's details.
    Admin,
}

/// The language of what a person reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "actor::Locale")]
pub enum Locale {
    /// French, the default.
    Fr,
    /// English.
    En,
}

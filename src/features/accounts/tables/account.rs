//! The table `accounts`: everybody who can sign in.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::{
    actor::{AccountId, Locale, Role},
    record_table,
};

record_table! {
    /// One account.
    "accounts" {
        /// As it was typed, for showing and writing to.
        pub email: String,
        /// Lower case: what signing in compares, unique among the living.
        pub email_normalized: String,
        pub name: String,
        pub role: Role,
        pub locale: Locale,
        /// argon2id, in PHC form.
        pub password_hash: String,
        /// The password travelled by e-mail and has not been replaced yet.
        pub must_change_password: bool,
        pub temporary_password_expires_at: Option<DateTime<Utc>>,
        pub disabled_at: Option<DateTime<Utc>>,
    }
    is ("Account", AccountId, secret: [PasswordHash], personal: [Email, Name], derived: [EmailNormalized])
}

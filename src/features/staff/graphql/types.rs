//! `StaffMember`.

use async_graphql::Object;
use chrono::{DateTime, Utc};

use crate::{
    features::accounts::{StoredAccount, graphql::RecordFields},
    record_methods,
};
use platform::graphql::{Locale, Role, scalars::EmailAddress};

/// Somebody who works for the company.
#[derive(Debug, Clone)]
pub struct StaffMember(pub StoredAccount);

impl From<StoredAccount> for StaffMember {
    fn from(account: StoredAccount) -> Self {
        Self(account)
    }
}

record_methods!(StaffMember, 0);

/// Somebody who works for the company and can sign in. For staff.
#[Object]
impl StaffMember {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The person's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The address the person signs in with and is written to.
    async fn email(&self) -> EmailAddress {
        EmailAddress(self.0.email.clone())
    }

    /// What the person may do: STAFF or ADMIN.
    async fn role(&self) -> Role {
        self.0.role.into()
    }

    /// The language of the person's e-mails.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Since when the person can't sign in; null when they can.
    async fn disabled_at(&self) -> Option<DateTime<Utc>> {
        self.0.disabled_at
    }

    /// Until when the temporary password is good (in the past: it ran out; send one with `resendStaffCredentials`); null
    /// once the person has chosen their own.
    async fn temporary_password_expires_at(&self) -> Option<DateTime<Utc>> {
        self.0.temporary_password_expires_at
    }
}

//! `ContactInquiry`.

use async_graphql::Object;

use super::lead::FormDoubt;
use crate::{
    features::{
        accounts::{graphql::RecordFields, readable_phone},
        leads::Inquiry,
    },
    record_methods,
};
use platform::graphql::scalars::EmailAddress;

/// A question that came through the contact form.
#[derive(Debug, Clone)]
pub struct GqlInquiry(pub Inquiry);

impl From<Inquiry> for GqlInquiry {
    fn from(inquiry: Inquiry) -> Self {
        Self(inquiry)
    }
}

record_methods!(GqlInquiry, 0);

/// A question that came through the contact form. For staff.
#[Object(name = "ContactInquiry")]
impl GqlInquiry {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// Who asks.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Where the answer goes.
    async fn email(&self) -> EmailAddress {
        EmailAddress(self.0.email.clone())
    }

    /// The telephone number, as `+22790123456`, to call with.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// The telephone number as people read it: `+227 90 12 34 56`.
    async fn phone_formatted(&self) -> Option<String> {
        self.0.phone.as_deref().map(readable_phone)
    }

    /// What it is about.
    async fn subject(&self) -> &str {
        &self.0.subject
    }

    /// The question; may have several lines.
    async fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether somebody has read it.
    async fn is_read(&self) -> bool {
        self.0.is_read
    }

    /// Why it may come from a program; null when nothing speaks for that.
    async fn doubt(&self) -> Option<FormDoubt> {
        self.0.doubt.map(Into::into)
    }
}

//! `ContactInquiry`.

use async_graphql::{Context, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::lead::FormDoubt;
use crate::{
    features::{
        accounts::{
            graphql::{GqlActor, actor_of},
            readable_phone,
        },
        leads::Inquiry,
    },
    platform::graphql::{Allow, scalars::EmailAddress},
};

/// A question that came through the contact form.
#[derive(Debug, Clone)]
pub struct GqlInquiry(pub Inquiry);

impl From<Inquiry> for GqlInquiry {
    fn from(inquiry: Inquiry) -> Self {
        Self(inquiry)
    }
}

/// A question that came through the contact form. For staff.
#[Object(name = "ContactInquiry")]
impl GqlInquiry {
    /// The inquiry's id (`inq_…`).
    pub(crate) async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// Counts the changes; send it as `expectedVersion` when you change the inquiry.
    pub(crate) async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it came in.
    pub(crate) async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it last changed.
    pub(crate) async fn updated_at(&self) -> DateTime<Utc> {
        self.0.updated_at
    }

    /// When it was deleted; null among the living.
    pub(crate) async fn deleted_at(&self) -> Option<DateTime<Utc>> {
        self.0.deleted_at
    }

    /// Who entered it; null for the website. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn created_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.created_by).await
    }

    /// Who changed it last. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn updated_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.updated_by).await
    }

    /// Who deleted it. For staff.
    #[graphql(guard = "Allow::staff()")]
    pub(crate) async fn deleted_by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.deleted_by).await
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

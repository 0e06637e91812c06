//! What happened to a lead.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{loaders::DeliveryLoader, status::GqlLeadStatus};
use crate::features::{
    accounts::graphql::{GqlActor, actor_of},
    clients::graphql::{Client, client_by_id},
    deliveries::graphql::GqlDelivery,
    leads::{Activity, ActivityKind},
    projects::graphql::{GqlProject, ProjectLoader},
};
use platform::graphql::{ContextExt, internal};

/// What an entry of a lead's timeline tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "ActivityKind")]
pub enum LeadTimelineKind {
    /// The lead came in: through the website, or entered by somebody of the staff.
    Received,
    /// The status changed: see `oldStatus` and `newStatus`.
    StatusChanged,
    /// Somebody follows the lead from then on: see `assignee`, null for nobody.
    Assigned,
    /// The notes were written: see `text`, null when they were cleared.
    Noted,
    /// What the visitor had said was corrected; `auditLog` has old and new values.
    Corrected,
    /// An e-mail was written because of the lead: see `delivery`.
    Email,
    /// The lead became a client and a project: see `client` and `project`.
    Converted,
}

/// Something that happened to a lead.
#[derive(Debug, Clone)]
pub struct LeadTimelineEntry(pub Activity);

/// Something that happened to a lead, written with it and never changed. For staff.
#[Object]
impl LeadTimelineEntry {
    /// The entry's id (`act_…`).
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When it happened.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// What happened.
    async fn kind(&self) -> LeadTimelineKind {
        self.0.kind.into()
    }

    /// Who did it; null for the visitor and the server itself.
    async fn by(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.account_id).await
    }

    /// The status before, of STATUS_CHANGED and CONVERTED.
    async fn old_status(&self) -> Option<GqlLeadStatus> {
        self.0.old_status.map(Into::into)
    }

    /// The status after, of STATUS_CHANGED and CONVERTED.
    async fn new_status(&self) -> Option<GqlLeadStatus> {
        self.0.new_status.map(Into::into)
    }

    /// Who follows the lead from then on, of ASSIGNED.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.assignee_id).await
    }

    /// The notes as they were written, of NOTED.
    async fn text(&self) -> Option<&str> {
        self.0.text.as_deref()
    }

    /// The e-mail, of EMAIL, with how far it has come.
    async fn delivery(&self, ctx: &Context<'_>) -> Result<Option<GqlDelivery>> {
        let Some(id) = self.0.delivery_id else {
            return Ok(None);
        };
        let found = ctx.loader::<DeliveryLoader>().load_one(id).await;
        Ok(found.map_err(internal)?.map(GqlDelivery))
    }

    /// The client that the lead became, of CONVERTED; null when the client is gone.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        match self.0.client_id {
            Some(id) => client_by_id(ctx, id).await,
            None => Ok(None),
        }
    }

    /// The project that the lead became, of CONVERTED; null when the project is gone.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<GqlProject>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        let found = ctx.loader::<ProjectLoader>().load_one(id).await;
        Ok(found.map_err(internal)?.map(GqlProject))
    }
}

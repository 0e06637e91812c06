//! `ConstructionLead`.

use async_graphql::{Context, Enum, ID, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    loaders::{Contact, DuplicatesLoader, KnownClientsLoader},
    status::GqlLeadStatus,
    timeline::LeadTimelineEntry,
};
use crate::{
    features::{
        accounts::{
            graphql::{GqlActor, RecordFields, actor_of},
            readable_phone,
        },
        clients::graphql::{Client, client_by_id},
        content::graphql::{GqlPortfolioItem, portfolio_item_by_id},
        leads::{ActivityColumn, Doubt, Lead, select_activities},
        projects::graphql::{GqlProject, ProjectLoader},
    },
    record_methods,
};
use platform::{
    graphql::{
        Connection, ContextExt, Locale, NestedList, OrderDirection, internal, paged, scalars::EmailAddress,
    },
    paging::{OrderBy, PageArgs},
};

/// Why a form that was kept may come from a program. A visitor with a wrong clock looks the same: judge by what it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Doubt")]
pub enum FormDoubt {
    /// It doesn't say when it was shown; the website always does.
    NoFormTime,
    /// It says that it will be shown later: a wrong clock, or made up.
    FormTimeInFuture,
    /// It was shown more than a week before it was sent: a wrong clock, or sent again and again.
    FormTimeTooOld,
}

/// Somebody who wants a house.
#[derive(Debug, Clone)]
pub struct GqlLead(pub Lead);

impl From<Lead> for GqlLead {
    fn from(lead: Lead) -> Self {
        Self(lead)
    }
}

record_methods!(GqlLead, 0);

/// Somebody who wants a house: through the form "Build for me", or entered by the staff. For staff.
#[paged]
#[Object(name = "ConstructionLead")]
impl GqlLead {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// Who wants a house.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The telephone number, as `+22790123456`, to call with.
    async fn phone(&self) -> &str {
        &self.0.phone
    }

    /// The telephone number as people read it: `+227 90 12 34 56`.
    async fn phone_formatted(&self) -> String {
        readable_phone(&self.0.phone)
    }

    /// The e-mail address.
    async fn email(&self) -> Option<EmailAddress> {
        self.0.email.clone().map(EmailAddress)
    }

    /// Whether they have land to build on.
    async fn has_land(&self) -> bool {
        self.0.has_land
    }

    /// Where the land is.
    async fn location_of_land(&self) -> Option<&str> {
        self.0.location_of_land.as_deref()
    }

    /// The id of the item of the portfolio that drew them (`pfi_…`); null for none, and when it is removed for good.
    async fn interested_in_id(&self) -> Option<ID> {
        self.0.interested_in_id.map(|id| id.to_string().into())
    }

    /// The item of the portfolio that drew them, drafts too; null for none, and once it is deleted.
    async fn interested_in(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of its texts.", default_with = "Locale::Fr")] locale: Locale,
    ) -> Result<Option<GqlPortfolioItem>> {
        portfolio_item_by_id(ctx, self.0.interested_in_id, locale.into()).await
    }

    /// What they say; may have several lines.
    async fn message(&self) -> Option<&str> {
        self.0.message.as_deref()
    }

    /// How far it has come.
    async fn status(&self) -> GqlLeadStatus {
        self.0.status.into()
    }

    /// Whether somebody has read it.
    async fn is_read(&self) -> bool {
        self.0.is_read
    }

    /// Who follows it; null for nobody.
    async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.assignee_id).await
    }

    /// What the staff know; may have several lines. What it said before stands in the timeline.
    async fn notes(&self) -> Option<&str> {
        self.0.notes.as_deref()
    }

    /// Why it may come from a program; null when nothing speaks for that.
    async fn doubt(&self) -> Option<FormDoubt> {
        self.0.doubt.map(Into::into)
    }

    /// When it became a client and a project.
    async fn converted_at(&self) -> Option<DateTime<Utc>> {
        self.0.converted_at
    }

    /// The client it became; null before that, and when the client is gone.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        match self.0.client_id {
            Some(id) => Ok(client_by_id(ctx, id)
                .await?
                .filter(|client| client.0.deleted_at.is_none())),
            None => Ok(None),
        }
    }

    /// The project it became; null before that, and when the project is gone.
    async fn project(&self, ctx: &Context<'_>) -> Result<Option<GqlProject>> {
        let Some(id) = self.0.project_id else {
            return Ok(None);
        };
        let found = ctx.loader::<ProjectLoader>().load_one(id).await;
        let living = found
            .map_err(internal)?
            .filter(|project| project.deleted_at.is_none());
        Ok(living.map(GqlProject))
    }

    /// Other living leads with the same number or the same e-mail address, the latest first; 20 at most.
    async fn duplicates(&self, ctx: &Context<'_>) -> Result<Vec<GqlLead>> {
        let found = ctx
            .loader::<DuplicatesLoader>()
            .load_one(Contact::of(&self.0))
            .await
            .map_err(internal)?;
        Ok(found.unwrap_or_default().into_iter().map(GqlLead).collect())
    }

    /// Clients with the same number or the same e-mail address, the latest first, 20 at most: `convertLead` can give one of
    /// them the project.
    async fn known_clients(&self, ctx: &Context<'_>) -> Result<Vec<Client>> {
        let found = ctx
            .loader::<KnownClientsLoader>()
            .load_one(Contact::of(&self.0))
            .await
            .map_err(internal)?;
        Ok(found.unwrap_or_default().into_iter().map(Client).collect())
    }

    /// What happened to it, the oldest first unless said otherwise.
    async fn timeline(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "By when it happened.", default_with = "OrderDirection::Asc")]
        direction: OrderDirection,
    ) -> Result<Connection<LeadTimelineEntry>> {
        let list = NestedList::new(
            select_activities(ctx.actor()),
            ActivityColumn::LeadId,
            self.0.id.0,
        );
        let descending = direction == OrderDirection::Desc;
        let order = OrderBy::new(ActivityColumn::At, descending, ActivityColumn::Id);
        Connection::read_nested(ctx, list, order, &args, LeadTimelineEntry).await
    }
}

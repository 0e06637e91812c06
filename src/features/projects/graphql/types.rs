//! `Project` and `ProjectUpdate`.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};
use chrono::{DateTime, Utc};
use sea_orm::Select;

use super::{
    inputs::{ProjectPhase, ProjectUpdateFilterInput, ProjectUpdateOrder, ProjectUpdateOrderField},
    loaders::{ProjectLoader, UpdateImagesLoader},
};
use crate::{
    features::{
        accounts::graphql::RecordFields,
        billing::graphql::{
            GqlInvoice, GqlPayment, InvoiceFilterInput, InvoiceOrderInput, PaymentFilterInput,
            PaymentOrderInput, invoices_of_project, paid_of_project, payments_of_project, statement_url,
        },
        clients::graphql::{Client, client_by_id},
        media::{Image, graphql::GqlImage},
        projects::{
            PostedUpdate, Project, ProjectUpdate, ProjectUpdates, UpdateColumn, UpdateFilter, UpdateOrder,
            select_updates,
        },
    },
    record_methods,
};
use platform::{
    graphql::{
        Connection, ContextExt, NestedList, OrderDirection, RecordScope, internal, paged, removed_meanwhile,
        scalars::Url,
        user_error::top_level,
        values::{Date, Money},
    },
    listing::resolve_scope,
    money::Amount,
    paging::{OrderBy, PageArgs, Window},
};

/// A contract with a client.
#[derive(Debug, Clone)]
pub struct GqlProject(pub Arc<Project>);

impl From<Project> for GqlProject {
    fn from(project: Project) -> Self {
        Self(Arc::new(project))
    }
}

record_methods!(GqlProject, 0);

/// A contract with a client, and how far its building is. Clients see their own, staff all.
#[paged]
#[Object(name = "Project")]
impl GqlProject {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// Whose it is.
    async fn client(&self, ctx: &Context<'_>) -> Result<Client> {
        client_by_id(ctx, self.0.client_id)
            .await?
            .ok_or_else(|| removed_meanwhile(self.0.id))
    }

    /// What it is called.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// When work starts.
    async fn start_date(&self) -> Option<Date> {
        self.0.start_date.map(Date)
    }

    /// When work should end.
    async fn estimated_completion(&self) -> Option<Date> {
        self.0.estimated_completion.map(Date)
    }

    /// How far the building is, 0 to 100 percent.
    async fn progress_percentage(&self) -> i32 {
        self.0.progress_percentage
    }

    /// How far the building is.
    async fn current_phase(&self) -> ProjectPhase {
        self.0.current_phase.into()
    }

    /// When the project was closed; null while it is open. Closed projects stay visible.
    async fn closed_at(&self) -> Option<DateTime<Utc>> {
        self.0.closed_at
    }

    /// The agreed price.
    async fn total_quote(&self) -> Money {
        Money::new(self.0.total_quote, self.0.currency)
    }

    /// What was paid so far: the sum of the project's payments that aren't voided, tied to an invoice or not.
    async fn amount_paid(&self, ctx: &Context<'_>) -> Result<Money> {
        Ok(Money::new(
            paid_of_project(ctx, self.0.id).await?,
            self.0.currency,
        ))
    }

    /// What of the agreed price isn't paid yet: `totalQuote` less `amountPaid`. Negative when more was paid.
    async fn balance(&self, ctx: &Context<'_>) -> Result<Money> {
        let paid = paid_of_project(ctx, self.0.id).await?;
        let left = Amount(self.0.total_quote.0.saturating_sub(paid.0));
        Ok(Money::new(left, self.0.currency))
    }

    /// Where the project's statement of account is, a PDF in the client's language: every invoice, credit note and payment
    /// up to the moment it is fetched, with a running balance. Works without a token for whoever asked, for 12 to 24 hours
    /// and as long as they stay signed in and may see the project. Null for a deleted project.
    async fn statement_url(&self, ctx: &Context<'_>) -> Option<Url> {
        statement_url(ctx, &self.0)
    }

    /// The project's invoices and credit notes, the latest entered first unless ordered otherwise. Clients see issued ones.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<InvoiceOrderInput>,
        #[graphql(desc = "In which state. Staff alone may ask for more than they see by default.")]
        scope: Option<RecordScope>,
    ) -> Result<Connection<GqlInvoice>> {
        invoices_of_project(ctx, &self.0, args, filter, order_by, scope).await
    }

    /// The project's payments, the latest first unless ordered otherwise.
    async fn payments(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which payments.")] filter: Option<PaymentFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<PaymentOrderInput>,
    ) -> Result<Connection<GqlPayment>> {
        payments_of_project(ctx, self.0.id, args, filter, order_by).await
    }

    /// News from the site, the latest posted first unless ordered otherwise. Clients see posted ones.
    async fn updates(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which updates.")] filter: Option<ProjectUpdateFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectUpdateOrder>,
        #[graphql(desc = "In which state. Staff alone may ask for more than they see by default.")]
        scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProjectUpdate>> {
        let (list, order) = update_list(ctx, filter, order_by, scope)?;
        let list = NestedList::new(list, UpdateColumn::ProjectId, self.0.id.0);
        let node = |update| GqlProjectUpdate::of(update, &self.0);
        Connection::read_nested(ctx, list, order, &args, node).await
    }

    /// The last update posted; null before the first.
    async fn latest_update(&self, ctx: &Context<'_>) -> Result<Option<GqlProjectUpdate>> {
        let posted = select_updates(ctx.actor(), &UpdateFilter::default(), RecordScope::Published);
        let window = Window::Forward {
            limit: 1,
            after: None,
            before: None,
        };
        let page = NestedList::new(posted, UpdateColumn::ProjectId, self.0.id.0)
            .page(ctx, UpdateOrder::PostedAt.by(true), window)
            .await?;
        let latest = page.rows.into_iter().next();
        Ok(latest.map(|row| GqlProjectUpdate::of(row.model, &self.0)))
    }
}

/// The arguments of a list of updates, checked: what the caller may see of it, in its order.
pub(super) fn update_list(
    ctx: &Context<'_>,
    filter: Option<ProjectUpdateFilterInput>,
    order_by: Option<ProjectUpdateOrder>,
    scope: Option<RecordScope>,
) -> Result<(Select<ProjectUpdates>, OrderBy<ProjectUpdates>)> {
    let filter = filter.unwrap_or_default().check().map_err(top_level)?;
    let scope = resolve_scope(ctx.actor(), scope, RecordScope::Living).map_err(top_level)?;
    let order_by = order_by.unwrap_or(ProjectUpdateOrder {
        field: ProjectUpdateOrderField::PostedAt,
        direction: OrderDirection::Desc,
    });
    let descending = order_by.direction == OrderDirection::Desc;
    let order = UpdateOrder::from(order_by.field).by(descending);
    Ok((select_updates(ctx.actor(), &filter, scope), order))
}

/// News from a site.
#[derive(Debug, Clone)]
pub struct GqlProjectUpdate {
    update: Arc<ProjectUpdate>,
    /// The project, when it is at hand.
    project: Option<Arc<Project>>,
    /// The pictures, when they are at hand.
    images: Option<Arc<[Arc<Image>]>>,
}

impl From<ProjectUpdate> for GqlProjectUpdate {
    fn from(update: ProjectUpdate) -> Self {
        Self {
            update: Arc::new(update),
            project: None,
            images: None,
        }
    }
}

impl GqlProjectUpdate {
    fn of(update: ProjectUpdate, project: &Arc<Project>) -> Self {
        Self {
            update: Arc::new(update),
            project: Some(Arc::clone(project)),
            images: None,
        }
    }

    /// An update that was loaded with all it shows: resolving it costs no statement.
    #[must_use]
    pub fn loaded(posted: &PostedUpdate, project: &Arc<Project>) -> Self {
        Self {
            update: Arc::clone(&posted.update),
            project: Some(Arc::clone(project)),
            images: Some(Arc::clone(&posted.images)),
        }
    }
}

record_methods!(GqlProjectUpdate, update);

/// News from a site, with pictures. A draft until it is posted; clients see posted ones alone.
#[Object(name = "ProjectUpdate")]
impl GqlProjectUpdate {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The project it is about.
    async fn project(&self, ctx: &Context<'_>) -> Result<GqlProject> {
        if let Some(project) = &self.project {
            return Ok(GqlProject(Arc::clone(project)));
        }
        let loaded = ctx
            .loader::<ProjectLoader>()
            .load_one(self.update.project_id)
            .await;
        loaded
            .map_err(internal)?
            .map(GqlProject)
            .ok_or_else(|| removed_meanwhile(self.update.id))
    }

    /// What happened.
    async fn title(&self) -> &str {
        &self.update.title
    }

    /// In more words; may have several lines.
    async fn description(&self) -> Option<&str> {
        self.update.description.as_deref()
    }

    /// The pictures, in order; 30 at most. Those in its bin, the latest first, are for staff: `updateProjectUpdate` takes one
    /// back whose id its list names, and after 30 days they are gone.
    async fn images(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Those it shows (LIVING, PUBLISHED), those in its bin (DELETED), or both (ALL).")]
        scope: Option<RecordScope>,
    ) -> Result<Vec<GqlImage>> {
        let scope = resolve_scope(ctx.actor(), scope, RecordScope::Living).map_err(top_level)?;
        let shown = matches!(scope, RecordScope::Published | RecordScope::Living);
        let at_hand = self.images.as_ref().filter(|_| shown);
        if let Some(images) = at_hand {
            return Ok(images
                .iter()
                .map(|image| GqlImage::signed(Arc::clone(image)))
                .collect());
        }
        let loaded = ctx
            .loader::<UpdateImagesLoader>()
            .load_one((self.update.id, scope))
            .await
            .map_err(internal)?;
        Ok(loaded
            .unwrap_or_default()
            .into_iter()
            .map(GqlImage::signed)
            .collect())
    }

    /// Whether the client has yet to see it.
    async fn is_draft(&self) -> bool {
        self.update.posted_at.is_none()
    }

    /// When it was shown to the client; null while it is a draft.
    async fn posted_at(&self) -> Option<DateTime<Utc>> {
        self.update.posted_at
    }
}

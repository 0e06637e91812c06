//! `Dashboard`. A feature that has something for it adds a field here.

use async_graphql::{Context, Object, Result};
use chrono::TimeDelta;

use crate::features::{
    backups::overview,
    billing::graphql::BillingFigures,
    deliveries::{DeliveryColumn, DeliveryFilter, graphql::GqlDelivery, select as select_deliveries},
    leads::{
        InquiryFilter, LeadFilter, LeadStatus,
        graphql::{GqlInquiry, GqlLead, inquiry_connection, lead_connection},
    },
    projects::{ProjectColumn, graphql::GqlProject, select_without_news},
};
use platform::{
    error::{ErrorCode, Violation},
    graphql::{Connection, ContextExt, internal, paged, user_error::top_level},
    message,
    outbox::Status,
    paging::{OrderBy, PageArgs},
};

/// Days without an update after which a project is pointed out.
const QUIET_DAYS: i32 = 14;

/// What needs a person today.
#[derive(Debug)]
pub struct Dashboard;

/// What needs a person today. Each field costs a statement, and only when it is asked for; `totalCount` one more. For
/// staff.
#[paged]
#[Object]
impl Dashboard {
    /// What is owed to the company, what of it is late, and what this month brought.
    async fn billing(&self) -> BillingFigures {
        BillingFigures::default()
    }

    /// Leads that nobody has answered yet, the latest first.
    async fn new_leads(&self, ctx: &Context<'_>, args: PageArgs) -> Result<Connection<GqlLead>> {
        let new = LeadFilter {
            status: Some(vec![LeadStatus::New]),
            ..LeadFilter::default()
        };
        lead_connection(ctx, args, new, None, None).await
    }

    /// Inquiries that nobody has read yet, the latest first.
    async fn unread_inquiries(&self, ctx: &Context<'_>, args: PageArgs) -> Result<Connection<GqlInquiry>> {
        let unread = InquiryFilter {
            read: Some(false),
            ..InquiryFilter::default()
        };
        inquiry_connection(ctx, args, unread, None, None).await
    }

    /// Open projects whose client has read nothing new for so many days: entered before that, not to be started later than
    /// today, and without an update posted since. The longest known first.
    async fn projects_without_news(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many days, 1 to 365.", default_with = "QUIET_DAYS")] days: i32,
        args: PageArgs,
    ) -> Result<Connection<GqlProject>> {
        if !(1..=365).contains(&days) {
            let wrong = Violation::new(
                ErrorCode::Invalid,
                ["days"],
                message!("number-out-of-range", from = 1, to = 365),
            );
            return Err(top_level(wrong));
        }
        let command = ctx.app();
        let now = command.clock.now();
        let today = now.with_timezone(&command.config.time_zone).date_naive();
        let list = select_without_news(ctx.actor(), now - TimeDelta::days(days.into()), today);
        let order = OrderBy::new(ProjectColumn::CreatedAt, false, ProjectColumn::Id);
        Connection::read(ctx, list, &order, &args, GqlProject::from).await
    }

    /// Whether no backup of the last 36 hours is proven to come back: tell an administrator. Also true where none are made.
    async fn backups_are_stale(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(overview(ctx.app()).await.map_err(internal)?.is_stale)
    }

    /// Messages that wait for a person since a backup was restored, the latest first: `settleHeldDeliveries`.
    async fn held_deliveries(&self, ctx: &Context<'_>, args: PageArgs) -> Result<Connection<GqlDelivery>> {
        let held = DeliveryFilter {
            status: Some(vec![Status::Held]),
            ..DeliveryFilter::default()
        };
        let list = select_deliveries(ctx.actor(), &held);
        let order = OrderBy::new(DeliveryColumn::CreatedAt, true, DeliveryColumn::Id);
        Connection::read(ctx, list, &order, &args, GqlDelivery).await
    }

    /// Messages that were given up, the latest first: mend what is wrong, then `replayDelivery`.
    async fn dead_deliveries(&self, ctx: &Context<'_>, args: PageArgs) -> Result<Connection<GqlDelivery>> {
        let dead = DeliveryFilter {
            status: Some(vec![Status::Dead]),
            ..DeliveryFilter::default()
        };
        let list = select_deliveries(ctx.actor(), &dead);
        let order = OrderBy::new(DeliveryColumn::CreatedAt, true, DeliveryColumn::Id);
        Connection::read(ctx, list, &order, &args, GqlDelivery).await
    }
}

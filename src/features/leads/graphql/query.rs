//! `leads`, `lead`, `inquiries`, `inquiry`.

use async_graphql::{Context, ID, Object, Result};

use super::{
    inputs::{
        InquiryFilterInput, InquiryOrderField, InquiryOrderInput, LeadFilterInput, LeadOrderField,
        LeadOrderInput,
    },
    inquiry::GqlInquiry,
    lead::GqlLead,
};
use crate::features::leads::{
    InquiryFilter, LeadFilter, living_inquiry, living_lead, select_inquiries, select_leads,
};
use platform::{
    graphql::{
        Allow, Connection, ContextExt, OrderDirection, RecordScope, internal, paged, parse_id,
        user_error::top_level,
    },
    paging::PageArgs,
};

/// A page of the leads that the caller may see.
///
/// # Errors
/// A top-level error for wrong arguments.
pub async fn lead_connection(
    ctx: &Context<'_>,
    args: PageArgs,
    filter: LeadFilter,
    order_by: Option<LeadOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlLead>> {
    let order_by = order_by.unwrap_or(LeadOrderInput {
        field: LeadOrderField::ReceivedAt,
        direction: OrderDirection::Desc,
    });
    let descending = order_by.direction == OrderDirection::Desc;
    let order = crate::features::leads::LeadOrder::from(order_by.field).by(descending);
    let list = select_leads(ctx.actor(), &filter, scope.unwrap_or_default());
    Connection::read(ctx, list, &order, &args, GqlLead).await
}

/// A page of the inquiries that the caller may see.
///
/// # Errors
/// A top-level error for wrong arguments.
pub async fn inquiry_connection(
    ctx: &Context<'_>,
    args: PageArgs,
    filter: InquiryFilter,
    order_by: Option<InquiryOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlInquiry>> {
    let order_by = order_by.unwrap_or(InquiryOrderInput {
        field: InquiryOrderField::ReceivedAt,
        direction: OrderDirection::Desc,
    });
    let descending = order_by.direction == OrderDirection::Desc;
    let order = crate::features::leads::InquiryOrder::from(order_by.field).by(descending);
    let list = select_inquiries(ctx.actor(), &filter, scope.unwrap_or_default());
    Connection::read(ctx, list, &order, &args, GqlInquiry).await
}

/// Reads of leads and inquiries.
#[derive(Debug, Default)]
pub struct LeadsQuery;

#[paged]
#[Object]
impl LeadsQuery {
    /// A living lead (`led_…`). For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn lead(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The lead's id.")] id: ID,
    ) -> Result<Option<GqlLead>> {
        let id = parse_id(&id, &["id"]).map_err(top_level)?;
        let found = living_lead(ctx.app().db.reader(), ctx.actor(), id).await;
        Ok(found.map_err(internal)?.map(GqlLead))
    }

    /// A living inquiry (`inq_…`). For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn inquiry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The inquiry's id.")] id: ID,
    ) -> Result<Option<GqlInquiry>> {
        let id = parse_id(&id, &["id"]).map_err(top_level)?;
        let found = living_inquiry(ctx.app().db.reader(), ctx.actor(), id).await;
        Ok(found.map_err(internal)?.map(GqlInquiry))
    }

    /// Those who want a house, the latest first unless ordered otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn leads(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which leads.")] filter: Option<LeadFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<LeadOrderInput>,
        #[graphql(desc = "Living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlLead>> {
        let filter = filter.unwrap_or_default().check(&["filter"]).map_err(top_level)?;
        lead_connection(ctx, args, filter, order_by, scope).await
    }

    /// Questions that came through the contact form, the latest first unless ordered otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn inquiries(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which inquiries.")] filter: Option<InquiryFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<InquiryOrderInput>,
        #[graphql(desc = "Living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlInquiry>> {
        let filter = filter.unwrap_or_default().check(&["filter"]).map_err(top_level)?;
        inquiry_connection(ctx, args, filter, order_by, scope).await
    }
}

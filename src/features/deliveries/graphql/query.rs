//! `deliveries`.

use async_graphql::{Context, ID, InputObject, Object, Result};

use super::types::{DeliveryChannel, DeliveryStatus, GqlDelivery};
use crate::features::deliveries::{DeliveryColumn, DeliveryFilter, select};
use platform::{
    actor::AccountId,
    error::Violation,
    graphql::{Allow, Connection, ContextExt, FilterList, OrderDirection, paged, user_error::top_level},
    paging::{OrderBy, PageArgs},
};

/// Which deliveries a list shows. All of what is given must hold.
#[derive(Debug, InputObject)]
pub struct DeliveryFilterInput {
    /// Only those in one of these states, 100 at most.
    pub status: Option<FilterList<DeliveryStatus>>,
    /// Only those on this channel.
    pub channel: Option<DeliveryChannel>,
    /// Only those for this account (`acc_…`).
    pub recipient_id: Option<ID>,
}

/// Reads of the outbox.
#[derive(Debug, Default)]
pub struct DeliveriesQuery;

#[paged]
#[Object]
impl DeliveriesQuery {
    /// E-mails and pushes on their way, sent and given up, newest first unless ordered otherwise. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which deliveries.")] filter: Option<DeliveryFilterInput>,
        #[graphql(desc = "By when they were written.", default_with = "OrderDirection::Desc")]
        direction: OrderDirection,
    ) -> Result<Connection<GqlDelivery>> {
        let filter = filter
            .map(DeliveryFilter::try_from)
            .transpose()
            .map_err(top_level)?
            .unwrap_or_default();
        let order = OrderBy::new(
            DeliveryColumn::CreatedAt,
            direction == OrderDirection::Desc,
            DeliveryColumn::Id,
        );
        let list = select(ctx.actor(), &filter);
        Connection::read(ctx, list, &order, &args, GqlDelivery).await
    }
}

impl TryFrom<DeliveryFilterInput> for DeliveryFilter {
    type Error = Violation;

    fn try_from(input: DeliveryFilterInput) -> Result<Self, Violation> {
        let recipient = input
            .recipient_id
            .map(|id| AccountId::parse(&id))
            .transpose()
            .map_err(|error| Violation::invalid_id(["filter", "recipientId"], &error))?;
        Ok(Self {
            status: input
                .status
                .map(|states| states.set_at(["filter", "status"]))
                .transpose()?
                .map(|states| states.into_iter().map(Into::into).collect()),
            channel: input.channel.map(Into::into),
            recipient,
        })
    }
}

//! `replayDelivery`, `dismissDelivery`.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};

use super::types::GqlDelivery;
use crate::features::deliveries::commands::{dismiss_delivery, replay_delivery};
use platform::{
    error::{CommandError, Violation},
    graphql::{Allow, ContextExt, UserError, split},
    outbox::DeliveryId,
};

/// Which delivery is tried again.
#[derive(InputObject)]
pub struct ReplayDeliveryInput {
    /// The delivery's id (`dlv_…`). It must be DEAD.
    pub id: ID,
}

/// What `replayDelivery` answers.
#[derive(SimpleObject)]
pub struct ReplayDeliveryPayload {
    /// The delivery, waiting again.
    pub delivery: Option<GqlDelivery>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Which delivery is let rest.
#[derive(InputObject)]
pub struct DismissDeliveryInput {
    /// The delivery's id (`dlv_…`). It must be DEAD.
    pub id: ID,
}

/// What `dismissDelivery` answers.
#[derive(SimpleObject)]
pub struct DismissDeliveryPayload {
    /// The delivery, cancelled.
    pub delivery: Option<GqlDelivery>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Mutations on the outbox.
#[derive(Debug, Default)]
pub struct DeliveriesMutation;

#[Object]
impl DeliveriesMutation {
    /// Tries a dead delivery again, at once and with its attempts counted anew. For staff. LOCKED when it isn't dead,
    /// is too old, or held credentials that were wiped since: those are sent anew with `resendClientCredentials`.
    #[graphql(guard = "Allow::staff()")]
    async fn replay_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: ReplayDeliveryInput,
    ) -> Result<ReplayDeliveryPayload> {
        let outcome = match DeliveryId::parse(&input.id) {
            Ok(id) => replay_delivery(ctx.app(), ctx.actor(), id).await,
            Err(error) => Err(CommandError::from(Violation::invalid_id(["input", "id"], &error))),
        };
        let (delivery, user_errors) = split(outcome)?;
        Ok(ReplayDeliveryPayload {
            delivery: delivery.map(GqlDelivery),
            user_errors,
        })
    }

    /// Lets a dead delivery rest: somebody has dealt with it in another way. It becomes CANCELLED, is sent to nobody, and is
    /// forgotten 90 days after it was written. For staff. LOCKED when it isn't dead.
    #[graphql(guard = "Allow::staff()")]
    async fn dismiss_delivery(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which message.")] input: DismissDeliveryInput,
    ) -> Result<DismissDeliveryPayload> {
        let outcome = match DeliveryId::parse(&input.id) {
            Ok(id) => dismiss_delivery(ctx.app(), ctx.actor(), id).await,
            Err(error) => Err(CommandError::from(Violation::invalid_id(["input", "id"], &error))),
        };
        let (delivery, user_errors) = split(outcome)?;
        Ok(DismissDeliveryPayload {
            delivery: delivery.map(GqlDelivery),
            user_errors,
        })
    }
}

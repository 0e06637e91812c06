//! `replayDelivery`, `dismissDelivery`.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result, SimpleObject};

use super::types::GqlDelivery;
use crate::features::deliveries::commands::{dismiss_delivery, replay_delivery, settle_held_deliveries};
use platform::{
    error::{CommandError, Violation},
    graphql::{Allow, BoundedList, ContextExt, UserError, split},
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

/// What becomes of held messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
pub enum HeldDecision {
    /// They are sent now.
    Send,
    /// They are not sent: they arrived before the backup was restored, or are no longer right.
    Cancel,
}

/// What becomes of which held messages.
#[derive(InputObject)]
pub struct SettleHeldDeliveriesInput {
    /// The deliveries' ids (`dlv_…`), 100 at most. They must be HELD.
    pub ids: BoundedList<ID, 100>,
    /// What becomes of them.
    pub decision: HeldDecision,
}

/// What `settleHeldDeliveries` answers.
#[derive(SimpleObject)]
pub struct SettleHeldDeliveriesPayload {
    /// The deliveries, as they are now, 100 at most; null when something is wrong.
    pub deliveries: Option<Vec<GqlDelivery>>,
    /// What is wrong with the input: nothing was settled then.
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

    /// Sends or cancels messages that are held since a backup was restored, all of them or none. What was waiting when the
    /// backup was made may have arrived since, and so may reminders of days before the restore: look, then decide. LOCKED
    /// for one that isn't held, or is to be sent and too old. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn settle_held_deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which messages, and what becomes of them.")] input: SettleHeldDeliveriesInput,
    ) -> Result<SettleHeldDeliveriesPayload> {
        let outcome = match parse_all(input.ids) {
            Ok(ids) => {
                let send = input.decision == HeldDecision::Send;
                settle_held_deliveries(ctx.app(), ctx.actor(), &ids, send).await
            }
            Err(violation) => Err(violation.into()),
        };
        let (deliveries, user_errors) = split(outcome)?;
        Ok(SettleHeldDeliveriesPayload {
            deliveries: deliveries.map(|rows| rows.into_iter().map(GqlDelivery).collect()),
            user_errors,
        })
    }
}

fn parse_all(ids: BoundedList<ID, 100>) -> std::result::Result<Vec<DeliveryId>, Violation> {
    let ids = ids.set_at(["input", "ids"])?;
    ids.iter()
        .enumerate()
        .map(|(index, id)| {
            let at = ["input".to_owned(), "ids".to_owned(), index.to_string()];
            DeliveryId::parse(id).map_err(|error| Violation::invalid_id(at, &error))
        })
        .collect()
}

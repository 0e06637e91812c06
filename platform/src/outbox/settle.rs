//! Noting what became of attempts: all that ended meanwhile in one transaction, and most of it in one statement.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, UpdateMany, sea_query::Expr,
};
use uuid::Uuid;

use super::{
    DELIVERY_GIVEN_UP, Status,
    attempt::Outcome,
    claim::release_in_tx,
    table::{Column, Entity, Model},
};
use crate::{
    db::WriteTx,
    events::{NewEvent, append_in_tx},
};

/// Error texts are for reading.
const LONGEST_ERROR: usize = 500;

/// An attempt that is over.
pub(super) struct Ended {
    pub delivery: Model,
    pub outcome: Outcome,
    /// It was made to find out whether the service answers.
    pub is_probe: bool,
    /// The service answered, and what waits for that may go.
    pub answers_again: bool,
}

/// Notes attempts, each unless its lease has gone to another. A probe that found nobody there leaves the message as it was:
/// it counts no attempt, and delays none.
pub(super) async fn settle_in_tx(tx: &WriteTx, ended: &[Ended]) -> Result<(), DbErr> {
    let is_plain = |ended: &&Ended| matches!(ended.outcome, Outcome::Sent { note: None });
    let plain: Vec<&Model> = ended.iter().filter(is_plain).map(|it| &it.delivery).collect();
    if !plain.is_empty() {
        sent(update_leased(&plain), tx.now(), None)
            .exec(tx.conn())
            .await?;
    }
    for ended in ended.iter().filter(|it| !is_plain(it)) {
        let noted = outcome_of(ended, tx.now()).exec(tx.conn()).await?.rows_affected > 0;
        let delivery = &ended.delivery;
        if noted && matches!(ended.outcome, Outcome::Dead { .. }) {
            append_in_tx(
                tx,
                NewEvent::naming(DELIVERY_GIVEN_UP, ("Delivery", delivery.id.0, delivery.attempts))
                    .for_staff(),
            );
        }
    }
    let mut answering: Vec<_> = ended
        .iter()
        .filter(|it| it.answers_again)
        .map(|it| it.delivery.channel)
        .collect();
    answering.dedup();
    for channel in answering {
        release_in_tx(tx, channel).await?;
    }
    Ok(())
}

/// Ends the leases of deliveries that are still under the ones that they were attempted with.
fn update_leased(deliveries: &[&Model]) -> UpdateMany<Entity> {
    let mut leased = Condition::any();
    for delivery in deliveries {
        leased = leased.add(
            Condition::all()
                .add(Column::Id.eq(delivery.id))
                .add(Column::LeaseOwner.eq(delivery.lease_owner)),
        );
    }
    Entity::update_many()
        .filter(leased)
        .col_expr(Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
        .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
}

fn sent(update: UpdateMany<Entity>, at: DateTime<Utc>, note: Option<String>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Status, Expr::value(Status::Sent.to_value()))
        .col_expr(Column::SentAt, Expr::value(Some(at)))
        .col_expr(Column::LastError, Expr::value(note))
        .col_expr(Column::SecretData, Expr::value(Option::<Vec<u8>>::None))
}

fn outcome_of(ended: &Ended, now: DateTime<Utc>) -> UpdateMany<Entity> {
    let update = update_leased(&[&ended.delivery]);
    match &ended.outcome {
        Outcome::Sent { note } => sent(update, now, note.clone()),
        Outcome::NoDevice { note } => update
            .col_expr(Column::Status, Expr::value(Status::NoDevice.to_value()))
            .col_expr(Column::LastError, Expr::value(note.clone())),
        Outcome::Postponed { until, reason } => update
            .col_expr(Column::NextAttemptAt, Expr::value(*until))
            .col_expr(Column::WaitsForService, Expr::value(false))
            .col_expr(Column::LastError, Expr::value(Some(shortened(reason)))),
        Outcome::Away { .. } if ended.is_probe => {
            update.col_expr(Column::Attempts, Expr::cust("attempts - 1"))
        }
        Outcome::Away { until, reason } => update
            .col_expr(Column::NextAttemptAt, Expr::value(*until))
            .col_expr(Column::WaitsForService, Expr::value(true))
            .col_expr(Column::LastError, Expr::value(Some(shortened(reason)))),
        Outcome::Dead { reason, .. } => update
            .filter(Column::Status.eq(Status::Pending))
            .col_expr(Column::Status, Expr::value(Status::Dead.to_value()))
            .col_expr(Column::LastError, Expr::value(Some(shortened(reason)))),
    }
}

fn shortened(reason: &str) -> String {
    reason.chars().take(LONGEST_ERROR).collect()
}

impl Ended {
    /// Tells the log, once it is noted.
    pub(super) fn log(&self) {
        let (id, template, attempts) = (
            self.delivery.id,
            self.delivery.template.as_str(),
            self.delivery.attempts,
        );
        match &self.outcome {
            Outcome::Sent { .. } => tracing::debug!(%id, template, "delivery sent"),
            Outcome::NoDevice { .. } => {
                tracing::debug!(%id, template, "push to nobody: no device is registered")
            }
            Outcome::Postponed { reason, .. } => {
                tracing::warn!(%id, template, reason, attempts, "delivery postponed");
            }
            Outcome::Away { reason, .. } if self.is_probe => {
                tracing::debug!(%id, reason, "the service still doesn't answer");
            }
            Outcome::Away { reason, .. } => {
                tracing::warn!(%id, template, reason, attempts, "delivery waits for the service");
            }
            Outcome::Dead { reason, .. } => tracing::error!(%id, template, reason, "delivery given up"),
        }
    }
}

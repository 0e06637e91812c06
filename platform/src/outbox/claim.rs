//! Which messages are taken next: leases on rows, one a person at a time, and those that wait for a service.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Alias, Expr, ExprTrait, LockBehavior, LockType, Query, SimpleExpr},
};
use uuid::Uuid;

use super::{
    Channel, Status,
    table::{Column, Entity, Model},
};
use crate::{
    ctx::Ctx,
    db::{WriteTx, write_tx},
};

/// Longer than an attempt, so that a lease ends only when its owner is gone.
const LEASE: TimeDelta = TimeDelta::seconds(60);

fn due(now: DateTime<Utc>, channel: Channel) -> Condition {
    Condition::all()
        // Written out, because a partial index serves only a statement that repeats its condition word for word.
        .add(Expr::cust("status = 'PENDING'"))
        .add(Column::Channel.eq(channel))
        .add(Column::NextAttemptAt.lte(now))
        .add(Column::WaitsForService.eq(false))
        .add(is_free(now))
}

fn is_free(now: DateTime<Utc>) -> Condition {
    Condition::any()
        .add(Column::LeaseUntil.is_null())
        .add(Column::LeaseUntil.lte(now))
}

/// Nothing older is due for the same person, and nothing is under way: what is told to somebody comes in order, and a
/// person whose mailbox hangs holds up nobody else.
fn is_first_of_its_recipient(now: DateTime<Utc>) -> SimpleExpr {
    let other = Alias::new("other");
    let column = |column: Column| Expr::col((other.clone(), column));
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, other.clone())
        .and_where(column(Column::Status).eq(Status::Pending.to_value()))
        .and_where(column(Column::RecipientId).equals((Entity, Column::RecipientId)))
        .and_where(column(Column::Channel).equals((Entity, Column::Channel)))
        .and_where(Expr::cust(
            "COALESCE(other.address, '') = COALESCE(deliveries.address, '')",
        ))
        .cond_where(
            Condition::any()
                .add(column(Column::NextAttemptAt).lte(now))
                .add(column(Column::WaitsForService).eq(true)),
        )
        .and_where(column(Column::Id).not_equals((Entity, Column::Id)))
        .cond_where(
            Condition::any()
                .add(column(Column::LeaseUntil).gt(now))
                .add(column(Column::Id).lt(Expr::col((Entity, Column::Id)))),
        )
        .to_owned();
    Expr::exists(before).not()
}

/// Whether anything is due on a channel. Most of the time there is nothing: no writing transaction for that.
pub(super) async fn is_due(ctx: &Ctx, channel: Channel) -> Result<bool, DbErr> {
    let waiting: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(due(ctx.clock.now(), channel))
        .limit(1)
        .into_tuple()
        .one(ctx.db.reader())
        .await?;
    Ok(waiting.is_some())
}

/// Takes up to `limit` deliveries that are due under a lease of our own, the oldest first, one a recipient.
pub(super) async fn claim_in_tx(tx: &WriteTx, channel: Channel, limit: u64) -> Result<Vec<Model>, DbErr> {
    let now = tx.now();
    let claimed = Entity::find()
        .filter(due(now, channel))
        .filter(is_first_of_its_recipient(now))
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .all(tx.conn())
        .await?;
    lease_in_tx(tx, claimed).await
}

/// Takes the oldest delivery that waits for its service to answer, to find out whether it does. Those wait for nothing else.
pub(super) async fn claim_awaiting(ctx: &Ctx, channel: Channel) -> Result<Option<Model>, DbErr> {
    let awaiting = |now| {
        Entity::find()
            .filter(Expr::cust("waits_for_service = true"))
            .filter(Column::Channel.eq(channel))
            .filter(Column::Status.eq(Status::Pending))
            .filter(is_free(now))
            .order_by_asc(Column::Id)
    };
    if awaiting(ctx.clock.now()).one(ctx.db.reader()).await?.is_none() {
        return Ok(None);
    }
    write_tx!(ctx, |tx| {
        let oldest = awaiting(tx.now())
            .limit(1)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(tx.conn())
            .await?;
        Ok::<_, DbErr>(lease_in_tx(tx, oldest).await?.pop())
    })
}

async fn lease_in_tx(tx: &WriteTx, mut claimed: Vec<Model>) -> Result<Vec<Model>, DbErr> {
    // Another worker may have been faster. An update of no ids would go through the whole table to find none.
    if claimed.is_empty() {
        return Ok(claimed);
    }
    let owner = Uuid::new_v4();
    let until = tx.now() + LEASE;
    Entity::update_many()
        .col_expr(Column::LeaseOwner, Expr::value(owner))
        .col_expr(Column::LeaseUntil, Expr::value(until))
        .col_expr(Column::Attempts, Expr::cust("attempts + 1"))
        .filter(Column::Id.is_in(claimed.iter().map(|delivery| delivery.id)))
        .exec(tx.conn())
        .await?;
    for delivery in &mut claimed {
        delivery.lease_owner = Some(owner);
        delivery.lease_until = Some(until);
        delivery.attempts += 1;
    }
    Ok(claimed)
}

/// The service answers again: what waits for it is due now. It goes as everything does, the oldest first, a few at once.
pub(super) async fn release_in_tx(tx: &WriteTx, channel: Channel) -> Result<(), DbErr> {
    let released = Entity::update_many()
        .col_expr(Column::NextAttemptAt, Expr::value(tx.now()))
        .col_expr(Column::WaitsForService, Expr::value(false))
        .filter(Expr::cust("waits_for_service = true"))
        .filter(Column::Channel.eq(channel))
        .filter(Column::Status.eq(Status::Pending))
        .exec(tx.conn())
        .await?;
    if released.rows_affected > 0 {
        tracing::info!(
            ?channel,
            messages = released.rows_affected,
            "the service answers again: what waited for it goes now"
        );
        tx.mark_deliveries();
    }
    Ok(())
}

//! Working off the outbox: how much at once on each channel, services that are away, what is noted of attempts.
//!
//! A lease is a delivery's row marked with an owner and an end. Claiming takes rows that nobody holds (`FOR UPDATE
//! SKIP LOCKED` on PostgreSQL, the one writing transaction on SQLite), noting the outcome demands that the lease
//! is still ours, and a server that dies leaves a lease that runs out: another takes over.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::Result;
use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr,
};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Channel, DELIVERY_GIVEN_UP, Status,
    attempt::{Outcome, attempt},
    claim::{claim, claim_awaiting, release},
    table::{Column, Entity, Model},
    transports::Transports,
};
use crate::{
    ctx::Ctx,
    db::write_tx,
    events::{NewEvent, append_in_tx},
    metrics,
};

/// Messages sent at once on each channel.
const PARALLEL: usize = 8;
/// How often a service that doesn't answer is asked whether it does, by the oldest message that waits for it.
const PROBE_EVERY: TimeDelta = TimeDelta::seconds(30);
/// How often to look for what became due without anybody telling: retries, other servers' leases.
const SWEEP: Duration = Duration::from_secs(1);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(5);
/// Error texts are for reading.
const LONGEST_ERROR: usize = 500;

/// What a run did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Handed over.
    pub sent: usize,
    /// Pushes for which there was no device.
    pub to_nobody: usize,
    /// Failed, to be tried again.
    pub postponed: usize,
    /// Given up.
    pub dead: usize,
}

/// Sends everything that is due now, and returns when nothing is left. What fails waits for its next attempt.
///
/// # Errors
/// When the database refuses.
pub async fn deliver_due(ctx: &Ctx, transports: &Transports) -> Result<Report> {
    let mut worker = Worker::new(ctx, transports);
    let mut report = Report::default();
    loop {
        worker.fill().await?;
        match worker.next().await {
            Some(outcome) => report.count(&outcome?),
            None => return Ok(report),
        }
    }
}

/// Sends what becomes due until told to stop; then finishes what is under way.
pub async fn run(ctx: Ctx, transports: Transports, stop: CancellationToken) {
    let mut worker = Worker::new(&ctx, &transports);
    while !stop.is_cancelled() {
        let mut pause = SWEEP;
        if let Err(error) = worker.fill().await {
            tracing::error!(
                error = format!("{error:#}"),
                "the outbox can't be read; trying again"
            );
            pause = PAUSE;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            Some(outcome) = worker.next() => log_failure(outcome),
            () = ctx.db.signals().deliveries.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    while let Some(outcome) = worker.next().await {
        log_failure(outcome);
    }
}

/// The lease of an attempt whose outcome could not be noted runs out, and it is repeated.
fn log_failure(outcome: Result<Outcome>) {
    if let Err(error) = outcome {
        tracing::error!(
            error = format!("{error:#}"),
            "a delivery's outcome was not noted; it will be repeated"
        );
    }
}

impl Report {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Sent { .. } => self.sent += 1,
            Outcome::NoDevice { .. } => self.to_nobody += 1,
            Outcome::Postponed { .. } | Outcome::Away { .. } => self.postponed += 1,
            Outcome::Dead { .. } => self.dead += 1,
        }
    }
}

struct Worker {
    ctx: Ctx,
    transports: Transports,
    attempts: JoinSet<Result<Outcome>>,
    /// On which channel each of them is.
    channels: HashMap<task::Id, Channel>,
    mail: Arc<Service>,
    push: Arc<Service>,
}

/// What is known of the mail or push service.
#[derive(Debug)]
struct Service {
    /// How often it has answered.
    answers: AtomicU64,
    /// Whether messages may be waiting for it to answer.
    may_be_awaited: AtomicBool,
    /// When it may be asked next whether it answers again, in milliseconds since 1970.
    next_probe: AtomicI64,
}

impl Default for Service {
    fn default() -> Self {
        Self {
            answers: AtomicU64::new(0),
            // Those of an earlier process.
            may_be_awaited: AtomicBool::new(true),
            next_probe: AtomicI64::new(i64::MIN),
        }
    }
}

impl Service {
    /// Whether it is time to ask again.
    fn may_be_probed(&self, now: DateTime<Utc>) -> bool {
        self.next_probe.load(Ordering::Relaxed) <= now.timestamp_millis()
    }

    /// Notes that messages wait for it to answer.
    fn is_away(&self, now: DateTime<Utc>) {
        self.may_be_awaited.store(true, Ordering::Relaxed);
        self.rest(now);
    }

    /// Leaves it alone for a while.
    fn rest(&self, now: DateTime<Utc>) {
        let next = (now + PROBE_EVERY).timestamp_millis();
        self.next_probe.store(next, Ordering::Relaxed);
    }
}

impl Worker {
    fn new(ctx: &Ctx, transports: &Transports) -> Self {
        Self {
            ctx: ctx.clone(),
            transports: transports.clone(),
            attempts: JoinSet::new(),
            channels: HashMap::new(),
            mail: Arc::default(),
            push: Arc::default(),
        }
    }

    /// Begins as many attempts as there is room for: on each channel by itself, so that a mail server that hangs holds up
    /// no push.
    async fn fill(&mut self) -> Result<()> {
        let mut wiped = false;
        for channel in [Channel::Push, Channel::Email] {
            let busy = self.channels.values().filter(|it| **it == channel).count();
            let room = PARALLEL.saturating_sub(busy);
            if room == 0 {
                continue;
            }
            if !std::mem::replace(&mut wiped, true) {
                wipe_old_secrets(&self.ctx).await?;
            }
            let claimed = claim(&self.ctx, channel, room as u64).await?;
            let idle = busy == 0 && claimed.is_empty();
            for delivery in claimed {
                self.begin(delivery, false);
            }
            let now = self.ctx.clock.now();
            if idle && self.service(channel).may_be_probed(now) {
                match claim_awaiting(&self.ctx, channel).await? {
                    Some(delivery) => {
                        // Another instance may have left it waiting.
                        self.service(channel)
                            .may_be_awaited
                            .store(true, Ordering::Relaxed);
                        self.begin(delivery, true);
                    }
                    None => self.service(channel).rest(now),
                }
            }
        }
        Ok(())
    }

    fn service(&self, channel: Channel) -> &Arc<Service> {
        match channel {
            Channel::Email => &self.mail,
            Channel::Push => &self.push,
        }
    }

    fn begin(&mut self, delivery: Model, is_probe: bool) {
        let (ctx, transports) = (self.ctx.clone(), self.transports.clone());
        let (channel, service) = (delivery.channel, Arc::clone(self.service(delivery.channel)));
        let begun = self.attempts.spawn(async move {
            let answers = service.answers.load(Ordering::Relaxed);
            let started = metrics::now();
            let mut outcome = attempt(&ctx, &transports, &delivery).await;
            if let Outcome::Away { until, reason } = &outcome {
                if service.answers.load(Ordering::Relaxed) != answers {
                    // It has answered others meanwhile: it is this message that it doesn't take.
                    let (until, reason) = (*until, reason.clone());
                    outcome = Outcome::Postponed { until, reason };
                } else {
                    service.is_away(ctx.clock.now());
                }
            }
            metrics::OUTBOX_SECONDS.observe_since(started, [channel.label()]);
            metrics::OUTBOX_ATTEMPTS.count([channel.label(), outcome.label()]);
            let answers_again = outcome.is_answered() && {
                service.answers.fetch_add(1, Ordering::Relaxed);
                service.may_be_awaited.swap(false, Ordering::Relaxed)
            };
            settle(&ctx, &delivery, &outcome, is_probe).await?;
            if answers_again {
                release(&ctx, channel).await?;
            }
            Ok(outcome)
        });
        self.channels.insert(begun.id(), channel);
    }

    /// What became of the next attempt that ends; `None` when none is under way.
    async fn next(&mut self) -> Option<Result<Outcome>> {
        let done = self.attempts.join_next_with_id().await?;
        let id = match &done {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        self.channels.remove(&id);
        Some(match done {
            Ok((_, outcome)) => outcome,
            Err(error) => Err(error.into()),
        })
    }
}

/// Notes what became of an attempt, unless its lease has gone to another. A probe that found nobody there leaves the message
/// as it was: it counts no attempt, and delays none.
async fn settle(ctx: &Ctx, delivery: &Model, outcome: &Outcome, is_probe: bool) -> Result<(), DbErr> {
    write_tx!(ctx, |tx| {
        let mut update = Entity::update_many()
            .filter(Column::Id.eq(delivery.id))
            .filter(Column::LeaseOwner.eq(delivery.lease_owner))
            .col_expr(Column::LeaseOwner, Expr::value(Option::<Uuid>::None))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None));
        let (id, template) = (delivery.id, delivery.template.as_str());
        update = match outcome {
            Outcome::Sent { note } => {
                tracing::debug!(%id, template, "delivery sent");
                update
                    .col_expr(Column::Status, Expr::value(Status::Sent.to_value()))
                    .col_expr(Column::SentAt, Expr::value(Some(tx.now())))
                    .col_expr(Column::LastError, Expr::value(note.clone()))
                    .col_expr(Column::SecretData, Expr::value(Option::<Vec<u8>>::None))
            }
            Outcome::NoDevice { note } => update
                .col_expr(Column::Status, Expr::value(Status::NoDevice.to_value()))
                .col_expr(Column::LastError, Expr::value(note.clone())),
            Outcome::Postponed { until, reason } => {
                tracing::warn!(%id, template, reason, attempts = delivery.attempts, "delivery postponed");
                update
                    .col_expr(Column::NextAttemptAt, Expr::value(*until))
                    .col_expr(Column::WaitsForService, Expr::value(false))
                    .col_expr(Column::LastError, Expr::value(Some(shortened(reason))))
            }
            Outcome::Away { reason, .. } if is_probe => {
                tracing::debug!(%id, reason, "the service still doesn't answer");
                update.col_expr(Column::Attempts, Expr::cust("attempts - 1"))
            }
            Outcome::Away { until, reason } => {
                tracing::warn!(%id, template, reason, attempts = delivery.attempts, "delivery waits for the service");
                update
                    .col_expr(Column::NextAttemptAt, Expr::value(*until))
                    .col_expr(Column::WaitsForService, Expr::value(true))
                    .col_expr(Column::LastError, Expr::value(Some(shortened(reason))))
            }
            Outcome::Dead { reason, .. } => {
                tracing::error!(%id, template, reason, "delivery given up");
                update
                    .filter(Column::Status.eq(Status::Pending))
                    .col_expr(Column::Status, Expr::value(Status::Dead.to_value()))
                    .col_expr(Column::LastError, Expr::value(Some(shortened(reason))))
            }
        };
        let noted = update.exec(tx.conn()).await?.rows_affected > 0;
        if noted && matches!(outcome, Outcome::Dead { .. }) {
            append_in_tx(
                tx,
                NewEvent::naming(DELIVERY_GIVEN_UP, ("Delivery", id.0, delivery.attempts)).for_staff(),
            );
        }
        Ok(())
    })
}

fn shortened(reason: &str) -> String {
    reason.chars().take(LONGEST_ERROR).collect()
}

/// Credentials that could not be sent in time are of no use to anybody but a thief.
async fn wipe_old_secrets(ctx: &Ctx) -> Result<(), DbErr> {
    let now = ctx.clock.now();
    let old = || {
        Condition::all()
            .add(Expr::cust("secret_data IS NOT NULL"))
            .add(Column::ExpiresAt.lte(now))
    };
    let found: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(old())
        .limit(1)
        .into_tuple()
        .one(ctx.db.reader())
        .await?;
    if found.is_none() {
        return Ok(());
    }
    write_tx!(ctx, |tx| {
        Entity::update_many()
            .col_expr(Column::SecretData, Expr::value(Option::<Vec<u8>>::None))
            .filter(old())
            .exec(tx.conn())
            .await?;
        Ok(())
    })
}

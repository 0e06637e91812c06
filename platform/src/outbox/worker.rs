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
use sea_orm::{ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QuerySelect, sea_query::Expr};
use tokio::task::{self, JoinSet};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Channel,
    attempt::{Outcome, attempt},
    claim::{claim_awaiting, claim_in_tx, is_due},
    settle::{Ended, settle_in_tx},
    table::{Column, Entity, Model},
    transports::Transports,
};
use crate::{ctx::Ctx, db::write_tx, metrics};

/// Messages sent at once on each channel.
const PARALLEL: usize = 8;
/// How often a service that doesn't answer is asked whether it does, by the oldest message that waits for it.
const PROBE_EVERY: TimeDelta = TimeDelta::seconds(30);
/// How often to look for what became due without anybody telling: retries, other servers' leases.
const SWEEP: Duration = Duration::from_secs(1);
/// How often to look for credentials that are too old to be sent.
const WIPE_EVERY: TimeDelta = TimeDelta::seconds(1);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(5);
/// What ends or becomes due this soon after something else goes with it, in one transaction: on SQLite each would hold up
/// those who write, and on PostgreSQL it is most of what a message costs.
const GATHER: Duration = Duration::from_millis(20);

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
        worker.turn().await?;
        match worker.next().await {
            Some(outcome) => report.count(outcome?),
            None => return Ok(report),
        }
    }
}

/// Sends what becomes due until told to stop; then finishes what is under way.
pub async fn run(ctx: Ctx, transports: Transports, stop: CancellationToken) {
    let mut worker = Worker::new(&ctx, &transports);
    while !stop.is_cancelled() {
        let mut pause = SWEEP;
        if let Err(error) = worker.turn().await {
            tracing::error!(
                error = format!("{error:#}"),
                "the outbox can't be read; trying again"
            );
            pause = PAUSE;
        }
        tokio::select! {
            () = stop.cancelled() => {}
            Some(outcome) = worker.next() => {
                log_failure(outcome);
                if !worker.attempts.is_empty() {
                    worker.gather().await;
                }
            }
            () = ctx.db.signals().deliveries.notified() => worker.gather().await,
            () = tokio::time::sleep(pause) => {}
        }
    }
    loop {
        if let Err(error) = worker.settle().await {
            tracing::error!(error = %error, "what became of messages could not be noted; they will be repeated");
        }
        let Some(outcome) = worker.next().await else {
            return;
        };
        log_failure(outcome);
        worker.gather().await;
    }
}

/// The lease of an attempt that broke down runs out, and it is repeated.
fn log_failure(outcome: Result<&Outcome>) {
    if let Err(error) = outcome {
        tracing::error!(
            error = format!("{error:#}"),
            "an attempt at a delivery broke down; it will be repeated"
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
    attempts: JoinSet<Ended>,
    /// On which channel each of them is.
    channels: HashMap<task::Id, Channel>,
    /// Those that are over, until that is noted.
    ended: Vec<Ended>,
    /// When it was last looked for secrets that are too old.
    wiped_at: Option<DateTime<Utc>>,
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
            ended: Vec::new(),
            wiped_at: None,
            mail: Arc::default(),
            push: Arc::default(),
        }
    }

    /// Notes what has ended and begins as many attempts as there is room for, in one transaction: on each channel by itself, so
    /// that a mail server that hangs holds up no push.
    async fn turn(&mut self) -> Result<()> {
        self.wipe_old_secrets().await?;
        let mut due = Vec::new();
        let mut idle = Vec::new();
        for channel in [Channel::Push, Channel::Email] {
            let busy = self.channels.values().filter(|it| **it == channel).count();
            let room = PARALLEL.saturating_sub(busy);
            // What waited for the service is due as soon as it is noted that it answers.
            let answers = |ended: &Ended| ended.answers_again && ended.delivery.channel == channel;
            if room > 0 && (self.ended.iter().any(answers) || is_due(&self.ctx, channel).await?) {
                due.push((channel, room as u64));
            } else if busy == 0 {
                idle.push(channel);
            }
        }
        for delivery in self.settle_and_claim(&due).await? {
            self.begin(delivery, false);
        }
        for channel in idle {
            self.probe(channel).await?;
        }
        Ok(())
    }

    /// Notes what has ended.
    async fn settle(&mut self) -> Result<(), DbErr> {
        self.settle_and_claim(&[]).await.map(|_| ())
    }

    /// Notes what has ended, and claims so many on each channel.
    async fn settle_and_claim(&mut self, due: &[(Channel, u64)]) -> Result<Vec<Model>, DbErr> {
        // Its lease is over: another worker has it.
        let now = self.ctx.clock.now();
        self.ended
            .retain(|it| it.delivery.lease_until.is_none_or(|until| until > now));
        if self.ended.is_empty() && due.is_empty() {
            return Ok(Vec::new());
        }
        let ended = &self.ended;
        // What could not be noted stays in hand for the next turn.
        let claimed = write_tx!(&self.ctx, |tx| {
            settle_in_tx(tx, ended).await?;
            let mut claimed = Vec::new();
            for (channel, room) in due {
                claimed.extend(claim_in_tx(tx, *channel, *room).await?);
            }
            Ok::<_, DbErr>(claimed)
        })?;
        for ended in self.ended.drain(..) {
            ended.log();
        }
        Ok(claimed)
    }

    /// Asks a service that may be away whether it answers, by the oldest message that waits for it.
    async fn probe(&mut self, channel: Channel) -> Result<()> {
        let now = self.ctx.clock.now();
        if !self.service(channel).may_be_probed(now) {
            return Ok(());
        }
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
            Ended {
                delivery,
                outcome,
                is_probe,
                answers_again,
            }
        });
        self.channels.insert(begun.id(), channel);
    }

    /// What became of the next attempt that ends, to be noted by the next turn; `None` when none is under way.
    async fn next(&mut self) -> Option<Result<&Outcome>> {
        let done = self.attempts.join_next_with_id().await?;
        let id = match &done {
            Ok((id, _)) => *id,
            Err(error) => error.id(),
        };
        self.channels.remove(&id);
        Some(match done {
            Ok((_, ended)) => {
                self.ended.push(ended);
                Ok(&self.ended[self.ended.len() - 1].outcome)
            }
            Err(error) => Err(error.into()),
        })
    }

    /// Waits a moment for what else ends, no longer than until nothing is under way.
    async fn gather(&mut self) {
        let moment = tokio::time::sleep(GATHER);
        tokio::pin!(moment);
        loop {
            tokio::select! {
                () = &mut moment => return,
                Some(outcome) = self.next() => {
                    log_failure(outcome);
                    if self.attempts.is_empty() {
                        return;
                    }
                }
            }
        }
    }

    /// Credentials that could not be sent in time are of no use to anybody but a thief.
    async fn wipe_old_secrets(&mut self) -> Result<(), DbErr> {
        let now = self.ctx.clock.now();
        if self.wiped_at.is_some_and(|at| at <= now && now - at < WIPE_EVERY) {
            return Ok(());
        }
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
            .one(self.ctx.db.reader())
            .await?;
        if found.is_some() {
            write_tx!(&self.ctx, |tx| {
                Entity::update_many()
                    .col_expr(Column::SecretData, Expr::value(Option::<Vec<u8>>::None))
                    .filter(old())
                    .exec(tx.conn())
                    .await?;
                Ok::<_, DbErr>(())
            })?;
        }
        self.wiped_at = Some(now);
        Ok(())
    }
}

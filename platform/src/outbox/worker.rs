//! Working off the outbox: leases, attempts, what becomes of them.
//!
//! A lease is a delivery's row marked with an owner and an end. Claiming takes rows that nobody holds (`FOR UPDATE
//! SKIP LOCKED` on PostgreSQL, the one writing transaction on SQLite), noting the outcome demands that the lease
//! is still ours, and a server that dies leaves a lease that runs out: another takes over.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveEnum, ColumnTrait, Condition, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, LockBehavior, LockType},
};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    Channel, DELIVERY_GIVEN_UP, Status, Templates, policy,
    table::{Column, Entity, Model},
};
use crate::{
    actor::AccountId,
    ctx::Ctx,
    db::write_tx,
    events::{NewEvent, append_in_tx},
    mail::{Correspondent, Mail, MailTransport},
    push::{Push, PushTransport},
    send_error::SendError,
};

/// Messages sent at once.
const PARALLEL: usize = 4;
/// An attempt that takes longer has failed.
const ATTEMPT: Duration = Duration::from_secs(40);
/// Longer than an attempt, so that a lease ends only when its owner is gone.
const LEASE: TimeDelta = TimeDelta::seconds(60);
/// How often to look for what became due without anybody telling: retries, other servers' leases.
const SWEEP: Duration = Duration::from_secs(1);
/// After a failure of the database.
const PAUSE: Duration = Duration::from_secs(5);
/// Error texts are for reading.
const LONGEST_ERROR: usize = 500;

/// Where randomness comes from.
pub type Randomness = Arc<dyn Fn() -> u64 + Send + Sync>;

/// Knows the devices of people.
pub trait Devices: std::fmt::Debug + Send + Sync {
    /// The push tokens of a person's devices.
    fn tokens(&self, recipient: AccountId) -> BoxFuture<'_, Result<Vec<String>>>;

    /// These devices don't exist any more.
    fn forget(&self, tokens: Vec<String>) -> BoxFuture<'_, Result<()>>;
}

/// The ways out.
#[derive(Clone)]
pub struct Transports {
    /// E-mail.
    pub mail: Arc<dyn MailTransport>,
    /// Push.
    pub push: Arc<dyn PushTransport>,
    /// Whose devices are which; without it nobody has any.
    pub devices: Option<Arc<dyn Devices>>,
    /// The texts.
    pub templates: Arc<Templates>,
    /// Spreads retries.
    pub random: Randomness,
}

impl std::fmt::Debug for Transports {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transports")
            .field("mail", &self.mail)
            .field("push", &self.push)
            .finish_non_exhaustive()
    }
}

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

enum Outcome {
    Sent { note: Option<String> },
    NoDevice { note: Option<String> },
    Postponed { until: DateTime<Utc>, reason: String },
    Dead { reason: String },
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
        match worker.attempts.join_next().await {
            Some(done) => report.count(&done??),
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
            Some(done) = worker.attempts.join_next() => log_failure(done),
            () = ctx.db.signals().deliveries.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    while let Some(done) = worker.attempts.join_next().await {
        log_failure(done);
    }
}

/// The lease of an attempt whose outcome could not be noted runs out, and it is repeated.
fn log_failure(done: Result<Result<Outcome>, tokio::task::JoinError>) {
    let failure = match done {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => format!("{error:#}"),
        Err(error) => error.to_string(),
    };
    tracing::error!(
        error = failure,
        "a delivery's outcome was not noted; it will be repeated"
    );
}

impl Report {
    fn count(&mut self, outcome: &Outcome) {
        match outcome {
            Outcome::Sent { .. } => self.sent += 1,
            Outcome::NoDevice { .. } => self.to_nobody += 1,
            Outcome::Postponed { .. } => self.postponed += 1,
            Outcome::Dead { .. } => self.dead += 1,
        }
    }
}

struct Worker {
    ctx: Ctx,
    transports: Transports,
    attempts: JoinSet<Result<Outcome>>,
}

impl Worker {
    fn new(ctx: &Ctx, transports: &Transports) -> Self {
        Self {
            ctx: ctx.clone(),
            transports: transports.clone(),
            attempts: JoinSet::new(),
        }
    }

    /// Begins as many attempts as there is room for.
    async fn fill(&mut self) -> Result<()> {
        let room = PARALLEL.saturating_sub(self.attempts.len());
        if room == 0 {
            return Ok(());
        }
        wipe_old_secrets(&self.ctx).await?;
        for delivery in claim(&self.ctx, room as u64).await? {
            let (ctx, transports) = (self.ctx.clone(), self.transports.clone());
            self.attempts.spawn(async move {
                let outcome = attempt(&ctx, &transports, &delivery).await;
                settle(&ctx, &delivery, &outcome).await?;
                Ok(outcome)
            });
        }
        Ok(())
    }
}

fn due(now: DateTime<Utc>) -> Condition {
    Condition::all()
        // Written out, because a partial index serves only a statement that repeats its condition word for word.
        .add(Expr::cust("status = 'PENDING'"))
        .add(Column::NextAttemptAt.lte(now))
        .add(
            Condition::any()
                .add(Column::LeaseUntil.is_null())
                .add(Column::LeaseUntil.lte(now)),
        )
}

/// Takes up to `limit` deliveries that are due under a lease of our own.
async fn claim(ctx: &Ctx, limit: u64) -> Result<Vec<Model>, DbErr> {
    let now = ctx.clock.now();
    // Most of the time there is nothing: no writing transaction for that.
    let waiting: Option<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(due(now))
        .limit(1)
        .into_tuple()
        .one(ctx.db.reader())
        .await?;
    if waiting.is_none() {
        return Ok(Vec::new());
    }
    write_tx!(ctx, |tx| {
        let now = tx.now();
        let mut claimed = Entity::find()
            .filter(due(now))
            .order_by_asc(Column::NextAttemptAt)
            .order_by_asc(Column::Id)
            .limit(limit)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(tx.conn())
            .await?;
        let owner = Uuid::new_v4();
        Entity::update_many()
            .col_expr(Column::LeaseOwner, Expr::value(owner))
            .col_expr(Column::LeaseUntil, Expr::value(now + LEASE))
            .col_expr(Column::Attempts, Expr::cust("attempts + 1"))
            .filter(Column::Id.is_in(claimed.iter().map(|delivery| delivery.id)))
            .exec(tx.conn())
            .await?;
        for delivery in &mut claimed {
            delivery.lease_owner = Some(owner);
            delivery.attempts += 1;
        }
        Ok(claimed)
    })
}

async fn attempt(ctx: &Ctx, transports: &Transports, delivery: &Model) -> Outcome {
    let now = ctx.clock.now();
    if delivery.expires_at.is_some_and(|at| at <= now) {
        return Outcome::Dead {
            reason: match &delivery.last_error {
                Some(last) => format!("Too old to be sent. The last attempt: {last}"),
                None => "Too old to be sent.".to_owned(),
            },
        };
    }
    if delivery.attempts > policy::MAX_ATTEMPTS {
        // Only an attempt that took the server down leaves the count this high with nothing noted.
        return Outcome::Dead {
            reason: "Tried too often; the server ended during the last attempt.".to_owned(),
        };
    }
    let sent = tokio::time::timeout(ATTEMPT, send(ctx, transports, delivery)).await;
    let failure = match sent.unwrap_or_else(|_| Err(SendError::temporary("no answer in time"))) {
        Ok(handed_over) if handed_over.to_nobody => {
            return Outcome::NoDevice {
                note: handed_over.note,
            };
        }
        Ok(handed_over) => {
            return Outcome::Sent {
                note: handed_over.note,
            };
        }
        Err(failure) => failure,
    };
    match failure {
        SendError::Permanent(reason) => Outcome::Dead { reason },
        SendError::Temporary { reason, .. } if delivery.attempts >= policy::MAX_ATTEMPTS => Outcome::Dead {
            reason: format!("Tried {} times. The last time: {reason}", delivery.attempts),
        },
        SendError::Temporary { reason, retry_after } => {
            let wait = policy::wait(delivery.attempts, retry_after, (transports.random)());
            Outcome::Postponed {
                until: now + TimeDelta::from_std(wait).unwrap_or(TimeDelta::days(1)),
                reason,
            }
        }
    }
}

/// What became of a message that was handed over.
#[derive(Debug, Default)]
struct HandedOver {
    /// A push for which there was no device.
    to_nobody: bool,
    /// A remark, where there is something to say.
    note: Option<String>,
}

/// Hands one message over.
async fn send(ctx: &Ctx, transports: &Transports, delivery: &Model) -> Result<HandedOver, SendError> {
    let data = data_of(ctx, delivery).map_err(|error| SendError::permanent(format!("{error:#}")))?;
    let unmade = |error: anyhow::Error| SendError::permanent(format!("{error:#}"));
    match delivery.channel {
        Channel::Email => {
            let letter = transports
                .templates
                .letter(&delivery.template, delivery.locale, &data)
                .map_err(unmade)?;
            let address = delivery
                .address
                .clone()
                .ok_or_else(|| SendError::permanent("there is no address"))?;
            let mail = Mail {
                id: delivery.id.to_string(),
                date: delivery.created_at,
                to: address,
                to_name: text_of(&data, "name"),
                reply_to: data.get("replyTo").and_then(|to| {
                    Some(Correspondent {
                        name: text_of(to, "name"),
                        address: text_of(to, "address")?,
                    })
                }),
                subject: letter.subject,
                text: letter.text,
                html: letter.html,
                is_secret: delivery.is_secret,
            };
            transports.mail.send(&mail).await.map(|()| HandedOver::default())
        }
        Channel::Push => {
            let notice = transports
                .templates
                .notice(&delivery.template, delivery.locale, &data)
                .map_err(unmade)?;
            let push = Push {
                id: delivery.id.to_string(),
                date: delivery.created_at,
                recipient: delivery.recipient_id.to_string(),
                title: notice.title,
                body: notice.body,
                data: app_data(&delivery.template, &data),
                expires_at: delivery.expires_at,
            };
            send_push(transports, delivery.recipient_id, &push).await
        }
    }
}

fn text_of(data: &serde_json::Value, key: &str) -> Option<String> {
    data.get(key)?.as_str().map(str::to_owned)
}

async fn send_push(
    transports: &Transports,
    recipient: AccountId,
    push: &Push,
) -> Result<HandedOver, SendError> {
    let tokens = match &transports.devices {
        Some(devices) => devices.tokens(recipient).await.map_err(SendError::temporary)?,
        None => Vec::new(),
    };
    let pushed = transports.push.send(push, &tokens).await?;
    if let Some(devices) = &transports.devices
        && !pushed.unregistered.is_empty()
        && let Err(error) = devices.forget(pushed.unregistered).await
    {
        // The push went out; the next one meets the dead devices again.
        tracing::warn!(
            error = format!("{error:#}"),
            "devices that are gone could not be forgotten"
        );
    }
    Ok(HandedOver {
        to_nobody: pushed.accepted == 0,
        note: pushed.note,
    })
}

/// The ids among a push's data, and its kind: what the app needs to open the right page.
fn app_data(template: &str, data: &serde_json::Value) -> std::collections::BTreeMap<String, String> {
    let ids = data.as_object().into_iter().flatten();
    ids.filter(|(key, _)| key.ends_with("Id"))
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .chain([("kind".to_owned(), template.to_owned())])
        .collect()
}

fn data_of(ctx: &Ctx, delivery: &Model) -> Result<serde_json::Value> {
    if !delivery.is_secret {
        return Ok(delivery.data.clone());
    }
    let sealed = delivery
        .secret_data
        .as_ref()
        .context("its content was wiped: send a new one instead")?;
    let plain = ctx.keys.decrypt(sealed, delivery.id.0.as_bytes())?;
    Ok(serde_json::from_slice(&plain)?)
}

/// Notes what became of an attempt, unless its lease has gone to another.
async fn settle(ctx: &Ctx, delivery: &Model, outcome: &Outcome) -> Result<(), DbErr> {
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
                    .col_expr(Column::LastError, Expr::value(Some(shortened(reason))))
            }
            Outcome::Dead { reason } => {
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

//! What days bring about: an invoice becomes overdue at midnight, its client is reminded before and after the due date,
//! in the morning, all in company time (DESIGN.md 2.4).
//!
//! The work is found by looking at what there is, so a server that was away catches up when it starts. Each thing is
//! noted under (invoice, notice, due date) in the transaction that tells it, so it is told once, whichever of several
//! instances comes first and whenever one dies.

use std::{collections::HashSet, time::Duration};

use chrono::{NaiveDate, TimeDelta, Timelike};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    QueryTrait, sea_query::OnConflict,
};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::{
    InvoiceFilter, InvoiceId, InvoiceStatus,
    commands::{announce_due, append_status, lock_due},
    select_invoices,
    tables::{invoice, notice, run},
};
use platform::{
    actor::Actor, config::ReminderConfig, ctx::Ctx, db::WriteTx, db::write_tx, ids::new_uuid,
    listing::RecordScope, metrics,
};

/// How often the calendar is looked at.
const EVERY: Duration = Duration::from_secs(60);
/// Invoices looked at together.
const BATCH: u64 = 200;
/// Noted when the live feed was told that an invoice became overdue.
const STATUS: &str = "STATUS";
/// Reminders up to this day are held: the row's `last_day`.
const HELD: &str = "held";

/// Catches up at once, and then whenever a day or a morning begins, until `stop`.
pub async fn work(ctx: Ctx, stop: CancellationToken) {
    loop {
        if let Err(error) = metrics::job("reminders", catch_up(&ctx)).await {
            tracing::warn!(
                error = format!("{error:#}"),
                "the invoices' calendar could not be worked off; trying again in a minute"
            );
        }
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(EVERY) => {}
        }
    }
}

/// How much was done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Report {
    /// Invoices that the live feed was told became overdue.
    pub overdue: usize,
    /// Clients that were reminded.
    pub reminded: usize,
}

/// Does what today and what was missed asks for; nothing when it is done already.
///
/// # Errors
/// When the database refuses.
pub async fn catch_up(ctx: &Ctx) -> anyhow::Result<Report> {
    let local = ctx.clock.now().with_timezone(&ctx.config.time_zone);
    let today = local.date_naive();
    let mut report = Report::default();
    if is_open(ctx, "overdue", today).await? {
        report.overdue = tell_overdue(ctx, today).await?;
        close(ctx, "overdue", today).await?;
    }
    let morning = local.hour() >= ctx.config.reminders.hour;
    if morning && is_open(ctx, "reminders", today).await? {
        report.reminded = remind(ctx, today).await?;
        close(ctx, "reminders", today).await?;
    }
    if report != Report::default() {
        tracing::info!(
            overdue = report.overdue,
            reminded = report.reminded,
            "the invoices' calendar"
        );
    }
    Ok(report)
}

/// After a backup was restored: reminders whose day has come by `today` may have been sent since the backup was made, so they
/// are written, and wait for a person.
///
/// # Errors
/// When the database refuses.
pub async fn hold_past_reminders(conn: &impl ConnectionTrait, today: NaiveDate) -> Result<(), DbErr> {
    note_day(conn, HELD, today).await
}

async fn note_day(conn: &impl ConnectionTrait, name: &str, day: NaiveDate) -> Result<(), DbErr> {
    run::Entity::insert(run::ActiveModel {
        run: Set(name.to_owned()),
        last_day: Set(day),
    })
    .on_conflict(
        OnConflict::column(run::Column::Run)
            .update_column(run::Column::LastDay)
            .to_owned(),
    )
    .exec_without_returning(conn)
    .await?;
    Ok(())
}

/// Whether a piece of daily work has yet to be done today.
async fn is_open(ctx: &Ctx, name: &str, today: NaiveDate) -> Result<bool, DbErr> {
    let row = run::Entity::find_by_id(name.to_owned())
        .one(ctx.db.reader())
        .await?;
    Ok(row.is_none_or(|row| row.last_day < today))
}

async fn close(ctx: &Ctx, name: &str, today: NaiveDate) -> Result<(), DbErr> {
    write_tx!(ctx, |tx| { note_day(tx.conn(), name, today).await })
}

/// Tells the live feed of invoices that became overdue.
async fn tell_overdue(ctx: &Ctx, today: NaiveDate) -> anyhow::Result<usize> {
    let mut told = 0;
    let mut after = None;
    loop {
        let noted = notice::Entity::find()
            .select_only()
            .column(notice::Column::InvoiceId)
            .filter(notice::Column::Notice.eq(STATUS))
            .into_query();
        let batch = candidates(&[InvoiceStatus::Overdue], None, after, today)
            .filter(invoice::Column::Id.not_in_subquery(noted))
            .all(ctx.db.reader())
            .await?;
        let Some(last) = batch.last() else {
            return Ok(told);
        };
        after = Some(last.id);
        for found in batch {
            told += usize::from(tell_one_overdue(ctx, found.id).await?);
        }
    }
}

async fn tell_one_overdue(ctx: &Ctx, id: InvoiceId) -> anyhow::Result<bool> {
    write_tx!(ctx, |tx| {
        let Some((_, invoice, status)) = lock_due(ctx, tx, id).await? else {
            return Ok(false);
        };
        let Some(due) = invoice.due_date.filter(|_| status == InvoiceStatus::Overdue) else {
            return Ok(false);
        };
        if note(tx, id, STATUS, due).await?.is_none() {
            return Ok(false);
        }
        append_status(tx, &invoice, status).await?;
        Ok(true)
    })
}

/// Reminds clients of what is due soon and of what is overdue.
async fn remind(ctx: &Ctx, today: NaiveDate) -> anyhow::Result<usize> {
    let plan = &ctx.config.reminders;
    let furthest = plan.days_before.iter().copied().max().unwrap_or(0);
    let until = today + TimeDelta::days(i64::from(furthest));
    let held_until = run::Entity::find_by_id(HELD.to_owned())
        .one(ctx.db.reader())
        .await?
        .map(|row| row.last_day);
    let mut reminded = 0;
    let mut after = None;
    loop {
        let unpaid = [InvoiceStatus::Sent, InvoiceStatus::Overdue];
        let batch = candidates(&unpaid, Some(until), after, today)
            .filter(invoice::Column::DueDate.is_not_null())
            .all(ctx.db.reader())
            .await?;
        let Some(last) = batch.last() else {
            return Ok(reminded);
        };
        after = Some(last.id);
        let told = told_of(ctx, &batch).await?;
        for found in batch {
            let (Some(issued), Some(due)) = (found.issue_date, found.due_date) else {
                continue;
            };
            let is_told = |name: &str| told.contains(&(found.id, name.to_owned()));
            let Some(telling) = reminder_due(plan, issued, due, today, is_told) else {
                continue;
            };
            reminded += usize::from(remind_one(ctx, found.id, due, &telling, (today, held_until)).await?);
        }
    }
}

async fn remind_one(
    ctx: &Ctx,
    id: InvoiceId,
    due: NaiveDate,
    telling: &Reminder,
    (today, held_until): (NaiveDate, Option<NaiveDate>),
) -> anyhow::Result<bool> {
    write_tx!(ctx, |tx| {
        let Some((project, invoice, status)) = lock_due(ctx, tx, id).await? else {
            return Ok(false);
        };
        if !matches!(status, InvoiceStatus::Sent | InvoiceStatus::Overdue) {
            return Ok(false);
        }
        let Some(notice) = note(tx, id, &telling.notice, due).await? else {
            return Ok(false);
        };
        if let Some(also) = &telling.also {
            note(tx, id, also, due).await?;
        }
        if held_until.is_some_and(|until| telling.day <= until) {
            tx.hold_deliveries();
        }
        let days = (today - due).num_days();
        announce_due(ctx, tx, &project, &invoice, notice, days).await?;
        Ok(true)
    })
}

/// Issued invoices of these statuses, some at a time.
fn candidates(
    statuses: &[InvoiceStatus],
    due_until: Option<NaiveDate>,
    after: Option<InvoiceId>,
    today: NaiveDate,
) -> sea_orm::Select<invoice::Entity> {
    let filter = InvoiceFilter {
        statuses: Some(statuses.to_vec()),
        due_until,
        ..InvoiceFilter::default()
    };
    let mut list = select_invoices(&Actor::System, &filter, RecordScope::Living, today);
    if let Some(after) = after {
        list = list.filter(invoice::Column::Id.gt(after));
    }
    list.order_by_asc(invoice::Column::Id).limit(BATCH)
}

async fn told_of(ctx: &Ctx, batch: &[invoice::Model]) -> Result<HashSet<(InvoiceId, String)>, DbErr> {
    let rows: Vec<(InvoiceId, String)> = notice::Entity::find()
        .select_only()
        .columns([notice::Column::InvoiceId, notice::Column::Notice])
        .filter(notice::Column::InvoiceId.is_in(batch.iter().map(|invoice| invoice.id)))
        .into_tuple()
        .all(ctx.db.reader())
        .await?;
    Ok(rows.into_iter().collect())
}

/// Notes that something is told, and answers with the note's id; `None` when somebody has told it before.
async fn note(tx: &WriteTx, invoice: InvoiceId, notice: &str, due: NaiveDate) -> Result<Option<Uuid>, DbErr> {
    let id = new_uuid(tx.now());
    let noted = notice::Entity::insert(notice::ActiveModel {
        id: Set(id),
        invoice_id: Set(invoice),
        notice: Set(notice.to_owned()),
        due_date: Set(due),
        noted_at: Set(tx.now()),
    })
    .on_conflict(
        OnConflict::columns([
            notice::Column::InvoiceId,
            notice::Column::Notice,
            notice::Column::DueDate,
        ])
        .do_nothing()
        .to_owned(),
    )
    .exec_without_returning(tx.conn())
    .await;
    match noted {
        Ok(0) | Err(DbErr::RecordNotInserted) => Ok(None),
        Ok(_) => Ok(Some(id)),
        Err(error) => Err(error),
    }
}

/// What is told today, under which name it is noted, and what needn't be told any more because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reminder {
    notice: String,
    also: Option<String>,
    /// The day on which it is told when nothing keeps the server from it.
    day: NaiveDate,
}

/// What an unpaid invoice's client is told today: the latest thing whose day has come since the issue, unless it was
/// told. Earlier ones that were missed are passed over, but that it is overdue is always told once.
fn reminder_due(
    plan: &ReminderConfig,
    issued: NaiveDate,
    due: NaiveDate,
    today: NaiveDate,
    is_told: impl Fn(&str) -> bool,
) -> Option<Reminder> {
    const OVERDUE: &str = "OVERDUE";
    let late = (today - due).num_days();
    let alone = |notice: String, day| {
        (!is_told(&notice)).then_some(Reminder {
            notice,
            also: None,
            day,
        })
    };
    if late <= 0 {
        let left = -late;
        let days = plan
            .days_before
            .iter()
            .copied()
            .filter(|&days| i64::from(days) >= left)
            .min()?;
        // Whoever was sent the invoice on that day or later knows the due date.
        let day = due - TimeDelta::days(i64::from(days));
        return (day > issued)
            .then(|| alone(format!("BEFORE_{days}"), day))
            .flatten();
    }
    let reminder = plan
        .days_after
        .iter()
        .copied()
        .filter(|&days| i64::from(days) <= late)
        .max()
        .map(|days| (format!("AFTER_{days}"), due + TimeDelta::days(i64::from(days))));
    if !is_told(OVERDUE) {
        return Some(Reminder {
            notice: OVERDUE.to_owned(),
            day: reminder
                .as_ref()
                .map_or(due + TimeDelta::days(1), |(_, day)| *day),
            also: reminder.map(|(notice, _)| notice),
        });
    }
    let (notice, day) = reminder?;
    alone(notice, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 12, day).unwrap()
    }

    fn told_over(issued: u32, due: u32, days: impl Iterator<Item = u32>) -> Vec<(u32, String)> {
        let plan = ReminderConfig {
            days_before: vec![3, 1],
            days_after: vec![7],
            hour: 8,
        };
        let mut noted = HashSet::new();
        let mut told = Vec::new();
        for today in days {
            let is_told = |name: &str| noted.contains(name);
            if let Some(telling) = reminder_due(&plan, day(issued), day(due), day(today), is_told) {
                noted.insert(telling.notice.clone());
                noted.extend(telling.also);
                told.push((today, telling.notice));
            }
        }
        told
    }

    #[test]
    fn each_thing_is_told_on_its_day_and_once() {
        let told = told_over(1, 10, (1..=30).flat_map(|day| [day, day]));
        let days: Vec<(u32, &str)> = told.iter().map(|(day, what)| (*day, what.as_str())).collect();
        assert_eq!(
            days,
            [(7, "BEFORE_3"), (9, "BEFORE_1"), (11, "OVERDUE"), (17, "AFTER_7")]
        );
    }

    #[test]
    fn what_was_missed_is_not_told_twice_over() {
        // Away until three days after the reminder's day: one message, not two.
        let told = told_over(1, 10, 20..=25);
        assert_eq!(told, [(20, "OVERDUE".to_owned())]);
        let told = told_over(1, 10, 9..=9);
        assert_eq!(told, [(9, "BEFORE_1".to_owned())]);
    }

    #[test]
    fn who_was_just_sent_the_invoice_is_not_reminded_of_it() {
        assert_eq!(told_over(8, 10, 8..=8), []);
        assert_eq!(told_over(8, 10, 9..=9), [(9, "BEFORE_1".to_owned())]);
        assert_eq!(told_over(10, 10, 10..=11), [(11, "OVERDUE".to_owned())]);
    }
}

//! One of the server's own backups: made by whichever instance takes the lease, proven, and old ones pruned.

use std::time::Duration;

use anyhow::{Context as _, Result};
use chrono::{DateTime, Utc};
use platform::{
    backup::{Backup, Folder, Kept, unwatched},
    ctx::Ctx,
    db::{DatabaseOptions, write_tx},
    error::{CommandError, ErrorCode, Violation},
    message,
    storage::Storage,
};
use sea_orm::{
    ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait, IntoActiveModel, QuerySelect, sea_query::Expr,
};
use sea_orm::{ColumnTrait, QueryFilter};
use uuid::Uuid;

use super::{
    make::{copy, make, prune, source},
    schedule::{LEASE, is_due, is_running, is_stale},
    table::{Column, Entity, Model, STATE_ID},
};
use platform::actor::Actor;

/// How often a lease is made longer; well within it.
const RENEW_EVERY: Duration = Duration::from_secs(30);

/// How far the work is.
///
/// # Errors
/// When the database can't be read.
pub async fn state(ctx: &Ctx) -> Result<Model> {
    let row = Entity::find_by_id(STATE_ID).one(ctx.db.reader()).await?;
    row.context("the table backup_state is empty: run `belle-house migrate`")
}

/// What went wrong with the last one that the server made.
///
/// # Errors
/// When the database can't be read.
pub async fn last_problem(conn: &impl ConnectionTrait) -> Result<Option<String>> {
    let row = Entity::find_by_id(STATE_ID).one(conn).await?;
    Ok(row.and_then(|row| row.problem))
}

/// How the server's own backups stand, for whoever watches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// When the newest proven one was taken.
    pub proven_at: Option<DateTime<Utc>>,
    /// Whether something went wrong with the last one.
    pub has_failed: bool,
}

/// How they stand; `None` when none are configured.
///
/// # Errors
/// When the database can't be read.
pub async fn standing(ctx: &Ctx) -> Result<Option<Standing>, DbErr> {
    if ctx.config.backup.recipients.is_empty() {
        return Ok(None);
    }
    let row = Entity::find_by_id(STATE_ID).one(ctx.db.reader()).await?;
    Ok(Some(row.map_or(
        Standing {
            proven_at: None,
            has_failed: false,
        },
        |row| Standing {
            proven_at: row.proven_at,
            has_failed: row.problem.is_some(),
        },
    )))
}

/// Makes one if it is due and nobody else does; the one that was made.
///
/// # Errors
/// When it can't be made or isn't proven: that is noted.
pub async fn make_when_due(ctx: &Ctx, storage: &Storage) -> Result<Option<Backup>> {
    let backup = &ctx.config.backup;
    let due = |state: &Model, now| is_due(state, backup.hour, &ctx.config.time_zone, now);
    if !due(&state(ctx).await?, ctx.clock.now()) {
        return Ok(None);
    }
    let owner = Uuid::new_v4();
    let taken: bool = write_tx!(ctx, |tx| {
        let row = Entity::find_by_id(STATE_ID)
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .context("the table backup_state is empty")?;
        if !due(&row, tx.now()) {
            return Ok::<_, anyhow::Error>(false);
        }
        let mut row = row.into_active_model();
        row.lease_owner = Set(Some(owner));
        row.lease_until = Set(Some(tx.now() + LEASE));
        row.requested_at = Set(None);
        row.started_at = Set(Some(tx.now()));
        Entity::update(row).exec(tx.conn()).await?;
        Ok(true)
    })?;
    if !taken {
        return Ok(None);
    }
    let source = source(DatabaseOptions::from(&ctx.config.database), storage.clone());
    let unwatched = unwatched();
    let work = async {
        let made = make(&ctx.config, &ctx.clock, &source, &unwatched).await?;
        // It is proven, whatever becomes of its copy.
        let copied = copy(&ctx.config, &ctx.clock, &made).await;
        anyhow::Ok((made, copied))
    };
    let outcome = tokio::select! {
        outcome = work => outcome,
        error = renew(ctx, owner) => Err(error),
    };
    note_outcome(ctx, owner, &outcome).await?;
    let (made, copied) = outcome?;
    copied?;
    match prune(&ctx.config, &ctx.clock)? {
        Kept::Pruned(names) if names.is_empty() => {}
        Kept::Pruned(names) => tracing::info!(?names, "old backups are removed"),
        Kept::ClockBehind(name) => tracing::error!(
            name,
            "a backup bears a date in the future: was the clock set back? Nothing is removed"
        ),
    }
    Ok(Some(made))
}

/// Makes the lease longer as long as it is ours; ends with why it isn't.
async fn renew(ctx: &Ctx, owner: Uuid) -> anyhow::Error {
    loop {
        tokio::time::sleep(RENEW_EVERY).await;
        let renewed: Result<u64> = write_tx!(ctx, |tx| {
            let renewed = Entity::update_many()
                .col_expr(Column::LeaseUntil, Expr::value(tx.now() + LEASE))
                .filter(Column::LeaseOwner.eq(owner))
                .exec(tx.conn())
                .await?;
            Ok(renewed.rows_affected)
        });
        match renewed {
            Ok(0) => return anyhow::anyhow!("another instance makes it"),
            Ok(_) => {}
            Err(error) => tracing::warn!(
                error = format!("{error:#}"),
                "the backup's lease can't be made longer"
            ),
        }
    }
}

async fn note_outcome(
    ctx: &Ctx,
    owner: Uuid,
    outcome: &Result<(Backup, Result<Option<String>>)>,
) -> Result<()> {
    let problem = match outcome {
        Ok((_, Ok(_))) => None,
        Ok((_, Err(error))) | Err(error) => Some(format!("{error:#}")),
    };
    write_tx!(ctx, |tx| {
        let nothing = Option::<Uuid>::None;
        let mut noted = Entity::update_many()
            .col_expr(Column::LeaseOwner, Expr::value(nothing))
            .col_expr(Column::LeaseUntil, Expr::value(Option::<DateTime<Utc>>::None))
            .filter(Column::LeaseOwner.eq(owner));
        if let Ok((backup, _)) = outcome {
            noted = noted.col_expr(Column::ProvenAt, Expr::value(backup.taken_at));
        }
        noted = noted.col_expr(Column::Problem, Expr::value(problem.clone()));
        noted.exec(tx.conn()).await?;
        Ok(())
    })
}

/// Asks for a backup as soon as possible.
///
/// # Errors
/// LOCKED when none can be made or one is being made; FORBIDDEN for others than administrators.
pub async fn back_up_now(ctx: &Ctx, actor: &Actor) -> Result<(), CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if !actor.is_admin() => return Err(CommandError::Forbidden),
        _ => {}
    }
    if ctx.config.backup.recipients.is_empty() {
        let message = message!("backups-not-configured");
        return Err(Violation::new::<&str>(ErrorCode::Locked, [], message).into());
    }
    write_tx!(ctx, |tx| {
        let row = Entity::find_by_id(STATE_ID)
            .lock_exclusive()
            .one(tx.conn())
            .await?
            .context("the table backup_state is empty")?;
        if is_running(&row, tx.now()) {
            let message = message!("backup-running");
            return Err(Violation::new::<&str>(ErrorCode::Locked, [], message).into());
        }
        let mut row = row.into_active_model();
        row.requested_at = Set(Some(tx.now()));
        Entity::update(row).exec(tx.conn()).await?;
        Ok(())
    })
}

/// What there is and how the work stands, for administrators.
#[derive(Debug, Clone)]
pub struct Overview {
    /// Whether backups can be made at all.
    pub is_configured: bool,
    /// Whether one is being made.
    pub is_running: bool,
    /// Whether one was asked for and hasn't begun.
    pub is_requested: bool,
    /// Whether nothing proven is young enough.
    pub is_stale: bool,
    /// What went wrong with the last one.
    pub problem: Option<String>,
    /// All backups, newest first.
    pub backups: Vec<Backup>,
}

/// What there is and how the work stands. Administrators' business: whoever asks has looked at that.
///
/// # Errors
/// When the database or the folder can't be read.
pub async fn overview(ctx: &Ctx) -> Result<Overview> {
    let state = state(ctx).await?;
    let folder = Folder::new(ctx.config.backup.folder.clone());
    let backups = tokio::task::spawn_blocking(move || folder.list()).await??;
    let now = ctx.clock.now();
    let proven = backups.iter().find(|backup| backup.proven_at.is_some());
    Ok(Overview {
        is_configured: !ctx.config.backup.recipients.is_empty(),
        is_running: is_running(&state, now),
        is_requested: state.requested_at.is_some(),
        is_stale: is_stale(proven.map(|backup| backup.taken_at), now),
        problem: state.problem,
        backups,
    })
}

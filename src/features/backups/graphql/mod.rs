//! `backups` and `backupNow`.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::{Overview, back_up_now, overview};
use platform::{
    backup::Backup,
    graphql::{Allow, ContextExt, UserError, internal, split},
};

/// Backups that are shown.
const MOST_SHOWN: usize = 200;

/// One backup: an encrypted file on the server.
#[derive(Debug, SimpleObject)]
#[graphql(name = "Backup")]
pub struct GqlBackup {
    /// The file's name, as `belle-house restore` takes it.
    name: String,
    /// The moment that it brings back.
    taken_at: DateTime<Utc>,
    /// Its size in megabytes, rounded up.
    megabytes: i32,
    /// Rows of all tables.
    rows: i32,
    /// Files of pictures.
    pictures: i32,
    /// Files of pictures that records name and that were not there: 0 unless somebody took them away.
    missing_pictures: i32,
    /// When it was last restored into a scratch database and compared, count by count and checksum by checksum; null when
    /// it never was.
    proven_at: Option<DateTime<Utc>>,
    /// Why it could not be proven.
    problem: Option<String>,
}

impl From<Backup> for GqlBackup {
    fn from(backup: Backup) -> Self {
        let count = |number: u64| i32::try_from(number).unwrap_or(i32::MAX);
        Self {
            name: backup.name,
            taken_at: backup.taken_at,
            megabytes: count(backup.bytes.div_ceil(1_000_000)),
            rows: count(backup.rows),
            pictures: count(backup.files),
            missing_pictures: count(backup.missing_files),
            proven_at: backup.proven_at,
            problem: backup.problem,
        }
    }
}

/// The backups, and whether all is well with them.
#[derive(Debug, SimpleObject)]
pub struct Backups {
    /// Whether any can be made: `BACKUP_RECIPIENT` is set.
    is_configured: bool,
    /// Whether one is being made or proven now.
    is_running: bool,
    /// Whether one was asked for with `backupNow` and hasn't begun.
    is_requested: bool,
    /// The alarm: nothing that was taken in the last 36 hours is proven.
    is_stale: bool,
    /// What went wrong with the last one; null when it is proven.
    problem: Option<String>,
    /// The backups in the server's folder, newest first, 200 at most.
    nodes: Vec<GqlBackup>,
}

impl From<Overview> for Backups {
    fn from(overview: Overview) -> Self {
        let backups = overview.backups.into_iter().take(MOST_SHOWN);
        Self {
            is_configured: overview.is_configured,
            is_running: overview.is_running,
            is_requested: overview.is_requested,
            is_stale: overview.is_stale,
            problem: overview.problem,
            nodes: backups.map(GqlBackup::from).collect(),
        }
    }
}

/// What `backupNow` answers.
#[derive(Debug, SimpleObject)]
pub struct BackupNowPayload {
    /// The backups as they are; the new one comes within minutes.
    backups: Option<Backups>,
    /// Why none is made.
    user_errors: Vec<UserError>,
}

/// Reads of the backups.
#[derive(Debug, Default)]
pub struct BackupsQuery;

#[Object]
impl BackupsQuery {
    /// The backups, and whether all is well with them. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn backups(&self, ctx: &Context<'_>) -> Result<Backups> {
        Ok(overview(ctx.app()).await.map_err(internal)?.into())
    }
}

/// Mutations on the backups.
#[derive(Debug, Default)]
pub struct BackupsMutation;

#[Object]
impl BackupsMutation {
    /// Has a backup made and proven now, by one of the instances, within seconds. LOCKED when one is being made, or when
    /// none can be made. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn backup_now(&self, ctx: &Context<'_>) -> Result<BackupNowPayload> {
        let (asked, user_errors) = split(back_up_now(ctx.app(), ctx.actor()).await)?;
        let backups = match asked {
            Some(()) => Some(overview(ctx.app()).await.map_err(internal)?.into()),
            None => None,
        };
        Ok(BackupNowPayload { backups, user_errors })
    }
}

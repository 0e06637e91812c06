//! What waits in the outbox, and what was given up: for whoever watches.

use chrono::{DateTime, Utc};
use sea_orm::{ActiveEnum, ConnectionTrait, DbErr, Statement};

use super::{Channel, Status};
use crate::db::Reader;

/// No more than this is counted: looking stays cheap when a mail server has been away for days.
pub const COUNTED: i64 = 10_000;

/// The messages of one channel that are in one state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// The way they go.
    pub channel: Channel,
    /// Pending or dead.
    pub status: Status,
    /// How many, [`COUNTED`] at most.
    pub messages: i64,
    /// When the oldest was written.
    pub oldest: Option<DateTime<Utc>>,
}

/// What is pending and what is dead, on each channel, in one statement that reads an index alone
/// (`status, channel, created_at, id`).
///
/// # Errors
/// When the database refuses.
pub async fn backlog(db: &Reader) -> Result<Vec<Backlog>, DbErr> {
    let mut parts = Vec::new();
    let mut kinds = Vec::new();
    for channel in [Channel::Push, Channel::Email] {
        for status in [Status::Pending, Status::Dead] {
            let part = kinds.len();
            kinds.push((channel, status));
            // Texts of ours, which need no binding; and SQLite wants the limit in a query of its own.
            parts.push(format!(
                "SELECT {part} AS part, COUNT(*) AS messages, MIN(created_at) AS oldest FROM (SELECT created_at FROM \
                 deliveries WHERE status = '{}' AND channel = '{}' ORDER BY created_at, id LIMIT {COUNTED}) AS part{part}",
                status.to_value(),
                channel.to_value(),
            ));
        }
    }
    let statement = Statement::from_string(db.get_database_backend(), parts.join(" UNION ALL "));
    let rows = db.query_all_raw(statement).await?;
    let mut found = Vec::new();
    for row in rows {
        let part: i32 = row.try_get("", "part")?;
        let kind = usize::try_from(part).ok().and_then(|part| kinds.get(part));
        let &(channel, status) = kind.ok_or_else(|| DbErr::Custom("an answer to no question".to_owned()))?;
        found.push(Backlog {
            channel,
            status,
            messages: row.try_get("", "messages")?,
            oldest: row.try_get("", "oldest")?,
        });
    }
    Ok(found)
}

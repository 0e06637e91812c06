//! Numbering committed rows on PostgreSQL, in the order of their commits
//! (`docs/decisions/0002-commit-ordered-positions.md`). Any instance may do it; `feed_head`'s row is the lock.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, DbErr, Statement, TransactionTrait, Value};

use super::listener::CHANNEL;

/// Gives the committed, unnumbered rows their positions and tells the instances. Whether there were any.
///
/// # Errors
/// When the database refuses; nothing was numbered then.
pub(super) async fn number_committed_rows(db: &DatabaseConnection) -> Result<bool, DbErr> {
    let waiting = "SELECT 1 FROM events WHERE position IS NULL LIMIT 1";
    if db
        .query_one_raw(Statement::from_string(DbBackend::Postgres, waiting))
        .await?
        .is_none()
    {
        return Ok(false);
    }
    let tx = db.begin().await?;
    let head = tx
        .query_one_raw(statement(
            "SELECT position FROM feed_head WHERE id = 1 FOR UPDATE",
            [],
        ))
        .await?
        .ok_or_else(|| DbErr::Custom("the event log has no head: run `belle-house migrate`".into()))?;
    let head: i64 = head.try_get_by_index(0)?;
    // A statement of its own, after the lock: its snapshot holds what the previous relay numbered.
    let numbered = tx
        .execute_raw(statement(
            "UPDATE events SET position = fresh.position FROM (\
               SELECT seq, $1 + ROW_NUMBER() OVER (ORDER BY seq) AS position FROM events WHERE position IS NULL\
             ) AS fresh WHERE events.seq = fresh.seq",
            [head.into()],
        ))
        .await?
        .rows_affected();
    if numbered == 0 {
        tx.rollback().await?;
        return Ok(false);
    }
    let new_head = head + i64::try_from(numbered).unwrap_or(0);
    tx.execute_raw(statement(
        "UPDATE feed_head SET position = $1 WHERE id = 1",
        [new_head.into()],
    ))
    .await?;
    tx.execute_raw(statement(
        "SELECT pg_notify($1, $2)",
        [CHANNEL.into(), new_head.to_string().into()],
    ))
    .await?;
    tx.commit().await?;
    Ok(true)
}

fn statement<const N: usize>(sql: &str, values: [Value; N]) -> Statement {
    Statement::from_sql_and_values(DbBackend::Postgres, sql, values)
}

//! Numbering committed rows on PostgreSQL, in the order of their commits
//! (`docs/decisions/0002-commit-ordered-positions.md`). Any instance may do it; `feed_head`'s row is the lock.

use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

/// One round trip, and all or nothing, even when the connection breaks in the middle. Each statement in the block
/// has a snapshot of its own: the numbering, after the lock, sees what the previous relay numbered.
const NUMBER_COMMITTED_ROWS: &str = "DO $relay$
DECLARE
    last_given bigint;
    given bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM events WHERE events.position IS NULL) THEN
        RETURN;
    END IF;
    SELECT feed_head.position INTO STRICT last_given FROM feed_head WHERE id = 1 FOR UPDATE;
    UPDATE events SET position = last_given + fresh.place
    FROM (SELECT seq, ROW_NUMBER() OVER (ORDER BY seq) AS place FROM events WHERE events.position IS NULL) AS fresh
    WHERE events.seq = fresh.seq;
    GET DIAGNOSTICS given = ROW_COUNT;
    IF given > 0 THEN
        UPDATE feed_head SET position = last_given + given WHERE id = 1;
        PERFORM pg_notify('belle_house_feed', '');
    END IF;
END
$relay$";

/// Gives the committed, unnumbered rows their positions and tells the instances.
///
/// # Errors
/// When the database refuses; nothing was numbered then.
pub(super) async fn number_committed_rows(db: &DatabaseConnection) -> Result<(), DbErr> {
    db.execute_unprepared(NUMBER_COMMITTED_ROWS).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feed::listener::CHANNEL;

    #[test]
    fn notifies_the_channel_that_instances_listen_to() {
        assert!(NUMBER_COMMITTED_ROWS.contains(&format!("pg_notify('{CHANNEL}'")));
    }
}

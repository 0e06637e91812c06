//! What a transaction does that another one stood in the way of: it is tried again, a bounded number of times.

use std::sync::atomic::{AtomicU32, Ordering};

use platform::db::write::ATTEMPTS;
use platform::db::{Moved, WriteTx, write_tx};
use platform::error::CommandError;
use platform::events::{self, EventKind, NewEvent};
use sea_orm::{ConnectionTrait, DbErr, EntityTrait, PaginatorTrait};
use serde_json::Value;
use tokio::sync::Barrier;

use crate::races_world::start;
use crate::support::database::TestDatabase;

/// Two transactions that lock the same two rows in opposite orders: PostgreSQL ends one, which then goes through.
#[tokio::test]
async fn a_deadlock_is_tried_again() {
    if !TestDatabase::on_postgres() {
        return;
    }
    let app = start().await;
    let clients = [app.client().await, app.client().await];
    let (attempts, both_hold_one) = (AtomicU32::new(0), Barrier::new(2));
    let lock = async |tx: &WriteTx, place: usize| {
        let email = &clients[place].email;
        let sql = format!("SELECT id FROM accounts WHERE email = '{email}' FOR UPDATE");
        tx.conn().execute_unprepared(&sql).await.map(|_| ())
    };
    let cross = async |first: usize, second: usize| {
        let mut meets = true;
        let result: Result<(), DbErr> = write_tx!(app.ctx(), |tx| {
            attempts.fetch_add(1, Ordering::SeqCst);
            lock(tx, first).await?;
            // The second attempt finds nobody to meet.
            if std::mem::take(&mut meets) {
                both_hold_one.wait().await;
            }
            lock(tx, second).await
        });
        result
    };
    let (one, other) = tokio::join!(cross(0, 1), cross(1, 0));
    assert!(one.is_ok() && other.is_ok(), "{one:?} {other:?}");
    assert_eq!(
        attempts.load(Ordering::SeqCst),
        3,
        "one of the two was tried again, once"
    );
}

#[tokio::test]
async fn attempts_are_bounded_and_what_failed_left_nothing() {
    let app = start().await;
    let begun = events::Entity::find().count(app.ctx().db.reader()).await.unwrap();
    let append = |tx: &WriteTx| {
        let tried = NewEvent::control(EventKind::new("Tried"), Value::Null);
        events::append_in_tx(tx, tried.for_staff());
    };
    let attempts = AtomicU32::new(0);
    let never: Result<(), CommandError> = write_tx!(app.ctx(), |tx| {
        attempts.fetch_add(1, Ordering::SeqCst);
        append(tx);
        Err(Moved.into())
    });
    assert!(matches!(never, Err(CommandError::Internal(_))), "{never:?}");
    assert_eq!(attempts.load(Ordering::SeqCst), ATTEMPTS);

    let attempts = AtomicU32::new(0);
    let second_time: Result<u32, CommandError> = write_tx!(app.ctx(), |tx| {
        let attempt = attempts.fetch_add(1, Ordering::SeqCst) + 1;
        append(tx);
        if attempt == 1 {
            return Err(Moved.into());
        }
        Ok(attempt)
    });
    assert_eq!(second_time.unwrap(), 2);
    let refused: Result<(), CommandError> = write_tx!(app.ctx(), |tx| {
        attempts.fetch_add(1, Ordering::SeqCst);
        append(tx);
        Err(CommandError::Forbidden)
    });
    assert!(matches!(refused, Err(CommandError::Forbidden)));
    assert_eq!(attempts.load(Ordering::SeqCst), 3, "a refusal is final");
    let told = events::Entity::find().count(app.ctx().db.reader()).await.unwrap();
    assert_eq!(told - begun, 1, "only what was committed is told");
}

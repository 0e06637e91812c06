//! Deleting, restoring and removing for good, alike for every kind of record. A kind says what it is below
//! ([`RecordKind::Above`]), what goes with it, what keeps it, and who is told; permission, locks, version, batch and
//! cascades are in [`commands`] and can't be forgotten. What another feature keeps below a kind goes with it through
//! [`Holder`](crate::ctx::holds::Holder).

mod commands;

pub use commands::{delete, delete_in_tx, force_delete, force_delete_in_tx, restore, restore_in_tx};

use chrono::TimeDelta;
use sea_orm::Select;
use uuid::Uuid;

use super::{
    actor::Actor,
    ctx::{Ctx, RecordTx},
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    events::{EventKind, NewEvent},
    record::{self, RecordEntity},
};
use crate::messages::Message;
use crate::messages::Noun;

/// Where the mutations take the record's id: the path of what is wrong with it.
pub const FIELD: [&str; 2] = ["input", "id"];

/// How long what was taken out of a list that a record shows stays in that record's bin.
pub const BIN_KEEPS: TimeDelta = TimeDelta::days(30);

/// The event that tells that a record is gone.
pub const RECORD_REMOVED: EventKind = EventKind::new("RecordRemoved");

/// What records of a kind are below: locked before them, always from the top down. `()` for what is below nothing.
pub trait Above<E: RecordEntity>: Sized + Send + Sync {
    /// Locks what the record is below, living or deleted; `None` when there is no such record.
    fn lock(tx: &WriteTx, id: Uuid) -> impl Future<Output = Result<Option<Self>, CommandError>> + Send;

    /// What of it is deleted, kind and id: below that, nothing comes back by itself.
    fn deleted(&self) -> Option<(Noun, String)>;
}

impl<E: RecordEntity> Above<E> for () {
    async fn lock(_: &WriteTx, _: Uuid) -> Result<Option<Self>, CommandError> {
        Ok(Some(()))
    }

    fn deleted(&self) -> Option<(Noun, String)> {
        None
    }
}

/// A kind of record that can be found by its id alone, deleted, restored and removed for good.
pub trait RecordKind: RecordEntity<Model: Sync> {
    /// What it is below.
    type Above: Above<Self>;

    /// The living records that `actor` may see now: what isn't theirs reads as what doesn't exist.
    fn readable(ctx: &Ctx, actor: &Actor) -> Select<Self>;

    /// Why this one can't be deleted, with what to do instead; `None` when nothing keeps it.
    fn kept(row: &Self::Model) -> Option<Message> {
        let _ = row;
        None
    }

    /// Deletes what is below these, which are deleted, as part of the same batch.
    fn delete_below(
        with: &RecordTx<'_>,
        batch: Uuid,
        deleted: &[Self::Model],
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, batch, deleted);
        async { Ok(()) }
    }

    /// Refuses what can't come back as it was, though it is deleted and what it is below isn't.
    fn check_return(
        with: &RecordTx<'_>,
        above: &Self::Above,
        row: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, above, row);
        async { Ok(()) }
    }

    /// Brings back the records of a batch, and what is one with them.
    fn bring_back(
        with: &RecordTx<'_>,
        batch: Uuid,
    ) -> impl Future<Output = Result<Vec<Self::Model>, CommandError>> + Send {
        async move { Ok(record::restore::<Self>(with.tx, with.actor, batch).await?) }
    }

    /// Brings back what is below and was deleted in the same batch.
    fn restore_below(
        with: &RecordTx<'_>,
        batch: Uuid,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, batch);
        async { Ok(()) }
    }

    /// Removes for good what points at this one, which is about to be removed.
    fn force_delete_below(
        with: &RecordTx<'_>,
        row: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, row);
        async { Ok(()) }
    }

    /// Removes for good what this one pointed at, now that it is removed: its picture, its account.
    fn force_delete_rest(
        with: &RecordTx<'_>,
        row: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, row);
        async { Ok(()) }
    }

    /// Tells that a living one is gone. What went with something else isn't told of by itself.
    fn tell_removed(
        with: &RecordTx<'_>,
        above: &Self::Above,
        row: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, above, row);
        async { Ok(()) }
    }

    /// Tells that one is back.
    fn tell_restored(
        with: &RecordTx<'_>,
        above: &Self::Above,
        row: &Self::Model,
    ) -> impl Future<Output = Result<(), CommandError>> + Send {
        let _ = (with, above, row);
        async { Ok(()) }
    }
}

/// The event that tells the staff that a record is gone, and whom it is made to name besides.
#[must_use]
pub fn removed<E: RecordEntity>(row: &E::Model) -> NewEvent {
    NewEvent::about::<E>(RECORD_REMOVED, row).for_staff()
}

/// The refusal to do something to a record as it is.
#[must_use]
pub fn locked(message: Message) -> CommandError {
    Violation::new(ErrorCode::Locked, FIELD, message).into()
}

fn not_found<E: RecordEntity>() -> CommandError {
    Violation::not_found(FIELD, E::NOUN).into()
}

//! `deleteRecord`, `restoreRecord` and `forceDeleteRecord`, whatever the kind.

use sea_orm::{ColumnTrait, Condition, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::{Above, RecordKind, locked, not_found};
use crate::{
    actor::Actor,
    ctx::{Ctx, RecordTx},
    db::{WriteTx, write_tx},
    error::CommandError,
    ids::new_uuid,
    message, outbox,
    record::{self, RecordColumn},
};

/// Deletes a record with what is below it, as one batch, and answers with it as it is now.
///
/// # Errors
/// NOT_FOUND when there is no such record or it is deleted already; LOCKED when something keeps it; CONFLICT when it is
/// not at `expected_version`.
pub async fn delete<E: RecordKind>(
    ctx: &Ctx,
    actor: &Actor,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<E::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let with = RecordTx { ctx, tx, actor };
        let (above, row) = lock::<E>(tx, id, expected_version).await?;
        refuse_kept::<E>(&row)?;
        let batch = new_uuid(tx.now());
        let mut deleted = delete_in_tx::<E>(&with, batch, &[id]).await?;
        let deleted = deleted.pop().ok_or_else(not_found::<E>)?;
        E::tell_removed(&with, &above, &deleted).await?;
        Ok(deleted)
    })
}

/// Deletes the living ones of these, which are locked, with what is below them, as part of `batch`. Tells nobody.
///
/// # Errors
/// LOCKED when somebody holds on to one of them.
pub async fn delete_in_tx<E: RecordKind>(
    with: &RecordTx<'_>,
    batch: Uuid,
    ids: &[Uuid],
) -> Result<Vec<E::Model>, CommandError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let which = E::column(RecordColumn::Id).is_in(ids.iter().copied());
    let which = Condition::all().add(which);
    let deleted = record::soft_delete::<E>(with.tx, with.actor, batch, which).await?;
    if !deleted.is_empty() {
        let ids: Vec<Uuid> = deleted.iter().map(E::id_of).collect();
        // Nobody is told any more of what is gone.
        outbox::cancel_about_in_tx(with.tx, &ids).await?;
        E::delete_below(with, batch, &deleted).await?;
        with.ctx.holders.delete_below(with, E::KIND, &ids, batch).await?;
    }
    Ok(deleted)
}

/// Brings back a record with exactly what was deleted together with it, and answers with it as it is now. What was
/// deleted before it, by itself, stays deleted.
///
/// # Errors
/// NOT_FOUND; LOCKED when it isn't deleted, or what it is below is; TAKEN when another has its place by now; CONFLICT when
/// it is not at `expected_version`.
pub async fn restore<E: RecordKind>(
    ctx: &Ctx,
    actor: &Actor,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<E::Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let with = RecordTx { ctx, tx, actor };
        let (above, row) = lock::<E>(tx, id, expected_version).await?;
        let kind = E::NOUN;
        let Some(batch) = E::batch_of(&row) else {
            let message = message!("record-not-deleted", kind);
            return Err(locked(message));
        };
        if let Some((parent, id)) = above.deleted() {
            let message = message!("record-parent-deleted", kind, parent, id);
            return Err(locked(message));
        }
        E::check_return(&with, &above, &row).await?;
        let restored = restore_in_tx::<E>(&with, batch).await?;
        let mut restored = restored.into_iter();
        let restored = restored
            .find(|row| E::id_of(row) == id)
            .ok_or_else(not_found::<E>)?;
        E::tell_restored(&with, &above, &restored).await?;
        Ok(restored)
    })
}

/// Brings back the records of `batch` with what is below them. Tells nobody.
///
/// # Errors
/// TAKEN when another has the place of one of them by now.
pub async fn restore_in_tx<E: RecordKind>(
    with: &RecordTx<'_>,
    batch: Uuid,
) -> Result<Vec<E::Model>, CommandError> {
    let restored = E::bring_back(with, batch).await?;
    if !restored.is_empty() {
        let ids: Vec<Uuid> = restored.iter().map(E::id_of).collect();
        E::restore_below(with, batch).await?;
        with.ctx.holders.restore_below(with, E::KIND, &ids, batch).await?;
    }
    Ok(restored)
}

/// Removes a record, living or deleted, with everything below it. Nothing of it can be brought back; the audit log keeps
/// the last values, but for what tells of a person (`RecordEntity::PERSONAL`).
///
/// # Errors
/// NOT_FOUND; LOCKED when something keeps it; CONFLICT when it is not at `expected_version`; FORBIDDEN for all but
/// administrators.
pub async fn force_delete<E: RecordKind>(
    ctx: &Ctx,
    actor: &Actor,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<(), CommandError> {
    match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ if actor.is_admin() => {}
        _ => return Err(CommandError::Forbidden),
    }
    write_tx!(ctx, |tx| {
        let with = RecordTx { ctx, tx, actor };
        let (above, row) = lock::<E>(tx, id, expected_version).await?;
        refuse_kept::<E>(&row)?;
        force_delete_in_tx::<E>(&with, &row).await?;
        if E::batch_of(&row).is_none() {
            E::tell_removed(&with, &above, &row).await?;
        }
        Ok(())
    })
}

/// Removes a record, which is locked, with everything below it. Tells nobody.
///
/// # Errors
/// LOCKED when somebody holds on to it.
pub async fn force_delete_in_tx<E: RecordKind>(
    with: &RecordTx<'_>,
    row: &E::Model,
) -> Result<(), CommandError> {
    let id = E::id_of(row);
    E::force_delete_below(with, row).await?;
    with.ctx.holders.force_delete_below(with, E::KIND, &[id]).await?;
    let this = Condition::all().add(E::column(RecordColumn::Id).eq(id));
    record::force_delete::<E>(with.tx, with.actor, this).await?;
    outbox::forget_about_in_tx(with.tx, id).await?;
    E::force_delete_rest(with, row).await
}

/// A record, living or deleted, locked after what it is below and at the version that the caller expects.
async fn lock<E: RecordKind>(
    tx: &WriteTx,
    id: Uuid,
    expected_version: Option<i32>,
) -> Result<(E::Above, E::Model), CommandError> {
    let above = E::Above::lock(tx, id).await?.ok_or_else(not_found::<E>)?;
    let row = E::find()
        .filter(E::column(RecordColumn::Id).eq(id))
        .lock_exclusive()
        .one(tx.conn())
        .await?
        .ok_or_else(not_found::<E>)?;
    if let Some(expected) = expected_version {
        record::expect_version::<E>(&row, expected)?;
    }
    Ok((above, row))
}

fn refuse_kept<E: RecordKind>(row: &E::Model) -> Result<(), CommandError> {
    E::kept(row).map_or(Ok(()), |message| Err(locked(message)))
}

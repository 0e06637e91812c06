//! Asking before a record changes under others' feet: a feature may hold on to another's record (books have been opened
//! on a contract), without that one knowing it. The record's own feature describes the step; whoever is registered
//! (`app.rs`) may object. What a feature keeps below another's records goes and comes with those in the same way.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::RecordTx;
use crate::{
    db::WriteTx,
    error::{CommandError, Violation},
};

/// What is about to happen to a record that the caller has locked.
#[derive(Debug, Clone, Copy)]
pub struct Step {
    /// What would happen: a name that the record's feature exports.
    pub what: &'static str,
    /// The record.
    pub record: Uuid,
    /// The path of the value that asks for it.
    pub field: &'static [&'static str],
}

/// Whoever may hold on to records of others.
pub trait Holder: std::fmt::Debug + Send + Sync {
    /// Why it can't be, with what to do instead; `None` when nothing stands in the way.
    fn objection<'a>(
        &'a self,
        tx: &'a WriteTx,
        step: Step,
    ) -> BoxFuture<'a, Result<Option<Violation>, CommandError>> {
        let _ = (tx, step);
        Box::pin(async { Ok(None) })
    }

    /// Deletes what is below these records of a kind, which have just been deleted, as part of the same batch; or says
    /// why those stay.
    fn delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        let _ = (with, kind, ids, batch);
        Box::pin(async { Ok(()) })
    }

    /// Brings back what was deleted below these in the same batch.
    fn restore_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        let _ = (with, kind, ids, batch);
        Box::pin(async { Ok(()) })
    }

    /// Removes for good what is below these, which are about to be removed; or says why those stay.
    fn force_delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        let _ = (with, kind, ids);
        Box::pin(async { Ok(()) })
    }
}

/// All who may hold on to records of others. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Holders(Arc<[Arc<dyn Holder>]>);

impl Holders {
    /// These.
    #[must_use]
    pub fn new(holders: impl IntoIterator<Item = Arc<dyn Holder>>) -> Self {
        Self(holders.into_iter().collect())
    }

    /// The first objection to a step.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn objection(&self, tx: &WriteTx, step: Step) -> Result<Option<Violation>, CommandError> {
        for holder in self.0.iter() {
            if let Some(objection) = holder.objection(tx, step).await? {
                return Ok(Some(objection));
            }
        }
        Ok(None)
    }

    /// Deletes what all of them keep below these records.
    ///
    /// # Errors
    /// Why those stay.
    pub async fn delete_below(
        &self,
        with: &RecordTx<'_>,
        kind: &'static str,
        ids: &[Uuid],
        batch: Uuid,
    ) -> Result<(), CommandError> {
        for holder in self.0.iter() {
            holder.delete_below(with, kind, ids, batch).await?;
        }
        Ok(())
    }

    /// Brings back what all of them keep below these records, as far as it was deleted in the same batch.
    ///
    /// # Errors
    /// Why it can't come back.
    pub async fn restore_below(
        &self,
        with: &RecordTx<'_>,
        kind: &'static str,
        ids: &[Uuid],
        batch: Uuid,
    ) -> Result<(), CommandError> {
        for holder in self.0.iter() {
            holder.restore_below(with, kind, ids, batch).await?;
        }
        Ok(())
    }

    /// Removes for good what all of them keep below these records.
    ///
    /// # Errors
    /// Why those stay.
    pub async fn force_delete_below(
        &self,
        with: &RecordTx<'_>,
        kind: &'static str,
        ids: &[Uuid],
    ) -> Result<(), CommandError> {
        for holder in self.0.iter() {
            holder.force_delete_below(with, kind, ids).await?;
        }
        Ok(())
    }
}

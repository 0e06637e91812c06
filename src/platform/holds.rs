//! Asking before a record changes under others' feet: a feature may hold on to another's record (books have been opened
//! on a contract), without that one knowing it. The record's own feature describes the step; whoever is registered
//! (`app.rs`) may object.

use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
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
    ) -> BoxFuture<'a, Result<Option<Violation>, CommandError>>;
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
}

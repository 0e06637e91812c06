//! Data loaders of one request, each made when it is first asked for: a live stream carries a request for as long as
//! it lives, and most never need one.

use std::{
    any::{Any, TypeId},
    sync::{Arc, Mutex, PoisonError},
};

use super::batch::Batches;
use crate::{actor::Actor, db::Db};

/// A loader that can be made for a request.
pub trait RequestLoader: Send + Sync + Sized + 'static {
    /// The loader over `db`, reading as `actor`.
    fn for_request(db: &Db, actor: &Actor) -> Self;
}

/// The loaders that a request has used so far.
#[derive(Default)]
pub struct Loaders(Mutex<Vec<(TypeId, Arc<dyn Any + Send + Sync>)>>);

impl Loaders {
    /// The loader of this kind, `new` when it is the first time.
    pub(super) fn get<L: RequestLoader>(&self, new: impl FnOnce() -> L) -> Arc<Batches<L>> {
        let mut made = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = TypeId::of::<L>();
        let known = made
            .iter()
            .find(|(known, _)| *known == kind)
            .map(|(_, loader)| Arc::clone(loader));
        if let Some(Ok(loader)) = known.map(Arc::downcast::<Batches<L>>) {
            return loader;
        }
        let loader = Arc::new(Batches::new(new()));
        made.push((kind, Arc::clone(&loader) as Arc<dyn Any + Send + Sync>));
        loader
    }
}

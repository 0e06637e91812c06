//! What resolvers of one level ask for, read together.
//!
//! Whoever asks first waits until everybody of the same level has asked: async-graphql polls all fields of a level
//! before any of them goes on, so one turn of the scheduler is enough, and a level costs what its statement costs. (The
//! loader of async-graphql waits a millisecond by a timer instead. The crate `dataloader` yields as well, but has no error
//! for a batch.)

use std::{
    any::{Any, TypeId},
    collections::{HashMap, HashSet},
    hash::Hash,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::dataloader::Loader;
use tokio::sync::OnceCell;

/// Keys in one statement at most: databases limit the values of a statement, SQLite to 32,766.
const MAX_KEYS: usize = 1_000;

/// A loader, and the batches of its kinds of keys that are still being filled.
pub struct Batches<L> {
    loader: L,
    open: Mutex<HashMap<TypeId, Arc<dyn Any + Send + Sync>>>,
}

struct Batch<K, V, E> {
    keys: Mutex<HashSet<K>>,
    answer: OnceCell<Result<HashMap<K, V>, E>>,
}

impl<L: Send + Sync + 'static> Batches<L> {
    /// Nothing asked for yet.
    pub fn new(loader: L) -> Self {
        Self {
            loader,
            open: Mutex::default(),
        }
    }

    /// What belongs to `key`, `None` when there is nothing. One statement reads it together with all that is asked for
    /// at the same time.
    ///
    /// # Errors
    /// The loader's, for everybody who asked in the same batch.
    pub async fn load_one<K>(&self, key: K) -> Result<Option<L::Value>, L::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K>,
        L::Error: Sync,
    {
        let batch = self.join(key.clone());
        // Where the one who reads for all is dropped half way, the next one does it. Not by tokio's budget: who is sent
        // away by it after 128 others have asked comes back too late.
        let answer = tokio::task::unconstrained(batch.answer.get_or_init(|| self.read(&batch))).await;
        match answer {
            Ok(found) => Ok(found.get(&key).cloned()),
            Err(error) => Err(error.clone()),
        }
    }

    fn join<K>(&self, key: K) -> Arc<Batch<K, L::Value, L::Error>>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K>,
        L::Error: Sync,
    {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.get(&TypeId::of::<K>()).map(Arc::clone);
        let batch = match known.map(Arc::downcast::<Batch<K, L::Value, L::Error>>) {
            Some(Ok(batch)) => batch,
            _ => {
                let batch = Arc::new(Batch {
                    keys: Mutex::default(),
                    answer: OnceCell::new(),
                });
                open.insert(
                    TypeId::of::<K>(),
                    Arc::clone(&batch) as Arc<dyn Any + Send + Sync>,
                );
                batch
            }
        };
        // Still under the lock of `open`: a batch that was closed gets no key any more.
        batch.lock_keys().insert(key);
        batch
    }

    async fn read<K>(
        &self,
        batch: &Arc<Batch<K, L::Value, L::Error>>,
    ) -> Result<HashMap<K, L::Value>, L::Error>
    where
        K: Send + Sync + Hash + Eq + Clone + 'static,
        L: Loader<K>,
        L::Error: Sync,
    {
        let mut asked = 0;
        loop {
            let now = batch.lock_keys().len();
            if now == asked {
                break;
            }
            asked = now;
            tokio::task::yield_now().await;
        }
        self.close(batch);
        let keys: Vec<K> = batch.lock_keys().iter().cloned().collect();
        let mut found = HashMap::with_capacity(keys.len());
        for some in keys.chunks(MAX_KEYS) {
            found.extend(self.loader.load(some).await?);
        }
        Ok(found)
    }

    /// Who asks from now on is in the next batch.
    fn close<K: 'static, V, E>(&self, batch: &Arc<Batch<K, V, E>>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let kind = TypeId::of::<K>();
        if open
            .get(&kind)
            .is_some_and(|known| std::ptr::addr_eq(Arc::as_ptr(known), Arc::as_ptr(batch)))
        {
            open.remove(&kind);
        }
    }
}

impl<K, V, E> Batch<K, V, E> {
    fn lock_keys(&self) -> std::sync::MutexGuard<'_, HashSet<K>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures_util::future::join_all;

    use super::*;

    /// Doubles numbers, refuses a batch with 13 in it, and counts how often it is asked.
    #[derive(Default)]
    struct Double(AtomicUsize);

    impl Loader<u32> for Double {
        type Value = u32;
        type Error = String;

        async fn load(&self, keys: &[u32]) -> Result<HashMap<u32, u32>, String> {
            self.0.fetch_add(1, Ordering::Relaxed);
            tokio::task::yield_now().await;
            if keys.contains(&13) {
                return Err("13".to_owned());
            }
            Ok(keys
                .iter()
                .filter(|key| **key < 5_000)
                .map(|key| (*key, key * 2))
                .collect())
        }
    }

    #[tokio::test]
    async fn what_is_asked_for_together_is_read_together() {
        let batches = Batches::new(Double::default());
        for round in 1..=2 {
            let answers = join_all((100..400).map(|key| batches.load_one(key / 3))).await;
            for (key, answer) in (100_u32..400).zip(answers) {
                assert_eq!(answer, Ok(Some(key / 3 * 2)));
            }
            assert_eq!(batches.loader.0.load(Ordering::Relaxed), round);
        }
        assert_eq!(batches.load_one(9_999).await, Ok(None));
    }

    #[tokio::test]
    async fn no_statement_gets_too_many_keys() {
        let batches = Batches::new(Double::default());
        let answers = join_all((100..2_600).map(|key| batches.load_one(key))).await;
        assert!(
            (100..2_600)
                .zip(answers)
                .all(|(key, answer)| answer == Ok(Some(key * 2)))
        );
        assert_eq!(batches.loader.0.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn an_error_is_told_to_all_who_asked_with_it_and_to_nobody_after() {
        let batches = Batches::new(Double::default());
        let answers = join_all([1, 13].map(|key| batches.load_one(key))).await;
        assert_eq!(answers, [Err("13".to_owned()), Err("13".to_owned())]);
        assert_eq!(batches.load_one(1).await, Ok(Some(2)));
    }

    #[tokio::test]
    async fn whoever_reads_for_all_may_go_away() {
        let batches = Batches::new(Double::default());
        let mut first = Box::pin(batches.load_one(1));
        assert!(futures_util::poll!(first.as_mut()).is_pending());
        let mut second = Box::pin(batches.load_one(2));
        assert!(futures_util::poll!(second.as_mut()).is_pending());
        drop(first);
        assert_eq!(second.await, Ok(Some(4)));
    }
}

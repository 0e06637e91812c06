//! Documents kept by their text.

use std::sync::Arc;

use quick_cache::{Weighter, sync::Cache};
use tokio::sync::Semaphore;

use super::{Document, DocumentSchema, compile, refused::Refused};
use crate::{
    crypto::sha256,
    graphql::limits::{Limits, Refusal, count_tokens},
    metrics,
};

/// Memory for documents, in bytes, by what they weigh.
const CAPACITY: u64 = 16 * 1024 * 1024;
/// How many documents are expected: only a hint.
const EXPECTED: usize = 1_000;
/// What an entry takes besides, and each error of one that was refused, in bytes.
const OVERHEAD: u64 = 1_000;
const ERROR_BYTES: u64 = 2_000;
/// Longer documents are read beside the async threads, one after the other: validation may take some ten milliseconds.
const SHORT: usize = 2 * 1024;

type Outcome = Result<Arc<Document>, Refused>;
type Key = [u8; 32];

#[derive(Debug, Clone)]
struct Weights;

impl Weighter<Key, Outcome> for Weights {
    fn weight(&self, _: &Key, outcome: &Outcome) -> u64 {
        OVERHEAD
            + match outcome {
                Ok(document) => document.weight,
                Err(Refused::Invalid(errors)) => errors.len() as u64 * ERROR_BYTES,
                Err(Refused::Limit(_)) => 0,
            }
    }
}

/// Reads documents, and keeps what it found. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Documents(Arc<Parts>);

#[derive(Debug)]
struct Parts {
    schema: DocumentSchema,
    limits: Limits,
    kept: Cache<Key, Outcome, Weights>,
    /// Its only permit is held by the thread that reads.
    lane: Arc<Semaphore>,
}

impl Documents {
    /// None yet.
    #[must_use]
    pub fn new(schema: DocumentSchema, limits: Limits) -> Self {
        Self(Arc::new(Parts {
            schema,
            limits,
            kept: Cache::with_weighter(EXPECTED, CAPACITY, Weights),
            lane: Arc::new(Semaphore::new(1)),
        }))
    }

    /// The schema that documents are read by.
    #[must_use]
    pub fn schema(&self) -> &DocumentSchema {
        &self.0.schema
    }

    /// The document with this text: the one that is kept, or a new one. Those who ask for the same at once wait for one
    /// reading.
    ///
    /// # Errors
    /// Why it can't be run; that is kept, too.
    pub async fn get(&self, text: String) -> Outcome {
        let key = sha256(text.as_bytes());
        let mut lookup = "hit";
        let reading = async {
            lookup = "miss";
            // What has too many tokens isn't worth a place: told, and not kept.
            let tokens = count_tokens(&text, &self.0.limits)?;
            Ok::<_, Refusal>(self.read(text, tokens).await)
        };
        let found = self.0.kept.get_or_insert_async(&key, reading).await;
        metrics::CACHE_LOOKUPS.count(["documents", lookup]);
        found?
    }

    async fn read(&self, text: String, tokens: usize) -> Outcome {
        if text.len() <= SHORT {
            return compile::document(&self.0.schema, &text, tokens, &self.0.limits).map(Arc::new);
        }
        let parts = Arc::clone(&self.0);
        let turn = Arc::clone(&parts.lane).acquire_owned().await;
        let read = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            compile::document(&parts.schema, &text, tokens, &parts.limits).map(Arc::new)
        });
        match read.await {
            Ok(outcome) => outcome,
            Err(panicked) => {
                let error = anyhow::anyhow!("a document could not be read: {panicked}");
                let error = crate::graphql::internal(error);
                Err(Refused::Invalid(vec![
                    error.into_server_error(Default::default()),
                ]))
            }
        }
    }
}

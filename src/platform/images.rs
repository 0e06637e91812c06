//! Pictures: what the `pictures` crate makes, run off the async threads, with as many in work as there are cores.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

pub use pictures::{
    EncodedRendition, ImageError, MAX_BYTES, ProcessedImage, RenditionFormat, SourceFormat, UnknownFormat,
    process,
};

/// How many pictures may wait for each one in work. Each holds at most 10 MB.
const WAITING_PER_CORE: usize = 8;

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The file is at fault.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Too many pictures wait already: the sender should come back in a few seconds.
    #[error("Too many pictures are being processed. Try again in a few seconds.")]
    Busy,
}

/// The one place where pictures are decoded. Clones share the places.
#[derive(Clone, Debug)]
pub struct Workshop {
    working: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Default for Workshop {
    fn default() -> Self {
        Self::new(std::thread::available_parallelism().map_or(2, usize::from))
    }
}

impl Workshop {
    /// A workshop with this many benches.
    pub fn new(cores: usize) -> Self {
        let cores = cores.max(1);
        Self {
            working: Arc::new(Semaphore::new(cores)),
            waiting: Arc::new(Semaphore::new(cores * (1 + WAITING_PER_CORE))),
        }
    }

    /// Processes one picture. A caller that goes away frees its place when the work is done, not before: the
    /// thread can't be stopped, and a freed place would let more in than there are cores.
    pub async fn process(&self, bytes: Bytes) -> Result<ProcessedImage, WorkshopError> {
        let waiting = self
            .waiting
            .clone()
            .try_acquire_owned()
            .map_err(|_| WorkshopError::Busy)?;
        let working = self
            .working
            .clone()
            .acquire_owned()
            .await
            .map_err(|_| WorkshopError::Busy)?;
        let job = tokio::task::spawn_blocking(move || {
            let result = process(&bytes);
            drop((working, waiting));
            result
        });
        match job.await {
            Ok(result) => Ok(result?),
            // A decoder that panics on a hostile file has refused it, in its own way.
            Err(error) => {
                tracing::warn!(%error, "an image decoder panicked");
                Err(ImageError::Damaged.into())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn senders_are_turned_away_when_it_is_full() {
        let workshop = Workshop::new(1);
        let mut file = std::io::Cursor::new(Vec::new());
        image::RgbImage::new(640, 480)
            .write_to(&mut file, image::ImageFormat::Jpeg)
            .unwrap();
        let file = Bytes::from(file.into_inner());
        let calls = (0..30).map(|_| workshop.process(file.clone()));
        let results = futures_util::future::join_all(calls).await;
        let busy = results
            .iter()
            .filter(|r| matches!(r, Err(WorkshopError::Busy)))
            .count();
        assert!(busy > 0 && busy < 30, "{busy} turned away");
        assert!(workshop.process(file).await.is_ok(), "places are given back");
    }
}

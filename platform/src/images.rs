//! Pictures: what the `pictures` crate makes, run off the async threads, with as many in work as there are cores and as
//! much memory as is set aside for them all.

use std::sync::Arc;

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{memory, metrics};

use crate::message;
use crate::messages::Message;
pub use pictures::{
    EncodedRendition, ImageError, MAX_BYTES, ProcessedImage, RenditionFormat, SourceFormat, UnknownFormat,
};
use pictures::{MAX_MEMORY, memory_needed, process};

/// The unit in which memory is set aside, in bytes: what is left of one isn't counted.
const SHARE: u64 = 1024;

/// How many pictures may wait for each one in work. Each holds at most 10 MB.
const WAITING_PER_CORE: usize = 8;

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum WorkshopError {
    /// The file is at fault.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// Too many pictures wait already: the sender should come back in a few seconds.
    #[error("too many pictures are being processed")]
    Busy,
}

/// The one place where pictures are decoded. Clones share the places.
#[derive(Clone, Debug)]
pub struct Workshop {
    working: Arc<Semaphore>,
    /// What all jobs together may take: as much as the largest picture that is accepted.
    memory: Arc<Semaphore>,
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
            memory: Arc::new(Semaphore::new(shares(MAX_MEMORY) as usize)),
            waiting: Arc::new(Semaphore::new(cores * (1 + WAITING_PER_CORE))),
        }
    }

    /// Processes one picture. A caller that goes away frees its place when the work is done, not before: the
    /// thread can't be stopped, and a freed place would let more in than there are cores.
    pub async fn process(&self, bytes: Bytes) -> Result<ProcessedImage, WorkshopError> {
        let started = metrics::now();
        let made = self.process_unwatched(bytes).await;
        let outcome = match &made {
            Ok(_) => "done",
            Err(WorkshopError::Image(_)) => "refused",
            Err(WorkshopError::Busy) => "busy",
        };
        metrics::IMAGE_SECONDS.observe_since(started, [outcome]);
        made
    }

    async fn process_unwatched(&self, bytes: Bytes) -> Result<ProcessedImage, WorkshopError> {
        let waiting = Arc::clone(&self.waiting).try_acquire_owned();
        let waiting = waiting.map_err(|_| WorkshopError::Busy)?;
        let working = Arc::clone(&self.working).acquire_owned().await;
        let working = working.map_err(|_| WorkshopError::Busy)?;
        let check = move || memory_needed(&bytes).map(|needed| (needed, bytes));
        let (needed, bytes) = tokio::task::spawn_blocking(check).await.map_err(panicked)??;
        // Told from the header: a job waits for its share of memory, and whoever came before it is served before it.
        let memory = Arc::clone(&self.memory).acquire_many_owned(shares(needed)).await;
        let memory = memory.map_err(|_| WorkshopError::Busy)?;
        let job = tokio::task::spawn_blocking(move || {
            let result = process(&bytes);
            drop(bytes);
            memory::give_back();
            drop((memory, working, waiting));
            result
        });
        Ok(job.await.map_err(panicked)??)
    }
}

/// What the person who chose the file is told.
#[must_use]
pub fn image_message(error: &ImageError) -> Message {
    match error {
        ImageError::Empty => message!("image-empty"),
        ImageError::TooManyBytes => message!("image-too-large"),
        ImageError::Unsupported { found } => {
            message!("image-unsupported", found = found.unwrap_or("unknown"))
        }
        ImageError::TooManyPixels { width, height } => {
            message!("image-too-many-pixels", width = *width, height = *height)
        }
        ImageError::TooMuchMemory => message!("image-too-much-memory"),
        ImageError::Truncated => message!("image-truncated"),
        ImageError::Drawing(why) => message!("image-drawing", why = *why),
        ImageError::Damaged => message!("image-damaged"),
    }
}

/// A decoder that panics on a hostile file has refused it, in its own way.
fn panicked(error: tokio::task::JoinError) -> ImageError {
    tracing::warn!(%error, "an image decoder panicked");
    ImageError::Damaged
}

fn shares(bytes: u64) -> u32 {
    u32::try_from(bytes.min(MAX_MEMORY) / SHARE).unwrap_or(u32::MAX)
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

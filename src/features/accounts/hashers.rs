//! Where passwords are hashed and judged: on blocking threads, as many at once as there are cores, behind a queue that ends.

use std::{sync::Arc, time::Duration};

use tokio::sync::Semaphore;

use platform::error::CommandError;

/// When to come again while the queue is full.
const BUSY_FOR: Duration = Duration::from_secs(3);

/// Each hash takes 19 MiB and a core for its whole time, so more at once than there are cores would only make all of them
/// slower, and take memory without bound.
#[derive(Debug)]
pub(super) struct Hashers {
    cores: Arc<Semaphore>,
    queue: Semaphore,
}

impl Hashers {
    pub(super) fn new(cores: usize, waiting: usize) -> Self {
        Self {
            cores: Arc::new(Semaphore::new(cores)),
            queue: Semaphore::new(waiting),
        }
    }

    /// Runs `work` when its turn comes. Who stops waiting loses the place in the queue; work that has begun keeps its core
    /// until it is done, whether somebody still waits for it or not.
    ///
    /// # Errors
    /// [`CommandError::RateLimited`] when the queue is full; otherwise what `work` answers.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, CommandError> {
        let place = self.queue.try_acquire().map_err(|_| CommandError::RateLimited {
            retry_after: BUSY_FOR,
        })?;
        let core = Arc::clone(&self.cores)
            .acquire_owned()
            .await
            .map_err(anyhow::Error::from)?;
        drop(place);
        let done = tokio::task::spawn_blocking(move || {
            let _core = core;
            work()
        });
        Ok(done.await.map_err(anyhow::Error::from)??)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc,
    };

    use super::*;

    /// Work that says when it begins, and ends when it is told to.
    struct Bench {
        hashers: Arc<Hashers>,
        running: Arc<AtomicUsize>,
        most: Arc<AtomicUsize>,
        begun: tokio::sync::mpsc::UnboundedSender<mpsc::Sender<()>>,
    }

    impl Bench {
        fn spawn(&self) -> tokio::task::JoinHandle<Result<(), CommandError>> {
            let hashers = Arc::clone(&self.hashers);
            let (running, most) = (Arc::clone(&self.running), Arc::clone(&self.most));
            let begun = self.begun.clone();
            tokio::spawn(async move {
                let work = move || {
                    let now = running.fetch_add(1, Ordering::SeqCst) + 1;
                    most.fetch_max(now, Ordering::SeqCst);
                    let (end, ended) = mpsc::channel();
                    begun.send(end).unwrap();
                    ended.recv().unwrap();
                    running.fetch_sub(1, Ordering::SeqCst);
                    Ok(())
                };
                hashers.run(work).await
            })
        }
    }

    fn bench(
        cores: usize,
        waiting: usize,
    ) -> (Bench, tokio::sync::mpsc::UnboundedReceiver<mpsc::Sender<()>>) {
        let (begun, began) = tokio::sync::mpsc::unbounded_channel();
        let bench = Bench {
            hashers: Arc::new(Hashers::new(cores, waiting)),
            running: Arc::default(),
            most: Arc::default(),
            begun,
        };
        (bench, began)
    }

    #[tokio::test]
    async fn who_hangs_up_leaves_the_core_to_the_work_that_goes_on() {
        let (bench, mut began) = bench(2, 100);
        for _ in 0..30 {
            let (one, other) = (bench.spawn(), bench.spawn());
            let ends = [began.recv().await.unwrap(), began.recv().await.unwrap()];
            one.abort();
            other.abort();
            // Both cores are taken still: the next has to wait.
            let next = bench.spawn();
            tokio::task::yield_now().await;
            assert_eq!(bench.running.load(Ordering::SeqCst), 2);
            for end in ends {
                end.send(()).unwrap();
            }
            began.recv().await.unwrap().send(()).unwrap();
            next.await.unwrap().unwrap();
        }
        assert_eq!(bench.most.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_full_queue_says_when_to_come_again() {
        let (bench, mut began) = bench(1, 3);
        let first = bench.spawn();
        let end = began.recv().await.unwrap();
        let waiting: Vec<_> = (0..3).map(|_| bench.spawn()).collect();
        while bench.hashers.queue.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        let refused = bench.spawn().await.unwrap();
        assert!(matches!(refused, Err(CommandError::RateLimited { retry_after }) if retry_after == BUSY_FOR));
        // Who gives up makes room.
        waiting[0].abort();
        while bench.hashers.queue.available_permits() == 0 {
            tokio::task::yield_now().await;
        }
        let late = bench.spawn();
        end.send(()).unwrap();
        first.await.unwrap().unwrap();
        for task in waiting.into_iter().skip(1).chain([late]) {
            began.recv().await.unwrap().send(()).unwrap();
            task.await.unwrap().unwrap();
        }
    }
}

//! Heavy operations: what may compute for longer than an async thread can spare runs on threads of its own, so that everybody
//! else is answered meanwhile.

use std::{io, sync::Arc, time::Duration};

use tokio::{runtime::Runtime, sync::Semaphore};
use tokio_util::task::AbortOnDropHandle;
use tracing::Instrument;

use platform::graphql::document::{Cost, Plan};

/// From so many fields and thousands of characters on an operation may compute for longer than 10 ms.
const HEAVY: u64 = 1_500;
/// How many KB the answers of all that run at a time may take together.
const AT_A_TIME: u32 = 100_000;
/// Fields of a cost in a KB of an answer while it is put together: five in truth, and lists hold a twentieth of their bound.
const FIELDS_IN_A_KB: u64 = 100;

/// The threads of heavy operations, and how much of the memory for their answers is free.
pub(super) struct HeavyOperations {
    /// `None` once dropped only.
    runtime: Option<Runtime>,
    free: Arc<Semaphore>,
}

/// Whether a plan that costs so much is better run beside the async threads. The schema itself is thousands of fields.
pub(super) fn is_heavy(plan: &Plan, cost: Cost) -> bool {
    cost.fields.saturating_add(cost.text) >= HEAVY || plan.introspects()
}

/// Why a heavy operation has no outcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRun {
    /// Its turn didn't come.
    TookTooLong,
    /// It panicked, which the panic hook has logged.
    Panicked,
}

impl HeavyOperations {
    /// As many threads as there are cores, each with a stack of so many bytes.
    ///
    /// # Errors
    /// When the system gives none.
    pub(super) fn start(stack: usize) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .thread_name("heavy")
            .thread_stack_size(stack)
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
            free: Arc::new(Semaphore::new(AT_A_TIME as usize)),
        })
    }

    /// Runs `work` when there is room for its answer, in the order of coming. It ends when nobody waits for it any more.
    ///
    /// # Errors
    /// When its turn doesn't come within `patience`, or it panics.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        cost: Cost,
        patience: Duration,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, NotRun> {
        let kilobytes = (cost.fields / FIELDS_IN_A_KB).saturating_add(cost.text);
        let share = u32::try_from(kilobytes).unwrap_or(AT_A_TIME).min(AT_A_TIME);
        let turn = Arc::clone(&self.free).acquire_many_owned(share);
        let (Ok(Ok(turn)), Some(runtime)) = (tokio::time::timeout(patience, turn).await, &self.runtime)
        else {
            return Err(NotRun::TookTooLong);
        };
        let work = async move {
            let _turn = turn;
            work.await
        };
        let running = runtime.spawn(work.instrument(tracing::Span::current()));
        AbortOnDropHandle::new(running)
            .await
            .map_err(|_| NotRun::Panicked)
    }
}

impl Drop for HeavyOperations {
    fn drop(&mut self) {
        // Whoever drops it may be an async thread, which can't wait for others to end.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

//! A subscriber's bounded queue. Small, since there are thousands; filled under a lock that is never held across
//! an await.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use futures_util::task::AtomicWaker;

/// Events that may wait for a reader before it must catch up from the log.
const CAPACITY: usize = 64;

/// What waits for a reader.
#[derive(Debug)]
pub(super) enum Mail<E> {
    /// The next event, with its position.
    Event(i64, Arc<E>),
    /// Read the log from the last position seen up to this one.
    Reread(i64),
    /// The session ended.
    Ended,
}

#[derive(Debug)]
pub(super) struct Mailbox<E> {
    state: Mutex<State<E>>,
    waker: AtomicWaker,
}

#[derive(Debug)]
struct State<E> {
    queue: VecDeque<(i64, Arc<E>)>,
    /// What the queue no longer holds, up to this position, is to be read from the log.
    reread: Option<i64>,
    ended: bool,
}

impl<E> Mailbox<E> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                reread: None,
                ended: false,
            }),
            waker: AtomicWaker::new(),
        }
    }

    /// Puts an event in; a full queue is emptied and marked instead, since the log has it all.
    pub(super) fn put(&self, position: i64, event: &Arc<E>) {
        {
            let mut state = self.state();
            if state.ended {
                return;
            }
            if state.reread.is_some() || state.queue.len() >= CAPACITY {
                state.reread_up_to(position);
            } else {
                state.queue.push_back((position, Arc::clone(event)));
            }
        }
        self.waker.wake();
    }

    /// Has the reader read the log up to `position` in place of all that waits, because its rights have changed.
    pub(super) fn reread(&self, position: i64) {
        self.state().reread_up_to(position);
        self.waker.wake();
    }

    /// Ends the stream.
    pub(super) fn end(&self) {
        {
            let mut state = self.state();
            state.ended = true;
            state.queue = VecDeque::new();
        }
        self.waker.wake();
    }

    /// What goes before any event that the reader already holds: the end, or reading anew. The latter is told once.
    pub(super) fn take_urgent(&self) -> Option<Mail<E>> {
        self.state().urgent()
    }

    /// Takes the next mail, once there is some. Taking [`Mail::Reread`] opens the queue again: what is put in from
    /// then on is kept.
    pub(super) async fn take(&self) -> Mail<E> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Mail<E>> {
        self.waker.register(cx.waker());
        let mut state = self.state();
        if let Some(urgent) = state.urgent() {
            return Poll::Ready(urgent);
        }
        match state.queue.pop_front() {
            Some((position, event)) => {
                if state.queue.is_empty() {
                    // A burst's memory is given back.
                    state.queue = VecDeque::new();
                }
                Poll::Ready(Mail::Event(position, event))
            }
            None => Poll::Pending,
        }
    }

    fn state(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> State<E> {
    fn reread_up_to(&mut self, position: i64) {
        self.queue = VecDeque::new();
        self.reread = Some(position);
    }

    fn urgent(&mut self) -> Option<Mail<E>> {
        if self.ended {
            return Some(Mail::Ended);
        }
        self.reread.take().map(Mail::Reread)
    }
}

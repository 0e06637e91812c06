//! A subscriber's bounded queue. Small, since there are thousands; filled under a lock that is never held across
//! an await.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
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
    /// More came than the queue holds: read the log from the last position seen.
    Lagged,
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
    lagged: bool,
    ended: bool,
}

impl<E> Mailbox<E> {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                queue: VecDeque::new(),
                lagged: false,
                ended: false,
            }),
            waker: AtomicWaker::new(),
        }
    }

    /// Puts an event in; a full queue is emptied and marked instead, since the log has it all.
    pub(super) fn put(&self, position: i64, event: &Arc<E>) {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if state.lagged || state.ended {
                return;
            }
            if state.queue.len() >= CAPACITY {
                state.queue = VecDeque::new();
                state.lagged = true;
            } else {
                state.queue.push_back((position, Arc::clone(event)));
            }
        }
        self.waker.wake();
    }

    /// Ends the stream.
    pub(super) fn end(&self) {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.ended = true;
            state.queue = VecDeque::new();
        }
        self.waker.wake();
    }

    /// Takes the next mail, once there is some. Taking [`Mail::Lagged`] opens the queue again: what is put in from
    /// then on is kept.
    pub(super) async fn take(&self) -> Mail<E> {
        std::future::poll_fn(|cx| self.poll(cx)).await
    }

    fn poll(&self, cx: &mut Context<'_>) -> Poll<Mail<E>> {
        self.waker.register(cx.waker());
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if state.ended {
            return Poll::Ready(Mail::Ended);
        }
        if state.lagged {
            state.lagged = false;
            return Poll::Ready(Mail::Lagged);
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
}

//! Which sessions have streams or sockets here, and telling them when they end.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use tokio::sync::Notify;

use crate::actor::{AccountId, SessionId};

/// The sessions in use on this instance.
#[derive(Debug, Default)]
pub(super) struct Sessions(Mutex<HashMap<SessionId, Entry>>);

#[derive(Debug)]
struct Entry {
    account: AccountId,
    watchers: usize,
    end: Arc<End>,
}

#[derive(Debug, Default)]
struct End {
    ended: AtomicBool,
    notify: Notify,
}

/// Resolves when one session ends; forgets it when dropped.
#[derive(Debug)]
pub(super) struct Watch {
    sessions: Arc<Sessions>,
    session: SessionId,
    end: Arc<End>,
}

impl Sessions {
    pub(super) fn watch(self: &Arc<Self>, session: SessionId, account: AccountId) -> Watch {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = map.entry(session).or_insert_with(|| Entry {
            account,
            watchers: 0,
            end: Arc::default(),
        });
        entry.watchers += 1;
        Watch {
            sessions: Arc::clone(self),
            session,
            end: Arc::clone(&entry.end),
        }
    }

    /// The sessions that somebody watches.
    pub(super) fn watched(&self) -> Vec<SessionId> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .keys()
            .copied()
            .collect()
    }

    /// Ends the sessions that `which` names, and says which they were.
    pub(super) fn end(&self, which: impl Fn(SessionId, AccountId) -> bool) -> Vec<SessionId> {
        let mut ended = Vec::new();
        for (&session, entry) in &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            if which(session, entry.account) && !entry.end.ended.swap(true, Ordering::AcqRel) {
                entry.end.notify.notify_waiters();
                ended.push(session);
            }
        }
        ended
    }

    /// Ends those who watch the session now; it goes on for those who come later.
    pub(super) fn end_present(&self, session: SessionId) {
        let mut map = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = map.get_mut(&session) {
            let present = std::mem::take(&mut entry.end);
            present.ended.store(true, Ordering::Release);
            present.notify.notify_waiters();
        }
    }
}

impl Watch {
    /// Resolves when the session has ended.
    pub(super) async fn ended(&self) {
        let notified = self.end.notify.notified();
        if self.end.ended.load(Ordering::Acquire) {
            return;
        }
        notified.await;
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut map = self.sessions.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = map.get_mut(&self.session) {
            entry.watchers -= 1;
            if entry.watchers == 0 {
                map.remove(&self.session);
            }
        }
    }
}

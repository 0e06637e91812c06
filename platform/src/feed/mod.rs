//! The live feed: from rows of the event log to subscribers, in order, missing nothing.
//!
//! One tailer an instance ([`tail`]) reads the log behind the last position it delivered, has what the rows name
//! loaded once for everybody ([`FeedSource::load`]), and hands it to the [`Hub`], which gives each subscriber what
//! it may see. A subscriber that is behind (new with an old cursor, or slower than its bounded queue) reads the log
//! itself under its own rights ([`FeedSource::replay`]) until it has caught up. What an event is *of* is the
//! source's business.

mod cursor;
mod hub;
mod listener;
mod mailbox;
mod relay;
mod sessions;
mod subscription;
mod tailer;

use std::sync::Arc;

use futures_util::future::BoxFuture;
use uuid::Uuid;

pub use cursor::{FeedCursor, later_of};
pub use hub::Hub;
pub use subscription::{Item, Subscription};
pub use tailer::{Tailer, purge};

use super::{
    actor::{AccountId, ClientId, SessionId},
    events,
};

/// Who may see an event, as of when it was loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Audience {
    /// This client: the project's owner now, or the one the event names.
    pub client: Option<ClientId>,
    /// This account.
    pub account: Option<AccountId>,
    /// The staff.
    pub staff: bool,
    /// The project it is about: streams of one project get its events alone.
    pub project: Option<Uuid>,
}

/// What a row of the log does besides being seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Control {
    /// A session ended: its streams and sockets end.
    SessionEnded(SessionId),
    /// A session goes on with new tokens: streams and sockets that the former ones opened end.
    TokensReplaced(SessionId),
    /// An account may no longer sign in.
    AccountEnded(AccountId),
    /// Something is no longer this client's: what waits for its streams is judged anew.
    RightsLost(ClientId),
}

/// A row of the log with what it names.
#[derive(Debug)]
pub struct Loaded<E> {
    /// Its place.
    pub position: i64,
    /// Who may see it.
    pub audience: Audience,
    /// What it does.
    pub control: Option<Control>,
    /// What is seen; `None` for control rows and for what has been deleted since.
    pub event: Option<Arc<E>>,
}

/// Who reads a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reader {
    /// The account.
    pub account: AccountId,
    /// The session, whose end ends the stream.
    pub session: SessionId,
    /// The client profile, for clients.
    pub client: Option<ClientId>,
    /// Whether the reader sees what the staff sees.
    pub staff: bool,
    /// Events of this project alone.
    pub project: Option<Uuid>,
}

impl Reader {
    /// Whether this reader may see what has this audience.
    #[must_use]
    pub fn may_see(&self, audience: &Audience) -> bool {
        let in_scope = self.project.is_none() || self.project == audience.project;
        let for_me = (self.staff && audience.staff)
            || audience.account == Some(self.account)
            || (self.client.is_some() && audience.client == self.client);
        in_scope && for_me
    }
}

/// Knows what events are of.
pub trait FeedSource: Send + Sync + 'static {
    /// An event with the records it names.
    type Event: Send + Sync + 'static;

    /// Loads what the rows name, once for all readers: a statement a kind of record, not a row. One answer a row, in
    /// their order.
    fn load(&self, rows: Vec<events::Model>) -> BoxFuture<'_, anyhow::Result<Vec<Loaded<Self::Event>>>>;

    /// The rows behind `after`, up to `until`, that `reader` may see today, oldest first, `limit` at most.
    fn replay(
        &self,
        reader: Reader,
        after: i64,
        until: i64,
        limit: u64,
    ) -> BoxFuture<'_, anyhow::Result<Vec<events::Model>>>;

    /// Which of these sessions are still good.
    fn living_sessions(&self, sessions: Vec<SessionId>) -> BoxFuture<'_, anyhow::Result<Vec<SessionId>>>;
}

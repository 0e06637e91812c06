//! Telling people what happened, without the teller knowing how: a feature announces in its own transaction, and
//! whoever is registered (`app.rs`) turns it into an inbox entry, a push and an e-mail.

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{
    actor::{AccountId, ClientId},
    crypto::Keys,
    db::{Db, WriteTx},
    events::EventKind,
};

/// Something that a client is told.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// What happened, such as `ProjectUpdatePosted`: chooses the words.
    pub kind: EventKind,
    /// Whom to tell.
    pub client: ClientId,
    /// The project it is about.
    pub project: Option<Uuid>,
    /// The record it is about: kind and id. One record is announced once a kind.
    pub record: (&'static str, Uuid),
    /// What the words are filled with: an object.
    pub data: serde_json::Value,
}

/// What was removed for good, and must not be told of any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Forgotten {
    /// A record, by its id.
    Record(Uuid),
    /// Everything that an account was told.
    Account(AccountId),
}

/// Turns announcements into messages.
pub trait Announcer: std::fmt::Debug + Send + Sync {
    /// Writes the messages as part of `tx`.
    fn announce_in_tx<'a>(
        &'a self,
        tx: &'a WriteTx,
        keys: &'a Keys,
        announcement: Announcement,
    ) -> BoxFuture<'a, anyhow::Result<()>>;

    /// What an account was told and is still kept, as it is given to the person: by id, the oldest first, a page behind `after`.
    fn told<'a>(
        &'a self,
        db: &'a Db,
        account: AccountId,
        after: Option<Uuid>,
    ) -> BoxFuture<'a, anyhow::Result<Vec<(Uuid, serde_json::Value)>>> {
        let _ = (db, account, after);
        Box::pin(std::future::ready(Ok(Vec::new())))
    }

    /// Removes, as part of `tx`, what was kept of announcements about what is now gone. Who keeps nothing has nothing
    /// to forget.
    fn forget_in_tx<'a>(&'a self, tx: &'a WriteTx, gone: Forgotten) -> BoxFuture<'a, anyhow::Result<()>> {
        let _ = (tx, gone);
        Box::pin(std::future::ready(Ok(())))
    }
}

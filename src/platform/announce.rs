//! Telling people what happened, without the teller knowing how: a feature announces in its own transaction, and
//! whoever is registered (`app.rs`) turns it into an inbox entry, a push and an e-mail.

use futures_util::future::BoxFuture;
use uuid::Uuid;

use super::{actor::ClientId, crypto::Keys, db::WriteTx};

/// Something that a client is told.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// What happened, such as `ProjectUpdatePosted`: chooses the words.
    pub kind: &'static str,
    /// Whom to tell.
    pub client: ClientId,
    /// The project it is about.
    pub project: Option<Uuid>,
    /// The record it is about: kind and id. One record is announced once a kind.
    pub record: (&'static str, Uuid),
    /// What the words are filled with: an object.
    pub data: serde_json::Value,
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
}

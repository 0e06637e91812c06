//! Everything that is kept of a client, as one file to take home: handed out as a short-lived address that belongs to the
//! sign-in that asked for it, and made while it is taken ([`platform::export::archive`]). Nothing of it is kept here.

mod contents;
mod rows;

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Semaphore;

use self::contents::Contents;
use crate::features::{
    accounts::actor_of_session,
    billing::papers::Papers,
    clients::{Clients, addressee},
    media::Media,
};
use platform::{
    actor::{Actor, ClientId, SessionId},
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::CommandError,
    export::{GOOD_FOR, Parts, SignedExport},
    record::RecordEntity,
    signed_url::{Action, Grant, Refusal, SignedQuery, expiry_in},
};

/// Archives that are taken at a time; each has one file in memory, 10 MB at most.
const AT_ONCE: usize = 4;

/// Why an address opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It isn't ours, or it is too old.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The sign-in that it was made for has ended, or may not have it any more.
    #[error("the sign-in that asked for this archive has ended")]
    SessionEnded,
    /// The client is gone.
    #[error("there is no such client")]
    NotFound,
    /// Others are taking theirs.
    #[error("too many archives are being taken")]
    Busy,
    /// Our own fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// An archive that its reader may have.
pub struct Opened {
    /// Its files.
    pub parts: Box<dyn Parts>,
    /// What it is called; plain ASCII.
    pub file_name: String,
    /// Whose sign-in it belongs to.
    pub session: SessionId,
    client: ClientId,
    actor: Actor,
}

/// Makes archives. Cheap to clone; one for the whole server.
#[derive(Debug, Clone)]
pub struct Archives {
    ctx: Ctx,
    media: Media,
    papers: Papers,
    places: Arc<Semaphore>,
}

impl Archives {
    /// Puts the tools together.
    #[must_use]
    pub fn new(ctx: Ctx, media: Media, papers: Papers) -> Self {
        Self {
            ctx,
            media,
            papers,
            places: Arc::new(Semaphore::new(AT_ONCE)),
        }
    }

    /// Opens what an address names: `file` is the last part of its path, such as `cli_….tar.gz`.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(&self, file: &str, query: Option<&str>) -> Result<Opened, OpenError> {
        let id = file
            .strip_suffix(ENDING)
            .and_then(|text| ClientId::parse(text).ok());
        let id = id.ok_or(OpenError::NotFound)?;
        let signed = SignedQuery::parse(query);
        let now = self.ctx.clock.now();
        grant(&path(id), &signed.audience, signed.expires).verify(&self.ctx.keys, now, &signed.signature)?;
        // What we signed is a session.
        let session = SessionId::parse(&signed.audience).map_err(|_| Refusal::Forged)?;
        let actor = self.reader(session, id).await?.ok_or(OpenError::SessionEnded)?;
        let found = addressee(self.ctx.db.reader(), id)
            .await
            .map_err(anyhow::Error::from)?;
        let (client, account) = found.ok_or(OpenError::NotFound)?;
        let place = Arc::clone(&self.places).try_acquire_owned();
        let place = place.map_err(|_| OpenError::Busy)?;
        let day = now.with_timezone(&self.ctx.config.time_zone).date_naive();
        let contents = Contents::new(
            self.ctx.clone(),
            self.media.clone(),
            self.papers.clone(),
            (client, account),
            place,
        );
        Ok(Opened {
            parts: Box::new(contents),
            file_name: format!("{id}-{day}{ENDING}"),
            session,
            client: id,
            actor,
        })
    }

    /// Whether a sign-in may still have an opened archive.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn is_allowed(&self, session: SessionId, client: ClientId) -> anyhow::Result<bool> {
        Ok(self.reader(session, client).await?.is_some())
    }

    /// Notes in the audit log who takes whose data, before its first byte is sent.
    ///
    /// # Errors
    /// When the database refuses: then nothing may be sent.
    pub async fn note_download(&self, opened: &Opened) -> anyhow::Result<()> {
        let (file, actor) = (&opened.file_name, &opened.actor);
        write_tx!(&self.ctx, |tx| {
            let changes = json!({ "file": { "old": null, "new": file } });
            let (kind, id) = (Clients::KIND, opened.client.0);
            audit::write_in_tx(tx, actor, AuditAction::Export, kind, id, changes);
            Ok::<_, sea_orm::DbErr>(())
        })?;
        Ok(())
    }

    /// Whoever is signed in and may have a client's archive: the client, and the staff.
    async fn reader(&self, session: SessionId, client: ClientId) -> anyhow::Result<Option<Actor>> {
        let actor = actor_of_session(&self.ctx, session).await?;
        Ok(actor.filter(|actor| actor.is_staff() || actor.client_id() == Some(client)))
    }

    /// When the archive's files were made.
    #[must_use]
    pub fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.ctx.clock.now()
    }
}

impl Opened {
    /// Whose data it is.
    #[must_use]
    pub fn client(&self) -> ClientId {
        self.client
    }
}

const ENDING: &str = ".tar.gz";

/// Where a client's archive is fetched by the caller's own sign-in, for ten minutes. The caller has checked that `actor` may.
///
/// # Errors
/// UNAUTHENTICATED for whoever has no sign-in.
pub fn sign(ctx: &Ctx, actor: &Actor, client: ClientId) -> Result<SignedExport, CommandError> {
    let account = actor.account().ok_or(CommandError::Unauthenticated)?;
    let now = ctx.clock.now();
    let audience = account.session.to_string();
    let (path, expires) = (path(client), expiry_in(now, GOOD_FOR));
    let signature = grant(&path, &audience, expires).sign(&ctx.keys);
    let base = ctx.config.public_url.as_str().trim_end_matches('/');
    let day = now.with_timezone(&ctx.config.time_zone).date_naive();
    tracing::info!(account = %account.id, %client, "a client's data was asked for");
    Ok(SignedExport {
        url: format!("{base}{path}?audience={audience}&expires={expires}&signature={signature}"),
        expires_at: chrono::DateTime::from_timestamp(expires, 0).unwrap_or(now),
        file_name: format!("{client}-{day}{ENDING}"),
    })
}

fn path(client: ClientId) -> String {
    format!("/exports/people/{client}{ENDING}")
}

fn grant<'a>(path: &'a str, audience: &'a str, expires: i64) -> Grant<'a> {
    Grant {
        action: Action::Export,
        path,
        audience,
        expires,
    }
}

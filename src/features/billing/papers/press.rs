//! The press: opens what a URL names, and draws it or finds it among what was drawn before.

use std::sync::Arc;

use anyhow::{Context, Result};
use bytes::Bytes;
use data_encoding::HEXLOWER;
use sea_orm::DbErr;
use serde::Serialize;
use serde_json::json;
use tokio::sync::Semaphore;

use super::{Paper, PaperId, paper, urls};
use crate::features::{
    accounts::actor_of_session,
    media::{Image, Media, Rendition, find_image},
};
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    crypto::sha256,
    ctx::Ctx,
    db::write_tx,
    images::RenditionFormat,
    memory, metrics,
    signed_url::Refusal,
    storage::{NewFile, Storage},
};

/// Papers drawn at once: it is all processor, and a page takes some ten milliseconds.
const PRESSES: usize = 2;
/// Papers that may wait for a press; more are told to come back.
const WAITING: usize = 64;
/// The logo's width on paper at 300 dots an inch.
const LOGO_WIDTH: u32 = 500;

/// Why a URL opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It isn't ours, or it is too old.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The sign-in that it was made for has ended.
    #[error("the sign-in that asked for this document has ended")]
    SessionEnded,
    /// There is no such paper, or not for whoever asks.
    #[error("there is no such paper")]
    NotFound,
    /// Our own fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Why a paper wasn't drawn.
#[derive(Debug, thiserror::Error)]
pub enum PrintError {
    /// Too many wait already.
    #[error("too many documents are being made")]
    Busy,
    /// Our own fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// A paper that its reader may have.
#[derive(Debug)]
pub struct Opened {
    paper: Paper,
    logo: Option<(Image, Rendition)>,
    /// The member of staff who opened it, and what it is of.
    staff: Option<(Actor, PaperId)>,
    /// Names its content: what has the same is the same, byte for byte.
    pub fingerprint: String,
}

impl Opened {
    /// What its file is called; plain ASCII.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.paper.file_name
    }
}

/// What a paper's bytes follow from.
#[derive(Serialize)]
struct Origin<'a> {
    template: u32,
    document: &'a documents::Document,
    logo: Option<&'a str>,
}

/// Whether a file begins and ends as a PDF does: one that a full disk or somebody's hand has cut doesn't.
fn is_whole(file: &[u8]) -> bool {
    file.starts_with(b"%PDF-") && file.trim_ascii_end().ends_with(b"%%EOF")
}

/// Prints papers. Cheap to clone; one for the whole server.
#[derive(Debug, Clone)]
pub struct Papers {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    ctx: Ctx,
    media: Media,
    storage: Storage,
    presses: Arc<Semaphore>,
    waiting: Arc<Semaphore>,
}

impl Papers {
    /// Puts the tools together: `storage` keeps what was issued, `media` has the logo.
    #[must_use]
    pub fn new(ctx: Ctx, media: Media, storage: Storage) -> Self {
        let inner = Inner {
            ctx,
            media,
            storage,
            presses: Arc::new(Semaphore::new(PRESSES)),
            waiting: Arc::new(Semaphore::new(PRESSES + WAITING)),
        };
        Self {
            inner: Arc::new(inner),
        }
    }

    /// Opens what a URL names: `file` is the last part of its path, such as `inv_….pdf`. Nothing is drawn yet.
    ///
    /// # Errors
    /// [`OpenError`].
    pub async fn open(&self, file: &str, query: Option<&str>) -> Result<Opened, OpenError> {
        let ctx = &self.inner.ctx;
        let (id, session) = urls::check(ctx, file, query)?.ok_or(OpenError::NotFound)?;
        let actor = actor_of_session(ctx, session)
            .await
            .map_err(anyhow::Error::from)?;
        let actor = actor.ok_or(OpenError::SessionEnded)?;
        let paper = paper(ctx, &actor, id).await?.ok_or(OpenError::NotFound)?;
        let staff = actor.is_staff().then(|| (actor.clone(), id));
        Ok(self.opened(paper, staff).await?)
    }

    /// Draws the paper that `actor` may see, or finds it: its file's name and its bytes; `None` when there is none for them.
    ///
    /// # Errors
    /// [`PrintError`].
    pub async fn print_for(&self, actor: &Actor, id: PaperId) -> Result<Option<(String, Bytes)>, PrintError> {
        let Some(paper) = paper(&self.inner.ctx, actor, id).await? else {
            return Ok(None);
        };
        let opened = self.opened(paper, None).await?;
        let file_name = opened.file_name().to_owned();
        Ok(Some((file_name, self.print(opened).await?)))
    }

    async fn opened(&self, paper: Paper, staff: Option<(Actor, PaperId)>) -> Result<Opened> {
        let logo = self.logo(&paper).await?;
        let origin = Origin {
            template: documents::TEMPLATE_VERSION,
            document: &paper.document,
            logo: logo.as_ref().map(|(_, rendition)| rendition.hash.as_str()),
        };
        let origin = serde_json::to_vec(&origin)?;
        Ok(Opened {
            fingerprint: HEXLOWER.encode(&sha256(&origin)[..16]),
            logo,
            paper,
            staff,
        })
    }

    /// Notes in the audit log that a member of staff takes this paper; clients' own are theirs to read.
    ///
    /// # Errors
    /// When the database refuses: then it may not be handed out.
    pub async fn note_download(&self, opened: &Opened) -> Result<()> {
        let Some((actor, id)) = &opened.staff else {
            return Ok(());
        };
        let (kind, record) = id.record();
        write_tx!(&self.inner.ctx, |tx| {
            audit::write_in_tx(tx, actor, AuditAction::Download, kind, record, json!({}));
            Ok::<_, DbErr>(())
        })?;
        Ok(())
    }

    /// The paper as a PDF. What was issued is kept the first time, and found again ever after. What was begun is finished
    /// and kept even when its reader hangs up: whoever asks again doesn't begin anew.
    ///
    /// # Errors
    /// [`PrintError`].
    pub async fn print(&self, opened: Opened) -> Result<Bytes, PrintError> {
        let papers = self.clone();
        let work = tokio::spawn(async move { papers.find_or_draw(opened).await });
        work.await.context("the press panicked")?
    }

    async fn find_or_draw(&self, opened: Opened) -> Result<Bytes, PrintError> {
        let started = metrics::now();
        let printed = self.find_or_draw_unwatched(opened).await;
        let source = printed.as_ref().map_or("failed", |(source, _)| *source);
        metrics::PDF_SECONDS.observe_since(started, [source]);
        printed.map(|(_, pdf)| pdf)
    }

    /// Where it came from, and what it is.
    async fn find_or_draw_unwatched(&self, opened: Opened) -> Result<(&'static str, Bytes), PrintError> {
        let key = opened.paper.kept_in.as_ref();
        let key = key.map(|folder| format!("{folder}/{}.pdf", opened.fingerprint));
        if let Some(kept) = self.kept(key.as_deref()).await? {
            return Ok(("kept", kept));
        }
        let waiting = Arc::clone(&self.inner.waiting);
        let waiting = waiting.try_acquire_owned().map_err(|_| PrintError::Busy)?;
        let press = Arc::clone(&self.inner.presses).acquire_owned().await;
        let press = press.map_err(|_| PrintError::Busy)?;
        // Whoever had the press before may have drawn the same.
        if let Some(kept) = self.kept(key.as_deref()).await? {
            return Ok(("kept", kept));
        }
        let logo = match &opened.logo {
            Some((image, rendition)) => self.inner.media.read(image, rendition, None).await?,
            None => None,
        };
        // Without the logo that it should have it is good for today, not for ever.
        let whole = logo.is_some() == opened.logo.is_some();
        if !whole {
            tracing::error!(file = opened.file_name(), "storage has lost the company's logo");
        }
        let paper = opened.paper;
        let job = tokio::task::spawn_blocking(move || {
            let drawn = documents::render(&paper.document, logo.as_deref());
            memory::give_back();
            drawn
        });
        let drawn = job.await.context("the typesetter panicked")?;
        let pdf: Bytes = drawn.context("a document could not be drawn")?.into();
        if let Some(key) = key.filter(|_| whole) {
            let file = NewFile {
                key,
                content_type: "application/pdf",
                bytes: pdf.clone(),
            };
            // Its reader gets it all the same; the next one makes it anew, with the same bytes.
            if let Err(error) = self.inner.storage.put(vec![file]).await {
                tracing::error!(
                    error = format!("{error:#}"),
                    "an issued document could not be kept"
                );
            }
        }
        drop((press, waiting));
        Ok(("drawn", pdf))
    }

    /// What is kept under a key, if it is whole.
    async fn kept(&self, key: Option<&str>) -> Result<Option<Bytes>> {
        let Some(key) = key else { return Ok(None) };
        let kept = self.inner.storage.read(key, None).await?;
        if kept.as_ref().is_some_and(|kept| !is_whole(kept)) {
            tracing::error!(
                key,
                "a document in storage is damaged; it is made again, with the bytes it had"
            );
            return Ok(None);
        }
        Ok(kept)
    }

    /// Which file of the logo goes on the paper.
    async fn logo(&self, paper: &Paper) -> Result<Option<(Image, Rendition)>> {
        let Some(id) = paper.logo else { return Ok(None) };
        let Some(image) = find_image(self.inner.ctx.db.reader(), id).await? else {
            return Ok(None);
        };
        let rendition = image
            .renditions
            .best(Some(LOGO_WIDTH), RenditionFormat::Png)
            .cloned();
        Ok(rendition.map(|rendition| (image, rendition)))
    }
}

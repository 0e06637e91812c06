//! Lists taken home as CSV, of any length: a mutation hands out a short-lived signed URL, and the download reads the
//! list page by page as fast as it is taken, one page in memory and no connection held in between.
//!
//! A feature that has something to export implements [`Export`], hands out URLs with [`Exports::sign`] from its
//! mutation, and is registered in `app.rs`.

mod archive;
mod csv;
mod place;

pub use archive::{Part, Parts, archive};
pub use csv::{BYTE_ORDER_MARK, Cell, Separator};
pub use place::Place;

use std::sync::Arc;

use anyhow::Result;
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;
use futures_util::{Stream, future::BoxFuture, stream};
use serde::{Deserialize, Serialize};

use super::{
    actor::{Actor, SessionId},
    ctx::Ctx,
    error::CommandError,
    signed_url::{Action, Grant, Refusal, SignedQuery, expiry_in},
};

/// How long a URL is good: long enough to click, too short to be passed around.
pub const GOOD_FOR: TimeDelta = TimeDelta::minutes(10);
/// Rows that are read at once.
pub const PAGE: u64 = 500;

/// A kind of list that can be exported.
pub trait Export: std::fmt::Debug + Send + Sync {
    /// Its name in URLs, such as `leads`.
    fn name(&self) -> &'static str;

    /// What its files are called, without date and ending, such as `prospects`.
    fn file_stem(&self) -> &'static str;

    /// The list that a filter names: the JSON that [`Exports::sign`] was given.
    ///
    /// # Errors
    /// When the filter isn't one of this kind.
    fn open(&self, ctx: &Ctx, filter: serde_json::Value) -> Result<Box<dyn Rows>>;
}

/// A list that is read page by page.
pub trait Rows: Send {
    /// The headings of its columns.
    fn header(&self) -> Vec<&'static str>;

    /// The next rows, at most [`PAGE`]; none at the end.
    fn next_page(&mut self) -> BoxFuture<'_, Result<Vec<Vec<Cell>>>>;
}

/// What a URL says of the list: it is covered by the signature.
#[derive(Debug, Serialize, Deserialize)]
struct Ticket {
    filter: serde_json::Value,
    separator: Separator,
}

/// A list that waits to be fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedExport {
    /// Where.
    pub url: String,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// What the file will be called.
    pub file_name: String,
}

/// What a true and fresh URL opens.
pub struct Opened {
    /// Whose sign-in it belongs to: it must still be good.
    pub session: SessionId,
    /// What the file is called.
    pub file_name: String,
    /// The list.
    pub rows: Box<dyn Rows>,
    /// What stands between its cells.
    pub separator: Separator,
}

/// Why a URL opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// It isn't ours, or it is too old.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// Our own fault.
    #[error(transparent)]
    Internal(#[from] anyhow::Error),
}

/// Everything that can be exported. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Exports {
    ctx: Ctx,
    kinds: Arc<[Arc<dyn Export>]>,
}

impl Exports {
    /// These kinds.
    #[must_use]
    pub fn new(ctx: Ctx, kinds: impl IntoIterator<Item = Arc<dyn Export>>) -> Self {
        Self {
            ctx,
            kinds: kinds.into_iter().collect(),
        }
    }

    /// Hands out the URL of a list for the caller's own sign-in. Who may have which list is the feature's to check.
    ///
    /// # Errors
    /// [`CommandError::Unauthenticated`] for whoever has no sign-in.
    pub fn sign(
        ctx: &Ctx,
        actor: &Actor,
        kind: &dyn Export,
        filter: &impl Serialize,
        separator: Separator,
    ) -> Result<SignedExport, CommandError> {
        let account = actor.account().ok_or(CommandError::Unauthenticated)?;
        let now = ctx.clock.now();
        let ticket = Ticket {
            filter: serde_json::to_value(filter)?,
            separator,
        };
        let list = BASE64URL_NOPAD.encode(&serde_json::to_vec(&ticket)?);
        let expires = expiry_in(now, GOOD_FOR);
        let audience = account.session.to_string();
        let signature = grant(&signed_path(kind.name(), &list), &audience, expires).sign(&ctx.keys);
        let base = ctx.config.public_url.as_str().trim_end_matches('/');
        let url = format!(
            "{base}{}&audience={audience}&expires={expires}&signature={signature}",
            signed_path(kind.name(), &list)
        );
        tracing::info!(account = %account.id, export = kind.name(), "a list was asked for");
        Ok(SignedExport {
            url,
            expires_at: DateTime::from_timestamp(expires, 0).unwrap_or(now),
            file_name: file_name(kind, today(ctx)),
        })
    }

    /// Opens what a URL names: `file` is the last part of its path, such as `leads.csv`. `None` when there is no such
    /// kind.
    ///
    /// # Errors
    /// [`OpenError::Refused`] for a URL that isn't ours or is too old.
    pub fn open(&self, file: &str, query: Option<&str>) -> Result<Option<Opened>, OpenError> {
        let name = file.strip_suffix(".csv").unwrap_or_default();
        let Some(kind) = self.kinds.iter().find(|kind| kind.name() == name) else {
            return Ok(None);
        };
        let signed = SignedQuery::parse(query);
        let list = list_of(query);
        grant(&signed_path(name, &list), &signed.audience, signed.expires).verify(
            &self.ctx.keys,
            self.ctx.clock.now(),
            &signed.signature,
        )?;
        let session = SessionId::parse(&signed.audience).map_err(anyhow::Error::from)?;
        let ticket = BASE64URL_NOPAD
            .decode(list.as_bytes())
            .map_err(anyhow::Error::from)?;
        let ticket: Ticket = serde_json::from_slice(&ticket).map_err(anyhow::Error::from)?;
        Ok(Some(Opened {
            session,
            file_name: file_name(kind.as_ref(), today(&self.ctx)),
            rows: kind.open(&self.ctx, ticket.filter)?,
            separator: ticket.separator,
        }))
    }

    /// What exports are made with.
    #[must_use]
    pub fn ctx(&self) -> &Ctx {
        &self.ctx
    }
}

fn grant<'a>(path: &'a str, audience: &'a str, expires: i64) -> Grant<'a> {
    Grant {
        action: Action::Export,
        path,
        audience,
        expires,
    }
}

/// The list stands in the query, which no access log keeps: a filter may hold somebody's name.
fn signed_path(name: &str, list: &str) -> String {
    format!("/exports/{name}.csv?list={list}")
}

fn list_of(query: Option<&str>) -> String {
    url::form_urlencoded::parse(query.unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "list")
        .map(|(_, list)| list.into_owned())
        .unwrap_or_default()
}

fn today(ctx: &Ctx) -> NaiveDate {
    ctx.clock.now().with_timezone(&ctx.config.time_zone).date_naive()
}

fn file_name(kind: &dyn Export, day: NaiveDate) -> String {
    format!("{}-{day}.csv", kind.file_stem())
}

/// The file, as it is taken: byte order mark and headings, then page after page. `allowed` is asked before each page, so
/// that a sign-in that ends takes the download with it. After an error the file is cut off, and the reader sees that.
pub fn stream<F>(opened: Opened, allowed: F) -> impl Stream<Item = Result<Bytes>> + Send
where
    F: Fn() -> BoxFuture<'static, Result<bool>> + Send + Sync + 'static,
{
    let state = Some((opened, true));
    stream::try_unfold((state, Arc::new(allowed)), |(state, allowed)| async move {
        let Some((mut opened, first)) = state else {
            return Ok(None);
        };
        anyhow::ensure!(allowed().await?, "the sign-in that asked for this list has ended");
        let page = opened.rows.next_page().await?;
        if page.is_empty() && !first {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        if first {
            bytes.extend_from_slice(BYTE_ORDER_MARK);
            let header = opened.rows.header().into_iter().map(Cell::from).collect();
            bytes.extend(csv::lines(&[header], opened.separator)?);
        }
        bytes.extend(csv::lines(&page, opened.separator)?);
        let next = (!page.is_empty()).then_some((opened, false));
        Ok(Some((Bytes::from(bytes), (next, allowed))))
    })
}

//! What a resolver finds in its context.

use std::{net::IpAddr, sync::Arc, sync::OnceLock};

use async_graphql::Context;

use super::{
    batch::Batches,
    cookie::SessionCookie,
    loaders::{Loaders, RequestLoader},
};
use crate::{
    actor::{Actor, Locale},
    ctx::Ctx,
    remote::Remote,
};

/// Facts of the request that the transport knows.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// The id that logs and masked errors carry.
    pub request_id: String,
    /// The caller's address, behind trusted proxies.
    pub remote_addr: IpAddr,
    /// What the caller says of itself (`User-Agent`).
    pub user_agent: Option<Arc<str>>,
    /// The language that the caller asked for (`Accept-Language`).
    pub language: Locale,
    /// Where the live feed stood before the operation's first statement.
    pub event_cursor: String,
    /// The session's cookie, for a page of this very origin; `None` for everybody else.
    pub cookie: Option<Arc<SessionCookie>>,
}

impl RequestInfo {
    /// Where the request comes from.
    #[must_use]
    pub fn remote(&self) -> Remote {
        Remote {
            address: self.remote_addr,
            user_agent: self.user_agent.clone(),
        }
    }
}

/// Where a live stream goes on, from `connection_init` (DESIGN.md 4); the later of this and `after` wins.
#[derive(Debug, Clone, Default)]
pub struct ResumeFrom(pub Option<String>);

/// Who signed in by this very request, if somebody did: what stands below `login` is read as them.
#[derive(Debug, Clone, Default)]
pub struct JustSignedIn(Arc<OnceLock<Actor>>);

/// What the schema and the transport put into the context of every request, by name. Only a schema that was built
/// without it (`graphql::schema`, `graphql::Asker`) makes these panic.
pub trait ContextExt<'a> {
    /// Who is calling.
    fn actor(&self) -> &'a Actor;

    /// What commands and queries work with.
    fn app(&self) -> &'a Ctx;

    /// What the transport knows of the request.
    fn request(&self) -> &'a RequestInfo;

    /// The language that the caller reads: the account's, else the one asked for, else French.
    fn locale(&self) -> Locale;

    /// The request's loader of this kind, made when it is first asked for.
    fn loader<L: RequestLoader>(&self) -> Arc<Batches<L>>;

    /// From now on the request is `actor`'s. The first to sign in stays.
    fn sign_in(&self, actor: Actor);
}

impl<'a> ContextExt<'a> for Context<'a> {
    fn actor(&self) -> &'a Actor {
        self.data_opt::<JustSignedIn>()
            .and_then(|signed_in| signed_in.0.get())
            .or_else(|| self.data_opt::<Actor>())
            .unwrap_or(&Actor::Anonymous)
    }

    fn app(&self) -> &'a Ctx {
        self.data_unchecked()
    }

    fn request(&self) -> &'a RequestInfo {
        self.data_unchecked()
    }

    fn locale(&self) -> Locale {
        let of_account = self.actor().account().map(|account| account.locale);
        let asked_for = || self.data_opt::<RequestInfo>().map(|info| info.language);
        of_account.or_else(asked_for).unwrap_or_default()
    }

    fn loader<L: RequestLoader>(&self) -> Arc<Batches<L>> {
        self.data_unchecked::<Loaders>()
            .get(|| L::for_request(&self.app().db, self.actor()))
    }

    fn sign_in(&self, actor: Actor) {
        let _ = self.data_unchecked::<JustSignedIn>().0.set(actor);
    }
}

//! What a resolver finds in its context besides the data loaders.

use std::{net::IpAddr, sync::OnceLock};

use async_graphql::{Context, Result};

use crate::platform::{actor::Actor, ctx::Ctx};

/// Facts of the request that the transport knows.
#[derive(Debug, Clone)]
pub struct RequestInfo {
    /// The id that logs and masked errors carry.
    pub request_id: String,
    /// The caller's address, behind trusted proxies.
    pub remote_addr: IpAddr,
    /// Where the live feed stood before the operation's first statement.
    pub event_cursor: String,
}

/// Where a live stream goes on, from `connection_init` (DESIGN.md 4); the later of this and `after` wins.
#[derive(Debug, Clone, Default)]
pub struct ResumeFrom(pub Option<String>);

/// Who signed in by this very request, if somebody did: what stands below `login` is read as them.
#[derive(Debug, Default)]
pub struct JustSignedIn(OnceLock<Actor>);

impl JustSignedIn {
    /// From now on the request is theirs. The first to sign in stays.
    pub fn set(&self, actor: Actor) {
        let _ = self.0.set(actor);
    }
}

/// Who is calling.
pub fn actor<'a>(ctx: &Context<'a>) -> &'a Actor {
    ctx.data_opt::<JustSignedIn>()
        .and_then(|signed_in| signed_in.0.get())
        .or_else(|| ctx.data_opt::<Actor>())
        .unwrap_or(&Actor::Anonymous)
}

/// What commands and queries work with.
///
/// # Errors
/// Only when the schema was built without it.
pub fn command_ctx<'a>(ctx: &Context<'a>) -> Result<&'a Ctx> {
    ctx.data::<Ctx>()
}

//! `viewer`.

use async_graphql::{Context, Object};

use super::viewer::Viewer;
use platform::graphql::ContextExt;

/// Reads of accounts.
#[derive(Debug, Default)]
pub struct AccountsQuery;

#[Object]
impl AccountsQuery {
    /// The signed-in person, and the root of everything that is theirs; null for visitors.
    async fn viewer(&self, ctx: &Context<'_>) -> Option<Viewer> {
        Viewer::of(ctx.actor())
    }
}

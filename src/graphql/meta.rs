//! Fields about the API itself.

use async_graphql::{Context, Object};

use platform::graphql::ContextExt;

/// Fields about the API itself.
#[derive(Debug, Default)]
pub struct MetaQuery;

#[Object]
impl MetaQuery {
    /// Where the live feed stood before this operation read anything else. Ask for it together with your lists, then
    /// subscribe with it as `after`: the stream may repeat what the lists already show, and misses nothing.
    async fn event_cursor<'a>(&self, ctx: &Context<'a>) -> &'a str {
        &ctx.request().event_cursor
    }
}

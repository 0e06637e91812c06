//! Where printed documents are fetched.

use async_graphql::{Context, Result};

use crate::{
    features::{
        billing::papers::{PaperId, paper_url},
        projects::Project,
    },
    platform::graphql::{actor, command_ctx, scalars::Url},
};

/// The URL of a paper of what the caller sees already.
pub fn url_of(ctx: &Context<'_>, id: PaperId) -> Result<Option<Url>> {
    Ok(paper_url(command_ctx(ctx)?, actor(ctx), id).map(Url))
}

/// The URL of the statement of a project that the caller sees; null when it is deleted.
///
/// # Errors
/// INTERNAL when the request lacks its tools.
pub fn statement_url(ctx: &Context<'_>, project: &Project) -> Result<Option<Url>> {
    if project.deleted_at.is_some() {
        return Ok(None);
    }
    url_of(ctx, PaperId::Statement(project.id))
}

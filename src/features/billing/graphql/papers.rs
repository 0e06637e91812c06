//! Where printed documents are fetched.

use async_graphql::Context;

use crate::features::{
    billing::papers::{PaperId, paper_url},
    projects::Project,
};
use platform::graphql::{ContextExt, scalars::Url};

/// The URL of a paper of what the caller sees already.
pub fn url_of(ctx: &Context<'_>, id: PaperId) -> Option<Url> {
    paper_url(ctx.app(), ctx.actor(), id).map(Url)
}

/// The URL of the statement of a project that the caller sees; null when it is deleted.
pub fn statement_url(ctx: &Context<'_>, project: &Project) -> Option<Url> {
    project
        .deleted_at
        .is_none()
        .then(|| url_of(ctx, PaperId::Statement(project.id)))?
}

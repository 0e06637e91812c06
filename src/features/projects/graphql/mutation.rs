//! The mutations on projects and updates.

use async_graphql::{Context, Object, Result};

use super::{
    inputs::{
        CloseProjectInput, CreateProjectInput, CreateProjectUpdateInput, PostProjectUpdateInput,
        ReopenProjectInput, UpdateProjectInput, UpdateProjectUpdateInput, project_id,
    },
    types::{GqlProject, GqlProjectUpdate},
};
use crate::features::projects::{
    Project, ProjectUpdate, ProjectUpdateId, ProjectUpdates, Projects, commands,
};
use platform::{
    graphql::{
        Allow, ContextExt,
        editing::{create, or_current, update},
        parse_id,
    },
    record_payload,
};

record_payload! {
    /// What a mutation on a project answers.
    ProjectPayload {
        /// The project as it is now; with CONFLICT the current one, with other errors null.
        project: GqlProject, from Project
    }
}

record_payload! {
    /// What a mutation on an update answers.
    ProjectUpdatePayload {
        /// The update as it is now; with CONFLICT the current one, with other errors null.
        project_update: GqlProjectUpdate, from ProjectUpdate
    }
}

/// Mutations on projects and updates.
#[derive(Debug, Default)]
pub struct ProjectsMutation;

#[Object]
impl ProjectsMutation {
    /// Enters a contract; its client sees it at once. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The contract.")] input: CreateProjectInput,
    ) -> Result<ProjectPayload> {
        Ok(create::<Projects, _>(ctx, input).await?.into())
    }

    /// Changes a project; its client sees the change at once. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateProjectInput,
    ) -> Result<ProjectPayload> {
        Ok(update::<Projects, _>(ctx, input).await?.into())
    }

    /// Closes a project: work is done. Its client still sees it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn close_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: CloseProjectInput,
    ) -> Result<ProjectPayload> {
        let id = project_id(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome =
            async { commands::close_project(ctx.app(), ctx.actor(), id?, input.expected_version).await };
        Ok(or_current::<Projects>(ctx, current, outcome.await).await?.into())
    }

    /// Opens a closed project again. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn reopen_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: ReopenProjectInput,
    ) -> Result<ProjectPayload> {
        let id = project_id(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome =
            async { commands::reopen_project(ctx.app(), ctx.actor(), id?, input.expected_version).await };
        Ok(or_current::<Projects>(ctx, current, outcome.await).await?.into())
    }

    /// Enters news from a site, and with `post: true` shows it to the client, who is told at once: in the app's live
    /// feed and inbox, by push and by e-mail. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The news.")] input: CreateProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        Ok(create::<ProjectUpdates, _>(ctx, input).await?.into())
    }

    /// Corrects an update. A posted one stays posted; its client sees the correction but isn't told again. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        Ok(update::<ProjectUpdates, _>(ctx, input).await?.into())
    }

    /// Shows a draft to its client, who is told as with `createProjectUpdate(post: true)`. Once: a posted update is
    /// LOCKED. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn post_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PostProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        let id = parse_id::<ProjectUpdateId>(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            commands::post_project_update(ctx.app(), ctx.actor(), id?, input.expected_version).await
        };
        Ok(or_current::<ProjectUpdates>(ctx, current, outcome.await)
            .await?
            .into())
    }
}

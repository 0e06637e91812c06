//! The mutations on projects and updates.

use async_graphql::{Context, Object, Result, SimpleObject};

use super::{
    inputs::{
        CloseProjectInput, CreateProjectInput, CreateProjectUpdateInput, PostProjectUpdateInput,
        ProjectPatch as PatchInput, ProjectUpdatePatch as UpdatePatchInput, ReopenProjectInput,
        UpdateProjectInput, UpdateProjectUpdateInput, client_id, project_id,
    },
    types::{GqlProject, GqlProjectUpdate},
};
use crate::{
    features::{
        media::{ImageId, UploadId},
        projects::{
            Project, ProjectColumn, ProjectFilter, ProjectId, ProjectUpdate, ProjectUpdateId, UpdateColumn,
            UpdateFilter,
            commands::{
                self, CreateProject, CreateProjectUpdate, ImageChoice, ProjectPatch, ProjectUpdatePatch,
            },
            select_projects, select_updates,
        },
    },
    platform::{
        error::{CommandError, ErrorCode, Violation, Violations},
        graphql::{
            Allow, ContextExt, RecordScope, UserError, UserErrorCode, change, change_required, internal,
            split,
        },
    },
};

/// What a mutation on a project answers.
#[derive(Debug, SimpleObject)]
pub struct ProjectPayload {
    /// The project as it is now; with CONFLICT the current one, with other errors null.
    pub project: Option<GqlProject>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

/// What a mutation on an update answers.
#[derive(Debug, SimpleObject)]
pub struct ProjectUpdatePayload {
    /// The update as it is now; with CONFLICT the current one, with other errors null.
    pub project_update: Option<GqlProjectUpdate>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
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
        let outcome = async {
            let input = CreateProject {
                client: client_id(&input.client_id, &["input", "clientId"])?,
                name: input.name,
                start_date: input.start_date.map(|day| day.0),
                estimated_completion: input.estimated_completion.map(|day| day.0),
                current_phase: input.current_phase.map(Into::into),
                progress_percentage: input.progress_percentage,
                total_quote: input.total_quote.map(|quote| quote.0),
                currency: input.currency.map(Into::into),
                idempotency_key: input.idempotency_key,
            };
            commands::create_project(ctx.app(), ctx.actor(), input).await
        };
        project_payload(ctx, None, outcome.await).await
    }

    /// Changes a project; its client sees the change at once. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateProjectInput,
    ) -> Result<ProjectPayload> {
        let id = project_id(&input.id, &["input", "id"]);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let patch = project_patch(input.patch)?;
            commands::update_project(ctx.app(), ctx.actor(), id?, input.expected_version, patch).await
        };
        project_payload(ctx, current, outcome.await).await
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
        project_payload(ctx, current, outcome.await).await
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
        project_payload(ctx, current, outcome.await).await
    }

    /// Enters news from a site, and with `post: true` shows it to the client, who is told at once: in the app's live
    /// feed and inbox, by push and by e-mail. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The news.")] input: CreateProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        let outcome = async {
            let uploads = input.upload_ids.unwrap_or_default().at(["input", "uploadIds"])?;
            let input = CreateProjectUpdate {
                project: project_id(&input.project_id, &["input", "projectId"])?,
                title: input.title,
                description: input.description,
                uploads: upload_ids(&uploads)?,
                post: input.post.unwrap_or(false),
                idempotency_key: input.idempotency_key,
            };
            commands::create_project_update(ctx.app(), ctx.actor(), input).await
        };
        update_payload(ctx, None, outcome.await).await
    }

    /// Corrects an update. A posted one stays posted; its client sees the correction but isn't told again. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The change.")] input: UpdateProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        let id = update_id(&input.id);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            let patch = update_patch(input.patch)?;
            commands::update_project_update(ctx.app(), ctx.actor(), id?, input.expected_version, patch).await
        };
        update_payload(ctx, current, outcome.await).await
    }

    /// Shows a draft to its client, who is told as with `createProjectUpdate(post: true)`. Once: a posted update is
    /// LOCKED. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn post_project_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: PostProjectUpdateInput,
    ) -> Result<ProjectUpdatePayload> {
        let id = update_id(&input.id);
        let current = id.as_ref().ok().copied();
        let outcome = async {
            commands::post_project_update(ctx.app(), ctx.actor(), id?, input.expected_version).await
        };
        update_payload(ctx, current, outcome.await).await
    }
}

fn update_id(id: &str) -> Result<ProjectUpdateId, Violation> {
    ProjectUpdateId::parse(id).map_err(|error| Violation::invalid_id(["input", "id"], &error))
}

fn upload_ids(ids: &[async_graphql::ID]) -> Result<Vec<UploadId>, CommandError> {
    let mut violations = Violations::default();
    let uploads =
        ids.iter()
            .enumerate()
            .filter_map(|(index, id)| {
                let parsed = UploadId::parse(id);
                violations.check(parsed.map_err(|error| {
                    Violation::invalid_id(["input", "uploadIds", &index.to_string()], &error)
                }))
            })
            .collect();
    violations.into_result()?;
    Ok(uploads)
}

fn project_patch(patch: PatchInput) -> Result<ProjectPatch, CommandError> {
    let mut violations = Violations::default();
    let client = change_required(patch.client_id, &["input", "patch", "clientId"], &mut violations)
        .and_then(|id| violations.check(client_id(&id, &["input", "patch", "clientId"])));
    let name = change_required(patch.name, &["input", "patch", "name"], &mut violations);
    let phase = change_required(
        patch.current_phase,
        &["input", "patch", "currentPhase"],
        &mut violations,
    );
    let progress = change_required(
        patch.progress_percentage,
        &["input", "patch", "progressPercentage"],
        &mut violations,
    );
    let quote = change_required(
        patch.total_quote,
        &["input", "patch", "totalQuote"],
        &mut violations,
    );
    let currency = change_required(patch.currency, &["input", "patch", "currency"], &mut violations);
    violations.into_result()?;
    Ok(ProjectPatch {
        client,
        name,
        start_date: change(patch.start_date).map(|day| day.map(|day| day.0)),
        estimated_completion: change(patch.estimated_completion).map(|day| day.map(|day| day.0)),
        current_phase: phase.map(Into::into),
        progress_percentage: progress,
        total_quote: quote.map(|quote| quote.0),
        currency: currency.map(Into::into),
    })
}

fn update_patch(patch: UpdatePatchInput) -> Result<ProjectUpdatePatch, CommandError> {
    let mut violations = Violations::default();
    let title = change_required(patch.title, &["input", "patch", "title"], &mut violations);
    let images = change(patch.images).map(|images| {
        violations
            .check(images.unwrap_or_default().at(["input", "patch", "images"]))
            .unwrap_or_default()
            .into_iter()
            .enumerate()
            .filter_map(|(index, image)| {
                let index = index.to_string();
                let at = |name: &'static str| {
                    ["input", "patch", "images", index.as_str(), name].map(str::to_owned)
                };
                let choice = match (image.id, image.upload_id) {
                    (Some(id), None) => ImageId::parse(&id)
                        .map(ImageChoice::Keep)
                        .map_err(|error| Violation::invalid_id(at("id"), &error)),
                    (None, Some(id)) => UploadId::parse(&id)
                        .map(ImageChoice::Add)
                        .map_err(|error| Violation::invalid_id(at("uploadId"), &error)),
                    _ => Err(Violation::new(
                        ErrorCode::Invalid,
                        ["input", "patch", "images", index.as_str()],
                        "Give either `id` or `uploadId`.",
                    )),
                };
                violations.check(choice)
            })
            .collect()
    });
    violations.into_result()?;
    Ok(ProjectUpdatePatch {
        title,
        description: change(patch.description),
        images,
    })
}

/// The payload; on CONFLICT with the current record, so that the caller can look at it.
async fn project_payload(
    ctx: &Context<'_>,
    id: Option<ProjectId>,
    outcome: Result<Project, CommandError>,
) -> Result<ProjectPayload> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let (project, user_errors) = split(outcome)?;
    let project = match (project, id) {
        (None, Some(id)) if is_conflict(&user_errors) => {
            select_projects(ctx.actor(), &ProjectFilter::default(), RecordScope::Living)
                .filter(ProjectColumn::Id.eq(id))
                .one(ctx.app().db.reader())
                .await
                .map_err(internal)?
        }
        (project, _) => project,
    };
    Ok(ProjectPayload {
        project: project.map(GqlProject::from),
        user_errors,
    })
}

/// As [`project_payload`].
async fn update_payload(
    ctx: &Context<'_>,
    id: Option<ProjectUpdateId>,
    outcome: Result<ProjectUpdate, CommandError>,
) -> Result<ProjectUpdatePayload> {
    use sea_orm::{ColumnTrait, QueryFilter};
    let (update, user_errors) = split(outcome)?;
    let update = match (update, id) {
        (None, Some(id)) if is_conflict(&user_errors) => {
            select_updates(ctx.actor(), &UpdateFilter::default(), RecordScope::Living)
                .filter(UpdateColumn::Id.eq(id))
                .one(ctx.app().db.reader())
                .await
                .map_err(internal)?
        }
        (update, _) => update,
    };
    Ok(ProjectUpdatePayload {
        project_update: update.map(GqlProjectUpdate::from),
        user_errors,
    })
}

fn is_conflict(errors: &[UserError]) -> bool {
    errors.iter().any(|error| error.code == UserErrorCode::Conflict)
}

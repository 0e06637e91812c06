//! `projects`, `project`, `projectUpdates`.

use async_graphql::{Context, ID, Object, Result};
use sea_orm::{ColumnTrait, QueryFilter, Select};

use super::{
    inputs::{
        ProjectFilterInput, ProjectOrderField, ProjectOrderInput, ProjectUpdateFilterInput,
        ProjectUpdateOrder, project_id,
    },
    types::{GqlProject, GqlProjectUpdate, update_list},
};
use crate::features::projects::{ProjectColumn, ProjectFilter, ProjectOrder, Projects, select_projects};
use platform::{
    actor::{Actor, ClientId},
    graphql::{
        Allow, Connection, ContextExt, NestedList, OrderDirection, RecordScope, internal, paged,
        user_error::top_level,
    },
    listing::resolve_scope,
    paging::{OrderBy, PageArgs},
};

/// The arguments of a list of projects, checked: what `actor` may see of it, in its order.
fn project_list(
    actor: &Actor,
    filter: Option<ProjectFilterInput>,
    order_by: Option<ProjectOrderInput>,
    scope: Option<RecordScope>,
) -> Result<(Select<Projects>, OrderBy<Projects>)> {
    let filter: ProjectFilter = filter.unwrap_or_default().check().map_err(top_level)?;
    let scope = resolve_scope(actor, scope, RecordScope::Living).map_err(top_level)?;
    let order_by = order_by.unwrap_or(ProjectOrderInput {
        field: ProjectOrderField::CreatedAt,
        direction: OrderDirection::Desc,
    });
    let descending = order_by.direction == OrderDirection::Desc;
    let order = ProjectOrder::from(order_by.field).by(descending);
    Ok((select_projects(actor, &filter, scope), order))
}

/// A page of the projects that `actor` may see.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn project_connection(
    ctx: &Context<'_>,
    actor: &Actor,
    args: PageArgs,
    filter: Option<ProjectFilterInput>,
    order_by: Option<ProjectOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlProject>> {
    let (list, order) = project_list(actor, filter, order_by, scope)?;
    Connection::read(ctx, list, &order, &args, GqlProject::from).await
}

/// A page of one client's projects, as far as the caller may see them. Many clients of one operation share a
/// statement.
///
/// # Errors
/// A top-level error for wrong arguments or a scope that isn't the caller's.
pub async fn projects_of_client(
    ctx: &Context<'_>,
    client: ClientId,
    args: PageArgs,
    filter: Option<ProjectFilterInput>,
    order_by: Option<ProjectOrderInput>,
    scope: Option<RecordScope>,
) -> Result<Connection<GqlProject>> {
    let (list, order) = project_list(ctx.actor(), filter, order_by, scope)?;
    let list = NestedList::new(list, ProjectColumn::ClientId, client.0);
    Connection::read_nested(ctx, list, order, &args, GqlProject::from).await
}

/// Reads of projects.
#[derive(Debug, Default)]
pub struct ProjectsQuery;

#[paged]
#[Object]
impl ProjectsQuery {
    /// A project by id; null when there is none, it is deleted, or it isn't yours. For clients and staff.
    #[graphql(guard = "Allow::signed_in()")]
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id (`prj_…`).")] id: ID,
    ) -> Result<Option<GqlProject>> {
        let id = project_id(&id, &["id"]).map_err(top_level)?;
        let found = select_projects(ctx.actor(), &ProjectFilter::default(), RecordScope::Living)
            .filter(ProjectColumn::Id.eq(id))
            .one(ctx.app().db.reader())
            .await
            .map_err(internal)?;
        Ok(found.map(GqlProject::from))
    }

    /// All clients' projects, the latest entered first unless ordered otherwise. For staff; clients have
    /// `viewer.projects`.
    #[graphql(guard = "Allow::staff()")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which projects.")] filter: Option<ProjectFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectOrderInput>,
        #[graphql(desc = "Living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProject>> {
        project_connection(ctx, ctx.actor(), args, filter, order_by, scope).await
    }

    /// All projects' updates, the latest posted first unless ordered otherwise, drafts last. For staff; clients have
    /// `Project.updates`.
    #[graphql(guard = "Allow::staff()")]
    async fn project_updates(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which updates.")] filter: Option<ProjectUpdateFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectUpdateOrder>,
        #[graphql(desc = "Posted ones, living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProjectUpdate>> {
        let (list, order) = update_list(ctx, filter, order_by, scope)?;
        Connection::read(ctx, list, &order, &args, GqlProjectUpdate::from).await
    }
}

//! `projects`, `project`, `projectUpdates`.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use futures_util::FutureExt;

use super::{
    inputs::{
        ProjectFilterInput, ProjectOrderField, ProjectOrderInput, ProjectUpdateFilterInput,
        ProjectUpdateOrder, project_id,
    },
    loaders::{CountProjects, NestedProjects, NestedProjectsLoader, ProjectCountLoader, ProjectList},
    types::{GqlProject, GqlProjectUpdate, update_order},
};
use crate::{
    features::projects::{
        ProjectColumn, ProjectFilter, ProjectOrder, UpdateFilter, select_projects, select_updates,
    },
    platform::{
        actor::{Actor, ClientId},
        graphql::{
            Allow, Connection, ContextExt, OrderDirection, RecordScope, internal, user_error::top_level,
        },
        listing::resolve_scope,
        paging::{self, PageArgs},
    },
};

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
    let window = args.window().map_err(|violation| top_level(violation.into()))?;
    let filter: ProjectFilter = filter
        .unwrap_or_default()
        .check()
        .map_err(|violation| top_level(violation.into()))?;
    let scope = resolve_scope(actor, scope, RecordScope::Living).map_err(top_level)?;
    let (order, descending) = project_order(order_by);
    let order = order.by(descending);
    let db = ctx.app().db.clone();
    let list = select_projects(actor, &filter, scope);
    let page = paging::fetch(db.reader(), list.clone(), &order, &window)
        .await
        .map_err(top_level)?;
    let counter = Arc::new(move || {
        let (db, list) = (db.clone(), list.clone());
        async move { Ok(paging::count(db.reader(), list).await?) }.boxed()
    });
    Ok(Connection::new(page, window, counter, GqlProject::from))
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
    let window = args.window().map_err(|violation| top_level(violation.into()))?;
    let filter: ProjectFilter = filter
        .unwrap_or_default()
        .check()
        .map_err(|violation| top_level(violation.into()))?;
    let scope = resolve_scope(ctx.actor(), scope, RecordScope::Living).map_err(top_level)?;
    let (order, descending) = project_order(order_by);
    let key = NestedProjects {
        client,
        list: Arc::new(ProjectList {
            filter: filter.clone(),
            scope,
            order,
            descending,
            window: window.clone(),
        }),
    };
    let page = ctx.loader::<NestedProjectsLoader>().load_one(key).await;
    let page = page.map_err(|error| match Arc::try_unwrap(error) {
        Ok(error) => top_level(error),
        Err(shared) => internal(anyhow::anyhow!("{shared}")),
    })?;
    let page = page.map(Arc::unwrap_or_clone).unwrap_or_default();
    let loader = ctx.loader::<ProjectCountLoader>();
    let counted = CountProjects {
        client,
        filter: Arc::new(filter),
        scope,
    };
    let counter = Arc::new(move || {
        let (loader, counted) = (Arc::clone(&loader), counted.clone());
        async move { Ok(loader.load_one(counted).await?.unwrap_or(0)) }.boxed()
    });
    Ok(Connection::new(page, window, counter, GqlProject::from))
}

fn project_order(order_by: Option<ProjectOrderInput>) -> (ProjectOrder, bool) {
    let order_by = order_by.unwrap_or(ProjectOrderInput {
        field: ProjectOrderField::CreatedAt,
        direction: OrderDirection::Desc,
    });
    (order_by.field.into(), order_by.direction == OrderDirection::Desc)
}

/// Reads of projects.
#[derive(Debug, Default)]
pub struct ProjectsQuery;

#[Object]
impl ProjectsQuery {
    /// A project by id; null when there is none, it is deleted, or it isn't yours. For clients and staff.
    #[graphql(guard = "Allow::signed_in()")]
    async fn project(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The project's id (`prj_…`).")] id: ID,
    ) -> Result<Option<GqlProject>> {
        use sea_orm::{ColumnTrait, QueryFilter};
        let id = project_id(&id, &["id"]).map_err(|violation| top_level(violation.into()))?;
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
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn projects(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 100 at most…")] first: Option<i32>,
        #[graphql(desc = "…after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 100 at most…")] last: Option<i32>,
        #[graphql(desc = "…before this cursor.")] before: Option<String>,
        #[graphql(desc = "The page of this number, from 1.")] page: Option<i32>,
        #[graphql(desc = "Rows a page, 100 at most.")] page_size: Option<i32>,
        #[graphql(desc = "Which projects.")] filter: Option<ProjectFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectOrderInput>,
        #[graphql(desc = "Living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProject>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
            page,
            page_size,
        };
        project_connection(ctx, ctx.actor(), args, filter, order_by, scope).await
    }

    /// All projects' updates, the latest posted first unless ordered otherwise, drafts last. For staff; clients have
    /// `Project.updates`.
    #[graphql(guard = "Allow::staff()")]
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the field")]
    async fn project_updates(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The first so many rows, 100 at most…")] first: Option<i32>,
        #[graphql(desc = "…after this cursor.")] after: Option<String>,
        #[graphql(desc = "The last so many rows, 100 at most…")] last: Option<i32>,
        #[graphql(desc = "…before this cursor.")] before: Option<String>,
        #[graphql(desc = "The page of this number, from 1.")] page: Option<i32>,
        #[graphql(desc = "Rows a page, 100 at most.")] page_size: Option<i32>,
        #[graphql(desc = "Which updates.")] filter: Option<ProjectUpdateFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectUpdateOrder>,
        #[graphql(desc = "Posted ones, living ones, deleted ones or all.")] scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProjectUpdate>> {
        let args = PageArgs {
            first,
            after,
            last,
            before,
            page,
            page_size,
        };
        let window = args.window().map_err(|violation| top_level(violation.into()))?;
        let filter: UpdateFilter = filter
            .unwrap_or_default()
            .check()
            .map_err(|violation| top_level(violation.into()))?;
        let scope = resolve_scope(ctx.actor(), scope, RecordScope::Living).map_err(top_level)?;
        let (order, descending) = update_order(order_by);
        let db = ctx.app().db.clone();
        let list = select_updates(ctx.actor(), &filter, scope);
        let page = paging::fetch(db.reader(), list.clone(), &order.by(descending), &window)
            .await
            .map_err(top_level)?;
        let counter = Arc::new(move || {
            let (db, list) = (db.clone(), list.clone());
            async move { Ok(paging::count(db.reader(), list).await?) }.boxed()
        });
        Ok(Connection::new(page, window, counter, GqlProjectUpdate::from))
    }
}

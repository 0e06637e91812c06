//! Loads what many projects and updates have below them: one statement a level, whoever asks for it.

use std::{collections::HashMap, sync::Arc};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::{
    features::{
        media::Image,
        projects::{
            Project, ProjectColumn, ProjectFilter, ProjectId, ProjectOrder, ProjectUpdate, ProjectUpdateId,
            UpdateColumn, UpdateFilter, UpdateOrder, images_of_updates, projects_by_ids, select_projects,
            select_updates,
        },
    },
    platform::{
        actor::{Actor, ClientId},
        db::Db,
        error::CommandError,
        graphql::{RecordScope, RequestLoader},
        paging::{self, Page, Window},
    },
};

/// Loads projects by id. The caller has checked that they may be seen: they stand above something that may.
#[derive(Debug, Clone)]
pub struct ProjectLoader(pub Db);

impl RequestLoader for ProjectLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<ProjectId> for ProjectLoader {
    type Value = Arc<Project>;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[ProjectId]) -> Result<HashMap<ProjectId, Self::Value>, Self::Error> {
        let found = projects_by_ids(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(found
            .into_iter()
            .map(|(id, project)| (id, Arc::new(project)))
            .collect())
    }
}

/// A page of one client's projects. Clients of one operation that ask for the same page share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NestedProjects {
    /// The client.
    pub client: ClientId,
    /// Which page of what.
    pub list: Arc<ProjectList>,
}

/// What a list of projects shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ProjectList {
    /// Which projects.
    pub filter: ProjectFilter,
    /// In which state.
    pub scope: RecordScope,
    /// In which order.
    pub order: ProjectOrder,
    /// Largest first.
    pub descending: bool,
    /// Which page.
    pub window: Window,
}

/// Loads pages of projects.
#[derive(Debug, Clone)]
pub struct NestedProjectsLoader {
    /// Where they are.
    pub db: Db,
    /// Who asks.
    pub actor: Actor,
}

impl RequestLoader for NestedProjectsLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<NestedProjects> for NestedProjectsLoader {
    type Value = Arc<Page<Project>>;
    type Error = Arc<CommandError>;

    async fn load(
        &self,
        keys: &[NestedProjects],
    ) -> Result<HashMap<NestedProjects, Self::Value>, Self::Error> {
        let mut lists: HashMap<&Arc<ProjectList>, Vec<ClientId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.client);
        }
        let mut pages = HashMap::new();
        for (list, clients) in lists {
            let found = paging::fetch_nested(
                self.db.reader(),
                select_projects(&self.actor, &list.filter, list.scope),
                ProjectColumn::ClientId,
                ProjectColumn::Id,
                clients.into_iter().map(|client| client.0),
                &list.order.by(list.descending),
                &list.window,
            )
            .await
            .map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(client, page)| {
                (
                    NestedProjects {
                        client: ClientId(client),
                        list: Arc::clone(list),
                    },
                    Arc::new(page),
                )
            }));
        }
        Ok(pages)
    }
}

/// The projects of one client to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountProjects {
    /// The client.
    pub client: ClientId,
    /// Which projects.
    pub filter: Arc<ProjectFilter>,
    /// In which state.
    pub scope: RecordScope,
}

/// Counts projects.
#[derive(Debug, Clone)]
pub struct ProjectCountLoader {
    /// Where they are.
    pub db: Db,
    /// Who asks.
    pub actor: Actor,
}

impl RequestLoader for ProjectCountLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<CountProjects> for ProjectCountLoader {
    type Value = i64;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[CountProjects]) -> Result<HashMap<CountProjects, i64>, Self::Error> {
        let mut lists: HashMap<(&Arc<ProjectFilter>, RecordScope), Vec<ClientId>> = HashMap::new();
        for key in keys {
            lists
                .entry((&key.filter, key.scope))
                .or_default()
                .push(key.client);
        }
        let mut counts = HashMap::new();
        for ((filter, scope), clients) in lists {
            let list = select_projects(&self.actor, filter, scope);
            let parents = clients.into_iter().map(|client| client.0);
            let counted = paging::count_nested(self.db.reader(), list, ProjectColumn::ClientId, parents)
                .await
                .map_err(Arc::new)?;
            counts.extend(counted.into_iter().map(|(client, count)| {
                (
                    CountProjects {
                        client: ClientId(client),
                        filter: Arc::clone(filter),
                        scope,
                    },
                    count,
                )
            }));
        }
        Ok(counts)
    }
}

/// A page of one project's updates. Projects of one operation that ask for the same page share a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct NestedUpdates {
    /// The project.
    pub project: ProjectId,
    /// Which page of what.
    pub list: Arc<UpdateList>,
}

/// What a list of updates shows.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct UpdateList {
    /// Which updates.
    pub filter: UpdateFilter,
    /// In which state.
    pub scope: RecordScope,
    /// In which order.
    pub order: UpdateOrder,
    /// Largest first.
    pub descending: bool,
    /// Which page.
    pub window: Window,
}

/// Loads pages of updates.
#[derive(Debug, Clone)]
pub struct NestedUpdatesLoader {
    /// Where they are.
    pub db: Db,
    /// Who asks.
    pub actor: Actor,
}

impl RequestLoader for NestedUpdatesLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<NestedUpdates> for NestedUpdatesLoader {
    type Value = Arc<Page<ProjectUpdate>>;
    type Error = Arc<CommandError>;

    async fn load(&self, keys: &[NestedUpdates]) -> Result<HashMap<NestedUpdates, Self::Value>, Self::Error> {
        let mut lists: HashMap<&Arc<UpdateList>, Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists.entry(&key.list).or_default().push(key.project);
        }
        let mut pages = HashMap::new();
        for (list, projects) in lists {
            let found = paging::fetch_nested(
                self.db.reader(),
                select_updates(&self.actor, &list.filter, list.scope),
                UpdateColumn::ProjectId,
                UpdateColumn::Id,
                projects.into_iter().map(|project| project.0),
                &list.order.by(list.descending),
                &list.window,
            )
            .await
            .map_err(Arc::new)?;
            pages.extend(found.into_iter().map(|(project, page)| {
                (
                    NestedUpdates {
                        project: ProjectId(project),
                        list: Arc::clone(list),
                    },
                    Arc::new(page),
                )
            }));
        }
        Ok(pages)
    }
}

/// The updates of one project to count.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CountUpdates {
    /// The project.
    pub project: ProjectId,
    /// Which updates.
    pub filter: Arc<UpdateFilter>,
    /// In which state.
    pub scope: RecordScope,
}

/// Counts updates.
#[derive(Debug, Clone)]
pub struct UpdateCountLoader {
    /// Where they are.
    pub db: Db,
    /// Who asks.
    pub actor: Actor,
}

impl RequestLoader for UpdateCountLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<CountUpdates> for UpdateCountLoader {
    type Value = i64;
    type Error = Arc<DbErr>;

    async fn load(&self, keys: &[CountUpdates]) -> Result<HashMap<CountUpdates, i64>, Self::Error> {
        let mut lists: HashMap<(&Arc<UpdateFilter>, RecordScope), Vec<ProjectId>> = HashMap::new();
        for key in keys {
            lists
                .entry((&key.filter, key.scope))
                .or_default()
                .push(key.project);
        }
        let mut counts = HashMap::new();
        for ((filter, scope), projects) in lists {
            let list = select_updates(&self.actor, filter, scope);
            let parents = projects.into_iter().map(|project| project.0);
            let counted = paging::count_nested(self.db.reader(), list, UpdateColumn::ProjectId, parents)
                .await
                .map_err(Arc::new)?;
            counts.extend(counted.into_iter().map(|(project, count)| {
                (
                    CountUpdates {
                        project: ProjectId(project),
                        filter: Arc::clone(filter),
                        scope,
                    },
                    count,
                )
            }));
        }
        Ok(counts)
    }
}

/// Loads the pictures of updates.
#[derive(Debug, Clone)]
pub struct UpdateImagesLoader(pub Db);

impl RequestLoader for UpdateImagesLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<ProjectUpdateId> for UpdateImagesLoader {
    type Value = Vec<Arc<Image>>;
    type Error = Arc<DbErr>;

    async fn load(
        &self,
        keys: &[ProjectUpdateId],
    ) -> Result<HashMap<ProjectUpdateId, Self::Value>, Self::Error> {
        images_of_updates(self.0.reader(), keys.iter().copied())
            .await
            .map_err(Arc::new)
    }
}

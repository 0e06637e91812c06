//! Loads what many projects and updates have below them: one statement a level, whoever asks for it.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use async_graphql::dataloader::Loader;
use sea_orm::DbErr;

use crate::features::{
    media::Image,
    projects::{Project, ProjectId, ProjectUpdateId, images_of_updates, projects_by_ids},
};
use platform::{actor::Actor, db::Db, graphql::RequestLoader, listing::RecordScope};

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

/// Loads the pictures of updates.
#[derive(Debug, Clone)]
pub struct UpdateImagesLoader(pub Db);

impl RequestLoader for UpdateImagesLoader {
    fn for_request(db: &Db, _: &Actor) -> Self {
        Self(db.clone())
    }
}

impl Loader<(ProjectUpdateId, RecordScope)> for UpdateImagesLoader {
    type Value = Vec<Arc<Image>>;
    type Error = Arc<DbErr>;

    async fn load(
        &self,
        keys: &[(ProjectUpdateId, RecordScope)],
    ) -> Result<HashMap<(ProjectUpdateId, RecordScope), Self::Value>, Self::Error> {
        let mut all = HashMap::new();
        // One, unless a document asks for several scopes at once.
        for scope in keys.iter().map(|(_, scope)| *scope).collect::<HashSet<_>>() {
            let updates = keys.iter().filter(|key| key.1 == scope).map(|key| key.0);
            let found = images_of_updates(self.0.reader(), updates, scope)
                .await
                .map_err(Arc::new)?;
            all.extend(found.into_iter().map(|(id, images)| ((id, scope), images)));
        }
        Ok(all)
    }
}

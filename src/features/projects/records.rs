//! How projects and updates go and come back: projects with their client, updates with their project. Locks are taken as
//! `parents.rs` says.

use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition, EntityTrait, ModelTrait, QueryFilter, QuerySelect, Select};
use uuid::Uuid;

use super::{
    BelowProject, ProjectBelow, ProjectFilter, ProjectId, UpdateFilter,
    commands::append_change_in_tx,
    lock_project_below_clients_in_tx, lock_project_in_tx, lock_projects_of_in_tx, select_projects,
    select_updates,
    tables::{project, update, update_image},
};
use crate::features::{
    clients::Clients,
    media::{ImageId, remove_in_tx},
};
use platform::{
    actor::{Actor, ClientId},
    announce::Forgotten,
    ctx::holds::Holder,
    ctx::{Ctx, RecordTx},
    db::WriteTx,
    deletion::{Above, RecordKind, delete_in_tx, force_delete_in_tx, removed, restore_in_tx},
    error::CommandError,
    events::append_in_tx,
    listing::RecordScope,
    messages::Noun,
    record::{self, RecordColumn, RecordEntity},
};

impl Above<project::Entity> for ProjectBelow {
    async fn lock(tx: &WriteTx, id: Uuid) -> Result<Option<Self>, CommandError> {
        lock_project_below_clients_in_tx(tx, ProjectId(id), None).await
    }

    fn deleted(&self) -> Option<(Noun, String)> {
        let client = self.project.client_id;
        (!self.is_living(client)).then(|| (ClientId::NOUN, client.to_string()))
    }
}

impl RecordKind for project::Entity {
    type Above = ProjectBelow;

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_projects(actor, &ProjectFilter::default(), RecordScope::Living)
    }

    /// Its updates, drafts too.
    async fn delete_below(
        with: &RecordTx<'_>,
        batch: Uuid,
        deleted: &[project::Model],
    ) -> Result<(), CommandError> {
        let updates = update::Column::ProjectId.is_in(deleted.iter().map(|project| project.id));
        let updates = Condition::all().add(updates);
        record::soft_delete::<update::Entity>(with.tx, with.actor, batch, updates).await?;
        Ok(())
    }

    async fn restore_below(with: &RecordTx<'_>, batch: Uuid) -> Result<(), CommandError> {
        record::restore::<update::Entity>(with.tx, with.actor, batch).await?;
        Ok(())
    }

    async fn force_delete_below(with: &RecordTx<'_>, project: &project::Model) -> Result<(), CommandError> {
        let updates = update::Entity::find()
            .filter(update::Column::ProjectId.eq(project.id))
            .lock_exclusive()
            .all(with.tx.conn())
            .await?;
        for update in &updates {
            force_delete_in_tx::<update::Entity>(with, update).await?;
        }
        let told = Forgotten::Record(project.id.0);
        Ok(with.ctx.announcer.forget_in_tx(with.tx, told).await?)
    }

    async fn tell_removed(
        with: &RecordTx<'_>,
        _: &ProjectBelow,
        project: &project::Model,
    ) -> Result<(), CommandError> {
        append_project_removed(with.tx, project).await
    }

    async fn tell_restored(
        with: &RecordTx<'_>,
        _: &ProjectBelow,
        project: &project::Model,
    ) -> Result<(), CommandError> {
        append_change_in_tx(with.tx, project, true).await
    }
}

impl<E: BelowProject> Above<E> for project::Model
where
    E::Model: ModelTrait<Entity = E>,
{
    async fn lock(tx: &WriteTx, id: Uuid) -> Result<Option<Self>, CommandError> {
        let row = E::find().filter(E::column(RecordColumn::Id).eq(id));
        match row.one(tx.conn()).await? {
            Some(row) => Ok(lock_project_in_tx(tx, E::project_of(&row)).await?),
            None => Ok(None),
        }
    }

    fn deleted(&self) -> Option<(Noun, String)> {
        self.deleted_at.map(|_| (ProjectId::NOUN, self.id.to_string()))
    }
}

impl RecordKind for update::Entity {
    type Above = project::Model;

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select_updates(actor, &UpdateFilter::default(), RecordScope::Living)
    }

    /// Its pictures, and what was told of it.
    async fn force_delete_below(with: &RecordTx<'_>, update: &update::Model) -> Result<(), CommandError> {
        use update_image::Column;
        let images: Vec<ImageId> = update_image::Entity::find()
            .select_only()
            .column(Column::ImageId)
            .filter(Column::UpdateId.eq(update.id))
            .into_tuple()
            .all(with.tx.conn())
            .await?;
        update_image::Entity::delete_many()
            .filter(Column::UpdateId.eq(update.id))
            .exec(with.tx.conn())
            .await?;
        remove_in_tx(with.tx, &images).await?;
        let told = Forgotten::Record(update.id.0);
        Ok(with.ctx.announcer.forget_in_tx(with.tx, told).await?)
    }

    /// To the staff, and to its client if they could see it. The event of a draft names no project, since a project's
    /// events are its client's to see.
    async fn tell_removed(
        with: &RecordTx<'_>,
        project: &project::Model,
        update: &update::Model,
    ) -> Result<(), CommandError> {
        let posted = update.posted_at.is_some();
        let event = removed::<Self>(update)
            .for_owner_of(posted.then_some(project.id.0))
            .for_client(posted.then_some(project.client_id));
        append_in_tx(with.tx, event);
        Ok(())
    }

    async fn tell_restored(
        with: &RecordTx<'_>,
        project: &project::Model,
        update: &update::Model,
    ) -> Result<(), CommandError> {
        append_change_in_tx(with.tx, project, update.posted_at.is_some()).await
    }
}

/// Tells its client and the staff that a project is gone, and with it everything below it.
async fn append_project_removed(tx: &WriteTx, project: &project::Model) -> Result<(), CommandError> {
    let event = removed::<project::Entity>(project)
        .for_owner_of(project.id.0)
        .for_client(project.client_id);
    append_in_tx(tx, event);
    Ok(())
}

/// Projects go and come with their client.
#[derive(Debug, Clone, Copy, Default)]
pub struct ProjectHolds;

impl Holder for ProjectHolds {
    fn delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            let projects = projects_of(with.tx, kind, ids).await?;
            let ids: Vec<Uuid> = projects.iter().map(|project| project.id.0).collect();
            for project in delete_in_tx::<project::Entity>(with, batch, &ids).await? {
                append_project_removed(with.tx, &project).await?;
            }
            Ok(())
        })
    }

    fn restore_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
        batch: Uuid,
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            if projects_of(with.tx, kind, ids).await?.is_empty() {
                return Ok(());
            }
            for project in restore_in_tx::<project::Entity>(with, batch).await? {
                append_change_in_tx(with.tx, &project, true).await?;
            }
            Ok(())
        })
    }

    fn force_delete_below<'a>(
        &'a self,
        with: &'a RecordTx<'a>,
        kind: &'static str,
        ids: &'a [Uuid],
    ) -> BoxFuture<'a, Result<(), CommandError>> {
        Box::pin(async move {
            for project in projects_of(with.tx, kind, ids).await? {
                force_delete_in_tx::<project::Entity>(with, &project).await?;
                if project.deleted_at.is_none() {
                    append_project_removed(with.tx, &project).await?;
                }
            }
            Ok(())
        })
    }
}

/// The projects of these, if they are clients; locked.
async fn projects_of(
    tx: &WriteTx,
    kind: &'static str,
    ids: &[Uuid],
) -> Result<Vec<project::Model>, CommandError> {
    let mut projects = Vec::new();
    if kind == Clients::KIND {
        for id in ids {
            projects.extend(lock_projects_of_in_tx(tx, ClientId(*id)).await?);
        }
    }
    Ok(projects)
}

//! The one order in which rows are locked where something hangs below something: clients by id, then projects by id, then
//! what is below a project. Cascades (delete, restore, remove for good) and moves (another client, a new project, a new
//! invoice) all come through here, so that two of them can't wait for each other, and so that each looks again once it
//! has its locks: what it read to know which rows to lock may have moved meanwhile, and then it starts anew
//! ([`Moved`]).

use sea_orm::{ColumnTrait, DbErr, EntityTrait, ModelTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{
    ProjectId,
    tables::{project, update},
};
use crate::features::clients::{ClientColumn, Clients, StoredClient};
use platform::{
    actor::ClientId,
    db::Moved,
    db::WriteTx,
    error::CommandError,
    record::{RecordColumn, RecordEntity},
};

/// A record below a project. It stays below that one for good.
pub trait BelowProject: RecordEntity
where
    Self::Model: ModelTrait<Entity = Self>,
{
    /// The project that it belongs to.
    fn project_of(row: &Self::Model) -> ProjectId;
}

impl BelowProject for update::Entity {
    fn project_of(row: &update::Model) -> ProjectId {
        row.project_id
    }
}

/// Locks clients, living or deleted, in the order of their ids, whatever order they are named in. Those that don't exist
/// are left out.
///
/// # Errors
/// When the database refuses.
pub async fn lock_clients_in_tx(
    tx: &WriteTx,
    ids: impl IntoIterator<Item = ClientId> + Send,
) -> Result<Vec<StoredClient>, DbErr> {
    let ids: Vec<ClientId> = ids.into_iter().collect();
    Clients::find()
        .filter(ClientColumn::Id.is_in(ids))
        .order_by_asc(ClientColumn::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await
}

/// Locks a living client, so that who is being deleted gets no new project.
///
/// # Errors
/// When the database refuses.
pub async fn lock_living_client_in_tx(tx: &WriteTx, id: ClientId) -> Result<Option<StoredClient>, DbErr> {
    let found = lock_clients_in_tx(tx, [id]).await?.pop();
    Ok(found.filter(|client| client.deleted_at.is_none()))
}

/// A project, living or deleted, with the clients that were locked before it.
#[derive(Debug)]
pub struct ProjectBelow {
    /// The project.
    pub project: project::Model,
    clients: Vec<StoredClient>,
}

impl ProjectBelow {
    /// Whether the client is one of those locked, and living.
    #[must_use]
    pub fn is_living(&self, client: ClientId) -> bool {
        let mut living = self.clients.iter().filter(|it| it.deleted_at.is_none());
        living.any(|it| it.id == client)
    }
}

/// Locks a project, living or deleted, after its client and the one that it is to move to.
///
/// # Errors
/// [`Moved`] when it has gone to another client while the locks were taken.
pub async fn lock_project_below_clients_in_tx(
    tx: &WriteTx,
    id: ProjectId,
    to: Option<ClientId>,
) -> Result<Option<ProjectBelow>, CommandError> {
    let Some(seen) = project::Entity::find_by_id(id).one(tx.conn()).await? else {
        return Ok(None);
    };
    let clients = lock_clients_in_tx(tx, [seen.client_id].into_iter().chain(to)).await?;
    let Some(project) = lock_project_in_tx(tx, id).await? else {
        return Ok(None);
    };
    if project.client_id != seen.client_id {
        return Err(Moved.into());
    }
    Ok(Some(ProjectBelow { project, clients }))
}

/// Locks a project, living or deleted. Whoever changes what client it has uses [`lock_project_below_clients_in_tx`].
///
/// # Errors
/// When the database refuses.
pub async fn lock_project_in_tx(tx: &WriteTx, id: ProjectId) -> Result<Option<project::Model>, DbErr> {
    project::Entity::find_by_id(id)
        .lock_exclusive()
        .one(tx.conn())
        .await
}

/// Locks all projects of a client, living and deleted, in the order of their ids. The client is locked already, so that
/// none can come; one that leaves at this moment is left out.
///
/// # Errors
/// When the database refuses.
pub async fn lock_projects_of_in_tx(tx: &WriteTx, client: ClientId) -> Result<Vec<project::Model>, DbErr> {
    project::Entity::find()
        .filter(project::Column::ClientId.eq(client))
        .order_by_asc(project::Column::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await
}

/// Locks a record below a project, after that project; either may be deleted.
///
/// # Errors
/// When the database refuses.
pub async fn lock_below_project_in_tx<E>(
    tx: &WriteTx,
    id: Uuid,
) -> Result<Option<(project::Model, E::Model)>, DbErr>
where
    E: BelowProject,
    E::Model: ModelTrait<Entity = E>,
{
    let this = || E::find().filter(E::column(RecordColumn::Id).eq(id));
    let Some(seen) = this().one(tx.conn()).await? else {
        return Ok(None);
    };
    let Some(project) = lock_project_in_tx(tx, E::project_of(&seen)).await? else {
        return Ok(None);
    };
    let row = this().lock_exclusive().one(tx.conn()).await?;
    Ok(row.map(|row| (project, row)))
}

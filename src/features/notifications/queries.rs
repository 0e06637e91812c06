//! Reads of inboxes: everybody their own.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select,
    sea_query::{Expr, ExprTrait},
};
use uuid::Uuid;

use super::{
    NotificationId,
    table::{Column, Entity, Model},
};
use crate::features::projects::{
    ProjectColumn, ProjectFilter, ProjectUpdates, Projects, UpdateColumn, UpdateFilter, select_projects,
    select_updates,
};
use platform::{
    actor::{AccountId, Actor},
    db::{Db, WriteTx, write_tx},
    listing::RecordScope,
    outbox,
    record::RecordEntity,
};

/// Which entries a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotificationFilter {
    /// Unread ones, or read ones.
    pub unread: Option<bool>,
    /// About this project.
    pub project: Option<Uuid>,
}

/// The entries of the actor's own inbox, but for those about what is deleted or has become another client's.
#[must_use]
pub fn select_notifications(actor: &Actor, filter: &NotificationFilter) -> Select<Entity> {
    let own = match actor.account_id() {
        Some(account) => Column::AccountId.eq(account),
        None => Column::Id.is_null(),
    };
    let projects = select_projects(actor, &ProjectFilter::default(), RecordScope::Living)
        .select_only()
        .column(ProjectColumn::Id)
        .into_query();
    let updates = select_updates(actor, &UpdateFilter::default(), RecordScope::Living)
        .select_only()
        .column(UpdateColumn::Id)
        .into_query();
    Entity::find().filter(
        Condition::all()
            .add(own)
            .add(
                Condition::any()
                    .add(Column::ProjectId.is_null())
                    .add(Column::ProjectId.in_subquery(projects)),
            )
            .add(
                Condition::any()
                    .add(Column::RecordKind.ne(ProjectUpdates::KIND))
                    .add(Column::RecordId.in_subquery(updates)),
            )
            .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
            .add_option(filter.unread.map(|unread| {
                if unread {
                    Column::ReadAt.is_null()
                } else {
                    Column::ReadAt.is_not_null()
                }
            })),
    )
}

/// How many entries of the actor's inbox are unread.
///
/// # Errors
/// When the database refuses.
pub async fn unread_count(conn: &impl ConnectionTrait, actor: &Actor) -> Result<u64, DbErr> {
    let unread = NotificationFilter {
        unread: Some(true),
        ..Default::default()
    };
    select_notifications(actor, &unread).count(conn).await
}

/// Entries of the actor's own inbox, by id. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn notifications_by_ids(
    conn: &impl ConnectionTrait,
    actor: &Actor,
    ids: impl IntoIterator<Item = NotificationId>,
) -> Result<Vec<Model>, DbErr> {
    select_notifications(actor, &NotificationFilter::default())
        .filter(Column::Id.is_in(ids))
        .all(conn)
        .await
}

/// How long an entry is kept.
pub const KEPT_FOR: TimeDelta = TimeDelta::days(365);

/// Forgets entries that are older than a year, read or not; answers how many.
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    let millis = u64::try_from((now - KEPT_FOR).timestamp_millis()).unwrap_or(0);
    // The first id of that moment: ids begin with their time, so the primary key finds them.
    let first = uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid();
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::Id.lt(NotificationId(first)))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

/// Entries that an account may take home at a time.
const TOLD: u64 = 200;

/// Entries of an account behind one of them, the oldest first.
pub(super) async fn page_of_account(
    conn: &impl ConnectionTrait,
    account: AccountId,
    after: Option<Uuid>,
) -> Result<Vec<Model>, DbErr> {
    let behind = Condition::all().add_option(after.map(|after| Column::Id.gt(after)));
    Entity::find()
        .filter(Column::AccountId.eq(account))
        .filter(behind)
        .order_by_asc(Column::Id)
        .limit(TOLD)
        .all(conn)
        .await
}

/// Takes the entries about a record out of all inboxes, as when it is removed for good.
///
/// # Errors
/// When the database refuses.
pub async fn remove_of_record_in_tx(tx: &WriteTx, record: Uuid) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::RecordId.eq(record))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Empties an account's inbox, as when the account is removed for good.
///
/// # Errors
/// When the database refuses.
pub async fn remove_of_account_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::AccountId.eq(account))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// How much of people's inboxes is unread, for the outbox.
#[derive(Debug, Clone)]
pub struct UnreadEntries(Db);

impl UnreadEntries {
    /// Those in this database.
    #[must_use]
    pub fn new(db: Db) -> Self {
        Self(db)
    }
}

impl outbox::Unread for UnreadEntries {
    /// What `viewer.unreadNotificationCount` says to somebody whose projects have stayed theirs.
    fn count(&self, recipient: AccountId) -> BoxFuture<'_, anyhow::Result<u64>> {
        Box::pin(async move {
            // Looked up for each entry: a list of all projects would be as long as the company is old.
            let its_project = Expr::col((Projects, ProjectColumn::Id)).equals((Entity, Column::ProjectId));
            let living_project = Projects::find()
                .select_only()
                .column(ProjectColumn::Id)
                .filter(its_project)
                .filter(ProjectColumn::DeletedAt.is_null())
                .into_query();
            let its_update = Expr::col((ProjectUpdates, UpdateColumn::Id)).equals((Entity, Column::RecordId));
            let living_update = ProjectUpdates::find()
                .select_only()
                .column(UpdateColumn::Id)
                .filter(its_update)
                .filter(UpdateColumn::DeletedAt.is_null())
                .into_query();
            let unread = Entity::find()
                .filter(Column::AccountId.eq(recipient))
                .filter(Column::ReadAt.is_null())
                .filter(
                    Condition::any()
                        .add(Column::ProjectId.is_null())
                        .add(Expr::exists(living_project)),
                )
                .filter(
                    Condition::any()
                        .add(Column::RecordKind.ne(ProjectUpdates::KIND))
                        .add(Expr::exists(living_update)),
                );
            Ok(unread.count(self.0.reader()).await?)
        })
    }
}

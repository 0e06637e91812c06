//! Reads of projects and updates. Every list starts from [`select_projects`] or [`select_updates`], which know who
//! asks: a client sees the own, living and posted, and nothing else, in lists, counts and look-ups alike.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait, Select, sea_query::SelectStatement,
};
use uuid::Uuid;

use super::{
    Phase, ProjectId, ProjectUpdateId,
    model::MAX_IMAGES,
    tables::{project, update, update_image},
};
use crate::features::media::{Image, ImageId, images_by_ids};
use platform::{
    actor::{Actor, ClientId},
    db::KeptSelect,
    listing::RecordScope,
    paging::OrderBy,
    search,
};

/// Which projects a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ProjectFilter {
    /// Of this client.
    pub client: Option<ClientId>,
    /// In this phase.
    pub phase: Option<Phase>,
    /// Closed ones, or open ones.
    pub closed: Option<bool>,
    /// Starting on this day or later.
    pub starts_from: Option<NaiveDate>,
    /// Starting on this day or earlier.
    pub starts_until: Option<NaiveDate>,
    /// To be completed on this day or later.
    pub completes_from: Option<NaiveDate>,
    /// To be completed on this day or earlier.
    pub completes_until: Option<NaiveDate>,
    /// Each word stands in the name.
    pub search: Option<String>,
}

/// Which updates a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct UpdateFilter {
    /// Of this project.
    pub project: Option<ProjectId>,
    /// Of this client's projects.
    pub client: Option<ClientId>,
    /// Drafts, or posted ones.
    pub draft: Option<bool>,
    /// Posted at this moment or later.
    pub posted_from: Option<DateTime<Utc>>,
    /// Posted before this moment.
    pub posted_until: Option<DateTime<Utc>>,
    /// Each word stands in title or description.
    pub search: Option<String>,
}

/// What projects are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum ProjectOrder {
    /// When they were made.
    #[default]
    CreatedAt,
    /// When they last changed.
    UpdatedAt,
    /// By name.
    Name,
    /// By start.
    StartDate,
    /// By estimated completion.
    EstimatedCompletion,
    /// By progress.
    Progress,
}

/// What updates are ordered by.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum UpdateOrder {
    /// When they were posted; drafts last.
    #[default]
    PostedAt,
    /// When they were made.
    CreatedAt,
}

impl ProjectOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<project::Entity> {
        let column = match self {
            Self::CreatedAt => project::Column::CreatedAt,
            Self::UpdatedAt => project::Column::UpdatedAt,
            Self::Name => project::Column::SearchText,
            Self::StartDate => project::Column::StartDate,
            Self::EstimatedCompletion => project::Column::EstimatedCompletion,
            Self::Progress => project::Column::ProgressPercentage,
        };
        OrderBy::new(column, descending, project::Column::Id)
    }
}

impl UpdateOrder {
    /// As columns.
    #[must_use]
    pub fn by(self, descending: bool) -> OrderBy<update::Entity> {
        let column = match self {
            Self::PostedAt => update::Column::PostedAt,
            Self::CreatedAt => update::Column::CreatedAt,
        };
        OrderBy::new(column, descending, update::Column::Id)
    }
}

/// The projects that `actor` may see, within `scope` and `filter`.
#[must_use]
pub fn select_projects(actor: &Actor, filter: &ProjectFilter, scope: RecordScope) -> Select<project::Entity> {
    use project::Column;
    let mut only = Condition::all();
    if !actor.is_staff() {
        only = only.add(match actor.client_id() {
            Some(own) => Column::ClientId.eq(own),
            None => Column::Id.is_null(),
        });
    }
    only = match scope {
        RecordScope::Published | RecordScope::Living => only.add(Column::DeletedAt.is_null()),
        RecordScope::Deleted => only.add(Column::DeletedAt.is_not_null()),
        RecordScope::All => only,
    };
    only = only
        .add_option(filter.client.map(|client| Column::ClientId.eq(client)))
        .add_option(filter.phase.map(|phase| Column::CurrentPhase.eq(phase)))
        .add_option(filter.starts_from.map(|day| Column::StartDate.gte(day)))
        .add_option(filter.starts_until.map(|day| Column::StartDate.lte(day)))
        .add_option(
            filter
                .completes_from
                .map(|day| Column::EstimatedCompletion.gte(day)),
        )
        .add_option(
            filter
                .completes_until
                .map(|day| Column::EstimatedCompletion.lte(day)),
        )
        .add_option(filter.closed.map(|closed| {
            if closed {
                Column::ClosedAt.is_not_null()
            } else {
                Column::ClosedAt.is_null()
            }
        }));
    for word in filter
        .search
        .iter()
        .flat_map(|query| search::matches(Column::SearchText, query))
    {
        only = only.add(word);
    }
    project::Entity::find().filter(only)
}

/// The updates that `actor` may see, within `scope` and `filter`. Those of deleted projects are deleted too.
#[must_use]
pub fn select_updates(actor: &Actor, filter: &UpdateFilter, scope: RecordScope) -> Select<update::Entity> {
    use update::Column;
    let mut only = Condition::all();
    if !actor.is_staff() {
        let own = match actor.client_id() {
            Some(own) => project::Column::ClientId.eq(own),
            None => project::Column::Id.is_null(),
        };
        only = only
            .add(Column::PostedAt.is_not_null())
            .add(Column::ProjectId.in_subquery(project_ids(own.and_living())));
    }
    only = match scope {
        RecordScope::Published => only
            .add(Column::DeletedAt.is_null())
            .add(Column::PostedAt.is_not_null()),
        RecordScope::Living => only.add(Column::DeletedAt.is_null()),
        RecordScope::Deleted => only.add(Column::DeletedAt.is_not_null()),
        RecordScope::All => only,
    };
    only = only
        .add_option(filter.project.map(|project| Column::ProjectId.eq(project)))
        .add_option(filter.client.map(|client| {
            Column::ProjectId.in_subquery(project_ids(project::Column::ClientId.eq(client).into_condition()))
        }))
        .add_option(filter.posted_from.map(|from| Column::PostedAt.gte(from)))
        .add_option(filter.posted_until.map(|until| Column::PostedAt.lt(until)))
        .add_option(filter.draft.map(|draft| {
            if draft {
                Column::PostedAt.is_null()
            } else {
                Column::PostedAt.is_not_null()
            }
        }));
    for word in filter
        .search
        .iter()
        .flat_map(|query| search::matches(Column::SearchText, query))
    {
        only = only.add(word);
    }
    update::Entity::find().filter(only)
}

/// Open projects that `actor` may see, entered before `since` and begun by `today`, whose clients have read nothing new
/// since then.
#[must_use]
pub fn select_without_news(actor: &Actor, since: DateTime<Utc>, today: NaiveDate) -> Select<project::Entity> {
    use project::Column;
    let news = UpdateFilter {
        posted_from: Some(since),
        ..UpdateFilter::default()
    };
    let with_news = select_updates(actor, &news, RecordScope::Published)
        .select_only()
        .column(update::Column::ProjectId)
        .into_query();
    let open = ProjectFilter {
        closed: Some(false),
        ..ProjectFilter::default()
    };
    let begun = Condition::any()
        .add(Column::StartDate.is_null())
        .add(Column::StartDate.lte(today));
    select_projects(actor, &open, RecordScope::Living)
        .filter(Column::CreatedAt.lt(since))
        .filter(begun)
        .filter(Column::Id.not_in_subquery(with_news))
}

trait IntoOwnCondition {
    fn and_living(self) -> Condition;
    fn into_condition(self) -> Condition;
}

impl IntoOwnCondition for sea_orm::sea_query::SimpleExpr {
    fn and_living(self) -> Condition {
        Condition::all()
            .add(self)
            .add(project::Column::DeletedAt.is_null())
    }

    fn into_condition(self) -> Condition {
        Condition::all().add(self)
    }
}

fn project_ids(which: Condition) -> SelectStatement {
    project::Entity::find()
        .select_only()
        .column(project::Column::Id)
        .filter(which)
        .into_query()
}

/// Projects by id, whoever's and deleted ones too: for what has been checked already. One statement.
///
/// # Errors
/// When the database refuses.
pub async fn projects_by_ids(
    conn: &impl ConnectionTrait,
    ids: impl IntoIterator<Item = ProjectId>,
) -> Result<HashMap<ProjectId, project::Model>, DbErr> {
    static BY_IDS: KeptSelect<project::Entity> =
        KeptSelect::new(|ids| project::Entity::find().filter(project::Column::Id.is_in(ids.iter().copied())));
    let found: Vec<project::Model> = BY_IDS.all(conn, ids).await?;
    Ok(found.into_iter().map(|project| (project.id, project)).collect())
}

/// A picture of an update.
#[derive(Debug, FromQueryResult)]
struct Link {
    update_id: ProjectUpdateId,
    image_id: ImageId,
}

/// The pictures of many updates, each update's in order; of those in its bin, the latest first and [`MAX_IMAGES`] at most. One
/// statement, and one more for pictures that aren't kept.
///
/// # Errors
/// When the database refuses.
pub async fn images_of_updates(
    conn: &impl ConnectionTrait,
    updates: impl IntoIterator<Item = ProjectUpdateId>,
    scope: RecordScope,
) -> Result<HashMap<ProjectUpdateId, Vec<Arc<Image>>>, DbErr> {
    use update_image::Column;
    fn links(updates: &[Uuid]) -> Select<update_image::Entity> {
        update_image::Entity::find()
            .select_only()
            .columns([Column::UpdateId, Column::ImageId])
            .filter(Column::UpdateId.is_in(updates.iter().copied()))
    }
    static LIVING: KeptSelect<update_image::Entity> = KeptSelect::new(|updates| {
        links(updates)
            .filter(Column::DeletedAt.is_null())
            .order_by_asc(Column::Position)
    });
    static DELETED: KeptSelect<update_image::Entity> = KeptSelect::new(|updates| {
        links(updates)
            .filter(Column::DeletedAt.is_not_null())
            .order_by_desc(Column::DeletedAt)
            .order_by_asc(Column::Position)
    });
    // The living have no date, and come first or last as the database likes: so by whether they have one.
    static ALL: KeptSelect<update_image::Entity> = KeptSelect::new(|updates| {
        links(updates)
            .order_by_asc(Column::DeletedAt.is_not_null())
            .order_by_desc(Column::DeletedAt)
            .order_by_asc(Column::Position)
    });
    let in_scope = match scope {
        RecordScope::Published | RecordScope::Living => &LIVING,
        RecordScope::Deleted => &DELETED,
        RecordScope::All => &ALL,
    };
    let rows: Vec<Link> = in_scope.all(conn, updates).await?;
    let pictures = images_by_ids(conn, rows.iter().map(|link| link.image_id)).await?;
    let mut images: HashMap<ProjectUpdateId, Vec<Arc<Image>>> = HashMap::new();
    for link in rows {
        let of_update = images.entry(link.update_id).or_default();
        if of_update.len() < MAX_IMAGES {
            of_update.extend(pictures.get(&link.image_id).map(Arc::clone));
        }
    }
    Ok(images)
}

/// An update with all that its readers look at, loaded once for all of them.
#[derive(Debug, Clone)]
pub struct PostedUpdate {
    /// The update.
    pub update: Arc<update::Model>,
    /// Its pictures, in order.
    pub images: Arc<[Arc<Image>]>,
}

/// Posted, living updates with their pictures. Two statements.
///
/// # Errors
/// When the database refuses.
pub async fn updates_with_all(
    conn: &impl ConnectionTrait,
    ids: Vec<ProjectUpdateId>,
) -> Result<HashMap<ProjectUpdateId, PostedUpdate>, DbErr> {
    let updates = update::Entity::find()
        .filter(update::Column::Id.is_in(ids.iter().copied()))
        .filter(update::Column::DeletedAt.is_null())
        .filter(update::Column::PostedAt.is_not_null())
        .all(conn)
        .await?;
    let mut images = images_of_updates(conn, ids, RecordScope::Living).await?;
    Ok(updates
        .into_iter()
        .map(|update| {
            let images = images.remove(&update.id).unwrap_or_default().into();
            (
                update.id,
                PostedUpdate {
                    update: Arc::new(update),
                    images,
                },
            )
        })
        .collect())
}

//! How the inbox looks in the API.

use std::{collections::HashMap, sync::Arc};

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject, dataloader::Loader};
use chrono::{DateTime, Utc};
use sea_orm::DbErr;
use uuid::Uuid;

use super::{
    Notification, NotificationColumn, NotificationFilter, NotificationId, commands, notifications_by_ids,
    select_notifications, unread_count,
};
use crate::features::{
    billing::{Invoices, Payments},
    clients::Clients,
    projects::{ProjectId, ProjectUpdates},
};
use platform::graphql::{ContextExt, RequestLoader};
use platform::{
    actor::Actor,
    db::Db,
    error::{Violation, Violations},
    graphql::{Allow, BoundedList, Connection, UserError, internal, split, user_error::top_level},
    ids,
    paging::{OrderBy, PageArgs},
    record::RecordEntity,
};

/// An entry of the inbox.
#[derive(Debug, Clone)]
pub struct GqlNotification(pub Notification);

/// An entry of your inbox, in your language.
#[Object(name = "Notification")]
impl GqlNotification {
    /// The entry's id (`ntf_…`).
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// What happened, such as `ProjectUpdatePosted`: choose an icon by it, and show `title` and `body` for kinds you
    /// don't know.
    async fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The heading.
    async fn title(&self) -> &str {
        &self.0.title
    }

    /// The text.
    async fn body(&self) -> &str {
        &self.0.body
    }

    /// The project it is about (`prj_…`), to open when it is tapped.
    async fn project_id(&self) -> Option<ID> {
        self.0.project_id.map(|id| ProjectId(id).to_string().into())
    }

    /// What it tells of, to open when it is tapped: an update (`upd_…`), an invoice or credit note (`inv_…`), a payment
    /// (`pay_…`) or yourself (`cli_…`).
    async fn record_id(&self) -> Option<ID> {
        let kind = self.0.record_kind.as_str();
        let prefix = [
            (ProjectUpdates::KIND, ProjectUpdates::PREFIX),
            (Invoices::KIND, Invoices::PREFIX),
            (Payments::KIND, Payments::PREFIX),
            (Clients::KIND, Clients::PREFIX),
        ]
        .into_iter()
        .find_map(|(known, prefix)| (known == kind).then_some(prefix))?;
        Some(ids::encode(prefix, self.0.record_id).into())
    }

    /// When it came.
    async fn created_at(&self) -> DateTime<Utc> {
        self.0.created_at
    }

    /// When it was read; null until then.
    async fn read_at(&self) -> Option<DateTime<Utc>> {
        self.0.read_at
    }
}

/// Which entries a list shows.
#[derive(Debug, Default, InputObject)]
pub struct NotificationFilterInput {
    /// Only unread ones, or only read ones.
    pub unread: Option<bool>,
    /// Only those about this project (`prj_…`).
    pub project_id: Option<ID>,
}

/// A page of the actor's own inbox, the newest first.
///
/// # Errors
/// A top-level error for wrong arguments.
pub async fn notification_connection(
    ctx: &Context<'_>,
    actor: &Actor,
    args: PageArgs,
    filter: Option<NotificationFilterInput>,
) -> Result<Connection<GqlNotification>> {
    let filter = filter.unwrap_or_default();
    let project = filter
        .project_id
        .map(|id| ProjectId::parse(&id))
        .transpose()
        .map_err(|error| top_level(Violation::invalid_id(["filter", "projectId"], &error)))?;
    let filter = NotificationFilter {
        unread: filter.unread,
        project: project.map(|id| id.0),
    };
    let list = select_notifications(actor, &filter);
    let order = OrderBy::new(NotificationColumn::CreatedAt, true, NotificationColumn::Id);
    Connection::read(ctx, list, &order, &args, GqlNotification).await
}

/// How many entries of the actor's inbox are unread.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn unread_notification_count(ctx: &Context<'_>, actor: &Actor) -> Result<i32> {
    let count = unread_count(ctx.app().db.reader(), actor)
        .await
        .map_err(internal)?;
    Ok(i32::try_from(count).unwrap_or(i32::MAX))
}

/// An entry of the caller's inbox by id; null when it is gone or somebody else's.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn notification_by_id(ctx: &Context<'_>, id: Uuid) -> Result<Option<GqlNotification>> {
    let found = ctx
        .loader::<NotificationLoader>()
        .load_one(NotificationId(id))
        .await;
    Ok(found.map_err(internal)?.map(GqlNotification))
}

/// Loads entries of one person's inbox.
#[derive(Debug, Clone)]
pub struct NotificationLoader {
    /// Where they are.
    pub db: Db,
    /// Whose inbox.
    pub actor: Actor,
}

impl RequestLoader for NotificationLoader {
    fn for_request(db: &Db, actor: &Actor) -> Self {
        Self {
            db: db.clone(),
            actor: actor.clone(),
        }
    }
}

impl Loader<NotificationId> for NotificationLoader {
    type Value = Notification;
    type Error = Arc<DbErr>;

    async fn load(
        &self,
        keys: &[NotificationId],
    ) -> Result<HashMap<NotificationId, Notification>, Self::Error> {
        let found = notifications_by_ids(self.db.reader(), &self.actor, keys.iter().copied())
            .await
            .map_err(Arc::new)?;
        Ok(found.into_iter().map(|entry| (entry.id, entry)).collect())
    }
}

/// Which entries were read.
#[derive(Debug, InputObject)]
pub struct MarkNotificationsReadInput {
    /// These (`ntf_…`), 100 at most; all when absent.
    pub ids: Option<BoundedList<ID, { commands::MAX_IDS }>>,
    /// Only those of these kinds, such as `ProjectUpdatePosted`, 20 at most; of every kind when absent.
    pub kinds: Option<BoundedList<String, { commands::MAX_KINDS }>>,
}

/// What `markNotificationsRead` answers.
#[derive(Debug, SimpleObject)]
pub struct MarkNotificationsReadPayload {
    /// How many were unread and no longer are.
    pub marked_count: Option<i32>,
    /// How many are unread still.
    pub unread_notification_count: i32,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Mutations on the inbox.
#[derive(Debug, Default)]
pub struct NotificationsMutation;

#[Object]
impl NotificationsMutation {
    /// Marks entries of your inbox as read. Naming one that is read already, or isn't yours, does no harm. For whoever is
    /// signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn mark_notifications_read(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which.")] input: MarkNotificationsReadInput,
    ) -> Result<MarkNotificationsReadPayload> {
        let mut violations = Violations::default();
        let ids = input
            .ids
            .and_then(|ids| violations.check(ids.at(["input", "ids"])))
            .map(|ids| {
                ids.iter()
                    .enumerate()
                    .filter_map(|(index, id)| {
                        violations.check(NotificationId::parse(id).map_err(|error| {
                            Violation::invalid_id(["input", "ids", &index.to_string()], &error)
                        }))
                    })
                    .collect()
            });
        let kinds = input
            .kinds
            .and_then(|kinds| violations.check(kinds.at(["input", "kinds"])));
        let outcome = match violations.into_result() {
            Ok(()) => commands::mark_notifications_read(ctx.app(), ctx.actor(), ids, kinds).await,
            Err(error) => Err(error),
        };
        let (marked, user_errors) = split(outcome)?;
        Ok(MarkNotificationsReadPayload {
            marked_count: marked.map(|marked| i32::try_from(marked).unwrap_or(i32::MAX)),
            unread_notification_count: unread_notification_count(ctx, ctx.actor()).await?,
            user_errors,
        })
    }
}

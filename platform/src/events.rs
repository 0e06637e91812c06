//! The durable event log: what a client or the staff may see happening, written in the transaction that caused
//! it. Rows name records and hold no text; readers load what they may see (DESIGN.md 4).

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, Statement, entity::prelude::*};

use super::{
    actor::{AccountId, ClientId},
    db::{Later, WriteTx, insert_together},
    record::RecordEntity,
};
use crate::typed_id;

typed_id!(
    /// One event of the log.
    EventId, "evt", "event"
);

/// The table `events`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "events")]
pub struct Model {
    /// Order of insertion.
    #[sea_orm(primary_key)]
    pub seq: i64,
    /// Order of delivery; null on PostgreSQL until the relay has numbered the committed row.
    pub position: Option<i64>,
    pub id: EventId,
    pub kind: String,
    /// Audience: the client who owns this project.
    pub project_id: Option<Uuid>,
    /// Audience: this client.
    pub client_id: Option<ClientId>,
    /// Audience: this account alone.
    pub account_id: Option<AccountId>,
    /// Audience: the staff.
    pub for_staff: bool,
    pub record_kind: Option<String>,
    pub record_id: Option<Uuid>,
    pub record_version: Option<i32>,
    pub payload: Json,
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

/// The one row that says how far the log is numbered.
pub mod feed_head {
    use sea_orm::entity::prelude::*;

    /// The table `feed_head`.
    #[sea_orm::model]
    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "feed_head")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: i32,
        /// Changes when the log starts anew, such as after a restored backup: old cursors are then refused.
        pub epoch: Uuid,
        /// The last position given.
        pub position: i64,
    }

    impl ActiveModelBehavior for ActiveModel {}
}

/// The id of the one row of `feed_head`.
pub const FEED_HEAD_ID: i32 = 1;

/// Which kind of event: the name of its GraphQL type, of an announcement, or of a control row. Made once, as a constant of
/// the feature that it belongs to, so that who writes one and who reads it can't mean different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EventKind(&'static str);

impl EventKind {
    /// The kind of this name.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// Its name, as the log keeps it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// Whether a row of the log is of this kind.
    #[must_use]
    pub fn is(self, row: &Model) -> bool {
        row.kind == self.0
    }

    /// The records that the rows of this kind name.
    pub fn records(self, rows: &[Model]) -> impl Iterator<Item = Uuid> {
        let rows = rows.iter().filter(move |row| self.is(row));
        rows.filter_map(|row| row.record_id)
    }
}

/// An event to append: of a kind, about a record, for those who are named.
#[derive(Debug, Clone)]
pub struct NewEvent {
    kind: EventKind,
    project: Option<Uuid>,
    client: Option<ClientId>,
    account: Option<AccountId>,
    for_staff: bool,
    record: Option<(&'static str, Uuid, i32)>,
    payload: serde_json::Value,
}

impl NewEvent {
    /// About a record as it is now.
    pub fn about<E: RecordEntity>(kind: EventKind, row: &E::Model) -> Self
    where
        E::Model: ModelTrait<Entity = E>,
    {
        Self::naming(kind, (E::KIND, E::id_of(row), E::version_of(row)))
    }

    /// About something of a kind, with an id and a version: what isn't a record with the columns of one.
    #[must_use]
    pub fn naming(kind: EventKind, record: (&'static str, Uuid, i32)) -> Self {
        Self {
            record: Some(record),
            ..Self::control(kind, serde_json::Value::Null)
        }
    }

    /// For the servers, not for readers: it ends streams. Its payload says whose.
    #[must_use]
    pub fn control(kind: EventKind, payload: serde_json::Value) -> Self {
        Self {
            kind,
            project: None,
            client: None,
            account: None,
            for_staff: false,
            record: None,
            payload,
        }
    }

    /// The staff see it.
    #[must_use]
    pub fn for_staff(self) -> Self {
        Self {
            for_staff: true,
            ..self
        }
    }

    /// Whoever this project belongs to sees it: at the time of reading, not of writing.
    #[must_use]
    pub fn for_owner_of(self, project: impl Into<Option<Uuid>>) -> Self {
        Self {
            project: project.into(),
            ..self
        }
    }

    /// This client sees it, whoever the project belongs to.
    #[must_use]
    pub fn for_client(self, client: impl Into<Option<ClientId>>) -> Self {
        Self {
            client: client.into(),
            ..self
        }
    }

    /// This account sees it, and nobody else.
    #[must_use]
    pub fn for_account(self, account: AccountId) -> Self {
        Self {
            account: Some(account),
            ..self
        }
    }

    /// What readers need besides: ids and numbers, no text.
    #[must_use]
    pub fn with(self, payload: serde_json::Value) -> Self {
        Self { payload, ..self }
    }
}

/// Makes sure that the log has a head; called once at start.
///
/// # Errors
/// When the database refuses.
pub async fn ensure_head(tx: &WriteTx) -> Result<(), DbErr> {
    use sea_orm::sea_query::OnConflict;
    feed_head::Entity::insert(feed_head::ActiveModel {
        id: Set(FEED_HEAD_ID),
        epoch: Set(super::ids::new_uuid(tx.now())),
        position: Set(0),
    })
    .on_conflict(OnConflict::column(feed_head::Column::Id).do_nothing().to_owned())
    .exec_without_returning(tx.conn())
    .await?;
    Ok(())
}

/// The events that a transaction has for its end.
#[derive(Default)]
struct Events(Vec<ActiveModel>);

impl Later for Events {
    fn write(mut self: Box<Self>, tx: &WriteTx) -> BoxFuture<'_, Result<(), DbErr>> {
        Box::pin(async move {
            // SQLite has one writer at a time, so the order of commits is known here already.
            if tx.backend() == DbBackend::Sqlite {
                let mut position = last_position_of(tx, self.0.len()).await?;
                for event in self.0.iter_mut().rev() {
                    event.position = Set(Some(position));
                    position -= 1;
                }
            }
            insert_together(tx, self.0).await
        })
    }
}

/// Appends an event to the log; call it after the record's row is locked or written, so that events of one
/// record stand in the order of its versions.
pub fn append_in_tx(tx: &WriteTx, event: NewEvent) {
    let (record_kind, record_id, record_version) = match event.record {
        Some((kind, id, version)) => (Some(kind.to_owned()), Some(id), Some(version)),
        None => (None, None, None),
    };
    let event = ActiveModel {
        position: Set(None),
        id: Set(EventId::generate(tx.now())),
        kind: Set(event.kind.name().to_owned()),
        project_id: Set(event.project),
        client_id: Set(event.client),
        account_id: Set(event.account),
        for_staff: Set(event.for_staff),
        record_kind: Set(record_kind),
        record_id: Set(record_id),
        record_version: Set(record_version),
        payload: Set(event.payload),
        occurred_at: Set(tx.now()),
        ..Default::default()
    };
    tx.later(|events: &mut Events| events.0.push(event));
    tx.mark_events();
}

/// Takes the next positions of the log, and answers with the last of them.
async fn last_position_of(tx: &WriteTx, count: usize) -> Result<i64, DbErr> {
    let count = i64::try_from(count).map_err(|error| DbErr::Custom(error.to_string()))?;
    let take = Statement::from_sql_and_values(
        tx.backend(),
        "UPDATE feed_head SET position = position + $1 RETURNING position",
        [count.into()],
    );
    tx.conn()
        .query_one_raw(take)
        .await?
        .ok_or_else(|| DbErr::Custom("the event log has no head: run `belle-house migrate`".into()))?
        .try_get_by_index(0)
}

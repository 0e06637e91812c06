//! The durable event log: what a client or the staff may see happening, written in the transaction that caused
//! it. Rows name records and hold no text; readers load what they may see (DESIGN.md 4).

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbBackend, DbErr, Statement, entity::prelude::*};

use super::{
    actor::{AccountId, ClientId},
    db::WriteTx,
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

/// An event to append.
#[derive(Debug, Clone, Default)]
pub struct NewEvent {
    /// The name of the event's GraphQL type, or of a control row.
    pub kind: &'static str,
    /// The client who owns this project may see it.
    pub project: Option<Uuid>,
    /// This client may see it.
    pub client: Option<ClientId>,
    /// This account may see it.
    pub account: Option<AccountId>,
    /// The staff may see it.
    pub for_staff: bool,
    /// What it is about: kind, id and version.
    pub record: Option<(&'static str, Uuid, i32)>,
    /// What readers need besides: ids and numbers, no text.
    pub payload: serde_json::Value,
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

/// Appends an event to the log; call it after the record's row is locked or written, so that events of one
/// record stand in the order of its versions.
///
/// # Errors
/// When the database refuses.
pub async fn append_in_tx(tx: &WriteTx, event: NewEvent) -> Result<EventId, DbErr> {
    // SQLite has one writer at a time, so the order of commits is known here already.
    let position = match tx.backend() {
        DbBackend::Sqlite => Some(next_position(tx).await?),
        _ => None,
    };
    let id = EventId::generate(tx.now());
    let (record_kind, record_id, record_version) = match event.record {
        Some((kind, id, version)) => (Some(kind.to_owned()), Some(id), Some(version)),
        None => (None, None, None),
    };
    Entity::insert(ActiveModel {
        position: Set(position),
        id: Set(id),
        kind: Set(event.kind.to_owned()),
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
    })
    .exec_without_returning(tx.conn())
    .await?;
    tx.mark_events();
    Ok(id)
}

async fn next_position(tx: &WriteTx) -> Result<i64, DbErr> {
    tx.conn()
        .query_one_raw(Statement::from_string(
            tx.backend(),
            "UPDATE feed_head SET position = position + 1 RETURNING position",
        ))
        .await?
        .ok_or_else(|| DbErr::Custom("the event log has no head: run `belle-house migrate`".into()))?
        .try_get_by_index(0)
}

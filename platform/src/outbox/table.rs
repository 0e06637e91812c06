//! The table `deliveries`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use super::{Channel, DeliveryId, Status};
use crate::actor::{AccountId, Locale};

/// One message to one person on one channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "deliveries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: DeliveryId,
    pub channel: Channel,
    pub status: Status,
    pub recipient_id: AccountId,
    /// The e-mail address; null for pushes, which go to the recipient's devices.
    pub address: Option<String>,
    pub template: String,
    pub locale: Locale,
    /// What the template is filled with; empty where that is secret.
    pub data: Json,
    /// The encrypted data of a message with credentials; null once it is sent or too old.
    pub secret_data: Option<Vec<u8>>,
    pub is_secret: bool,
    /// What it said was removed, since it is long over.
    pub is_wiped: bool,
    #[sea_orm(unique)]
    pub idempotency_key: String,
    /// What it is about: the kind of record and its id; null for what concerns the account itself.
    pub record_kind: Option<String>,
    pub record_id: Option<Uuid>,
    /// The project that the record belongs to.
    pub project_id: Option<Uuid>,
    /// Attempts begun, so that one that takes the server down with it counts too.
    pub attempts: i32,
    pub next_attempt_at: DateTime<Utc>,
    /// The last attempt failed because the mail or push service didn't answer: it goes once that does, and not before.
    pub waits_for_service: bool,
    /// The attempt that is under way…
    pub lease_owner: Option<Uuid>,
    /// …and until when nobody else may begin one.
    pub lease_until: Option<DateTime<Utc>>,
    /// Why the last attempt failed, or a remark on the one that succeeded.
    pub last_error: Option<String>,
    /// After this moment the message is worth nothing.
    pub expires_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub sent_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

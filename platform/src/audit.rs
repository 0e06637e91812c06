//! Who changed what, when, from what to what: one entry a change, in the change's own transaction.

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, DbErr, entity::prelude::*};
use serde::{Deserialize, Serialize};

use super::{
    actor::{AccountId, Actor},
    db::{Later, WriteTx, insert_together},
};
use crate::typed_id;

typed_id!(
    /// One entry of the audit log.
    AuditEntryId, "aud", "audit entry"
);

/// What was done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum AuditAction {
    /// It was made.
    #[sea_orm(string_value = "CREATE")]
    Create,
    /// Values changed.
    #[sea_orm(string_value = "UPDATE")]
    Update,
    /// It was deleted, restorable.
    #[sea_orm(string_value = "DELETE")]
    Delete,
    /// It was brought back.
    #[sea_orm(string_value = "RESTORE")]
    Restore,
    /// It was removed for good.
    #[sea_orm(string_value = "FORCE_DELETE")]
    ForceDelete,
}

/// The table `audit_entries`.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entries")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: AuditEntryId,
    pub at: DateTime<Utc>,
    /// `None` when the server itself acted.
    pub account_id: Option<AccountId>,
    pub action: AuditAction,
    pub record_kind: String,
    pub record_id: Uuid,
    /// `{ "column": { "old": …, "new": … } }`; secrets are masked before they get here.
    pub changes: Json,
}

impl ActiveModelBehavior for ActiveModel {}

/// The entries that a transaction has for its end.
#[derive(Default)]
struct Entries(Vec<ActiveModel>);

impl Later for Entries {
    fn write(self: Box<Self>, tx: &WriteTx) -> BoxFuture<'_, Result<(), DbErr>> {
        Box::pin(insert_together(tx, self.0))
    }
}

/// Writes an entry, together with the transaction's others.
pub fn write_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    action: AuditAction,
    record_kind: &str,
    record_id: Uuid,
    changes: Json,
) {
    let entry = ActiveModel {
        id: Set(AuditEntryId::generate(tx.now())),
        at: Set(tx.now()),
        account_id: Set(actor.account_id()),
        action: Set(action),
        record_kind: Set(record_kind.to_owned()),
        record_id: Set(record_id),
        changes: Set(changes),
    };
    tx.later(|entries: &mut Entries| entries.0.push(entry));
}

//! Who changed what, when, from what to what: one entry a change, in the change's own transaction. And who took lists home,
//! and which documents the staff fetched. Who signed in is the accounts' (`security_events`).

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ActiveValue::Set, DbErr, QueryOrder, QuerySelect, entity::prelude::*, sea_query::Expr};
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

/// What stands where a value is kept back.
pub const MASK: &str = "•••";
/// Entries that are looked at at a time.
const PAGE: u64 = 500;

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
    /// A list was taken home.
    #[sea_orm(string_value = "EXPORT")]
    Export,
    /// A printed document was fetched.
    #[sea_orm(string_value = "DOWNLOAD")]
    Download,
    /// An account signed in. No entry has it any more: a security event tells of it (decision 28).
    #[sea_orm(string_value = "SIGN_IN")]
    SignIn,
    /// Somebody tried to sign in to the account, and was refused. No entry has it any more.
    #[sea_orm(string_value = "SIGN_IN_REFUSED")]
    SignInRefused,
    /// Whom it told of was taken out of it.
    #[sea_orm(string_value = "ANONYMISE")]
    Anonymise,
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
    let entry = Entry {
        account: actor.account_id(),
        action,
        record: (record_kind, record_id),
        changes,
    };
    write_entry_in_tx(tx, entry);
}

/// An entry to write.
#[derive(Debug)]
pub struct Entry<'a> {
    /// Who did it.
    pub account: Option<AccountId>,
    /// What was done.
    pub action: AuditAction,
    /// The kind of record, and its id.
    pub record: (&'a str, Uuid),
    /// `{ "column": { "old": …, "new": … } }`.
    pub changes: Json,
}

/// Writes an entry about what somebody did who isn't the caller, or not yet: at the end of the transaction, as
/// [`write_in_tx`] does.
pub fn write_entry_in_tx(tx: &WriteTx, entry: Entry<'_>) {
    let (record_kind, record_id) = entry.record;
    let entry = ActiveModel {
        id: Set(AuditEntryId::generate(tx.now())),
        at: Set(tx.now()),
        account_id: Set(entry.account),
        action: Set(entry.action),
        record_kind: Set(record_kind.to_owned()),
        record_id: Set(record_id),
        changes: Set(entry.changes),
    };
    tx.later(|entries: &mut Entries| entries.0.push(entry));
}

/// Masks what the audit log has of a person: of these records, the values of these columns. That and when they changed can still be seen. Entries of the same transaction aren't among them: they
/// are written at its end.
///
/// # Errors
/// When the database refuses.
pub async fn mask_person_in_tx(tx: &WriteTx, records: &[Uuid], columns: &[&str]) -> Result<(), DbErr> {
    for record in records {
        let mut after: Option<AuditEntryId> = None;
        loop {
            let mut page = Entity::find().filter(Column::RecordId.eq(*record));
            if let Some(after) = after {
                page = page.filter(Column::Id.gt(after));
            }
            let page = page.order_by_asc(Column::Id).limit(PAGE).all(tx.conn()).await?;
            for entry in &page {
                let mut changes = entry.changes.clone();
                if mask(&mut changes, |column| columns.contains(&column)) {
                    Entity::update_many()
                        .col_expr(Column::Changes, Expr::value(changes))
                        .filter(Column::Id.eq(entry.id))
                        .exec(tx.conn())
                        .await?;
                }
            }
            after = page.last().map(|entry| entry.id);
            if (page.len() as u64) < PAGE {
                break;
            }
        }
    }
    Ok(())
}

/// Masks the values of these columns in `{ "column": { "old": …, "new": … } }`; whether there were any.
pub(crate) fn mask(changes: &mut Json, is_masked: impl Fn(&str) -> bool) -> bool {
    let mut masked = false;
    let columns = changes.as_object_mut().into_iter().flatten();
    for (_, change) in columns.filter(|(column, _)| is_masked(column.as_str())) {
        for side in ["old", "new"] {
            if let Some(value) = change.get_mut(side).filter(|value| !value.is_null()) {
                *value = MASK.into();
                masked = true;
            }
        }
    }
    masked
}

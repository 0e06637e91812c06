//! What the audit log tells of a list that somebody took home.

use sea_orm::DbErr;
use serde_json::json;

use super::super::tables::account;
use platform::{
    actor::AccountId,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    record::RecordEntity,
};

/// Notes that an account takes a list home, before its first byte is sent.
///
/// # Errors
/// When the database refuses: then nothing may be sent.
pub async fn note_export(ctx: &Ctx, account: AccountId, file_name: &str) -> Result<(), DbErr> {
    write_tx!(ctx, |tx| {
        let entry = audit::Entry {
            account: Some(account),
            action: AuditAction::Export,
            record: (<account::Entity as RecordEntity>::KIND, account.0),
            changes: json!({ "file": { "old": null, "new": file_name } }),
        };
        audit::write_entry_in_tx(tx, entry);
        Ok(())
    })
}

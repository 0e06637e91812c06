//! Accepting the privacy notice.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use serde_json::json;

use super::super::consent::{ActiveModel, Column, Consent, Entity};
use crate::features::accounts::Accounts;
use platform::{
    actor::Actor,
    audit::{self, AuditAction},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message,
    record::RecordEntity,
};

/// Notes that the caller accepts the notice as it is now. Doing it twice changes nothing. For whoever is signed in.
///
/// # Errors
/// INVALID at `input.version` for another version than the present one: show that, and ask again.
pub async fn accept_privacy_notice(ctx: &Ctx, actor: &Actor, version: &str) -> Result<Consent, CommandError> {
    let account = actor.account_id().ok_or(CommandError::Unauthenticated)?;
    let present = &ctx.config.privacy_notice.version;
    if version.trim() != present {
        let message = message!("privacy-notice-changed", version = present.clone());
        return Err(Violation::new(ErrorCode::Invalid, ["input", "version"], message).into());
    }
    write_tx!(ctx, |tx| {
        let row = ActiveModel {
            account_id: Set(account),
            version: Set(present.clone()),
            accepted_at: Set(tx.now()),
        };
        let written = Entity::insert(row)
            .on_conflict(
                OnConflict::columns([Column::AccountId, Column::Version])
                    .do_nothing()
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
        if written > 0 {
            let accepted = json!({ "privacyNotice": { "old": null, "new": present } });
            audit::write_in_tx(
                tx,
                actor,
                AuditAction::Update,
                Accounts::KIND,
                account.0,
                accepted,
            );
        }
        let found = Entity::find_by_id((account, present.clone()))
            .one(tx.conn())
            .await?;
        Ok(found.ok_or_else(|| anyhow::anyhow!("an acceptance vanished while it was written"))?)
    })
}

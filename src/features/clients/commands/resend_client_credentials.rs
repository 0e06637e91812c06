//! Sending a client a new temporary password: the first one ran out, or the client forgot their own.

use super::super::{
    credentials::{self, Temporary},
    model::may_manage,
    tables::{Entity, Model},
};
use crate::{
    features::accounts::Accounts,
    platform::{
        actor::{Actor, ClientId},
        ctx::Ctx,
        error::{CommandError, ErrorCode, Violation},
        record,
        write::write_tx,
    },
};

/// Replaces a client's password by a new temporary one, mails it, and ends the client's sessions. For staff.
///
/// # Errors
/// NOT_FOUND; LOCKED for a disabled client.
pub async fn resend_client_credentials(
    ctx: &Ctx,
    actor: &Actor,
    id: ClientId,
) -> Result<Model, CommandError> {
    may_manage(actor)?;
    let temporary = Temporary::make(ctx.clock.now()).await?;
    write_tx!(ctx, |tx| {
        let client = record::lock_living::<Entity>(tx, id)
            .await?
            .ok_or_else(|| Violation::not_found(["input", "id"], "client"))?;
        let account = record::lock_living::<Accounts>(tx, client.account_id)
            .await?
            .ok_or_else(|| anyhow::anyhow!("the client {} has no account", client.id))?;
        if account.disabled_at.is_some() {
            return Err(Violation::new(
                ErrorCode::Locked,
                ["input", "id"],
                "This client is disabled. Enable the client first.",
            )
            .into());
        }
        credentials::replace_in_tx(ctx, tx, actor, &account, &temporary).await?;
        Ok(client)
    })
}

//! Shutting a client out for a time, and letting them in again.

use super::{
    super::tables::{ActiveModel, Entity, Model},
    lock_client, refuse_anonymised,
};
use crate::features::accounts;
use platform::{
    actor::{Actor, ClientId},
    ctx::Ctx,
    db::write_tx,
    error::CommandError,
    record::{self, Related},
};

/// Disables a client's account: it can't sign in, its sessions end, its streams close within seconds. For staff.
/// Doing it twice changes nothing.
///
/// # Errors
/// NOT_FOUND.
pub async fn disable_client(ctx: &Ctx, actor: &Actor, id: ClientId) -> Result<Model, CommandError> {
    set_disabled(ctx, actor, id, true).await
}

/// Lets a disabled client sign in again. For staff. Doing it twice changes nothing.
///
/// # Errors
/// NOT_FOUND.
pub async fn enable_client(ctx: &Ctx, actor: &Actor, id: ClientId) -> Result<Model, CommandError> {
    set_disabled(ctx, actor, id, false).await
}

async fn set_disabled(ctx: &Ctx, actor: &Actor, id: ClientId, disabled: bool) -> Result<Model, CommandError> {
    actor.require_staff()?;
    write_tx!(ctx, |tx| {
        let (client, account) = lock_client(tx, id).await?;
        refuse_anonymised(&client)?;
        if account.disabled_at.is_some() != disabled {
            let updated = if disabled {
                accounts::disable_in_tx(tx, actor, &account).await?
            } else {
                accounts::enable_in_tx(tx, actor, &account).await?
            };
            // `disabledAt` reads as the client's own, so the client's version and audit log tell of it too.
            let related = Related::default().value("disabledAt", &account.disabled_at, &updated.disabled_at);
            let client =
                record::update_with::<Entity, _>(tx, actor, &client, ActiveModel::default(), related).await?;
            return Ok(client);
        }
        Ok(client)
    })
}

//! Handing out the address of somebody's archive.

use super::super::archive::sign;
use crate::features::clients::living_client;
use platform::{
    actor::{Actor, ClientId},
    ctx::Ctx,
    error::{CommandError, Violation},
    export::SignedExport,
};

/// Where the caller fetches everything that is kept of them. For clients.
///
/// # Errors
/// UNAUTHENTICATED, FORBIDDEN for staff.
pub async fn export_my_data(ctx: &Ctx, actor: &Actor) -> Result<SignedExport, CommandError> {
    let id = match actor {
        Actor::Anonymous => return Err(CommandError::Unauthenticated),
        _ => actor.client_id().ok_or(CommandError::Forbidden)?,
    };
    sign(ctx, actor, id)
}

/// Where a member of staff fetches what is kept of a client who asked for it. For staff.
///
/// # Errors
/// NOT_FOUND at `input.id`.
pub async fn export_client_data(
    ctx: &Ctx,
    actor: &Actor,
    id: ClientId,
) -> Result<SignedExport, CommandError> {
    actor.require_staff()?;
    let client = living_client(ctx.db.reader(), actor, id).await?;
    client.ok_or_else(|| Violation::not_found(["input", "id"], ClientId::NOUN))?;
    sign(ctx, actor, id)
}

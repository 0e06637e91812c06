//! The alarm: nothing that was made in the last day and a half is proven. Administrators are written to, once a day until
//! that is mended.

use anyhow::Result;
use platform::{
    actor::Role,
    ctx::Ctx,
    db::write_tx,
    outbox::{self, Channel, NewDelivery},
};
use serde_json::json;

use super::{schedule::is_stale, table::Model, work::state};
use crate::features::accounts::living_staff;

/// The e-mail. Its data: `name` (the reader's), `lastProvenAt`, `problem`; either may be null.
const TEMPLATE: &str = "backups_stale";

/// Writes to every administrator when it is so, unless they were written to today; whether it is so.
///
/// # Errors
/// When the database refuses.
pub async fn raise_when_stale(ctx: &Ctx) -> Result<bool> {
    let state = state(ctx).await?;
    let now = ctx.clock.now();
    // Before anything was begun, the first one is on its way.
    if state.started_at.is_none() || !is_stale(state.proven_at, now) {
        return Ok(false);
    }
    tell_administrators(ctx, &state).await?;
    Ok(true)
}

async fn tell_administrators(ctx: &Ctx, state: &Model) -> Result<()> {
    write_tx!(ctx, |tx| {
        let today = tx.now().with_timezone(&ctx.config.time_zone).date_naive();
        for account in living_staff(tx.conn()).await? {
            if account.role != Role::Admin {
                continue;
            }
            let delivery = NewDelivery {
                channel: Channel::Email,
                recipient: account.id,
                // Whichever instance is first, once a day.
                idempotency_key: format!("backups/stale/{today}/{}", account.id),
                address: Some(account.email),
                template: TEMPLATE,
                locale: account.locale,
                data: json!({
                    "name": account.name,
                    "lastProvenAt": state.proven_at,
                    "problem": state.problem,
                }),
                secret: false,
                about: None,
                expires_at: None,
            };
            outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?;
        }
        Ok(())
    })
}

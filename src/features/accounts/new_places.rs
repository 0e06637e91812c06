//! Signing in, as the account's owner hears of it: an event each time, and an e-mail the first time in a new place.

use serde_json::json;

use super::{
    security_events::{Acquaintance, NewSecurityEvent, acquaintance, note_in_tx},
    sessions::SessionTokens,
    tables::{account, security_event::SecurityEventKind},
};
use platform::{
    ctx::Ctx,
    db::WriteTx,
    outbox::{self, Channel, NewDelivery},
    remote::{Remote, device},
};

/// The mail about a sign-in in a new place. Its data: `name`, `at`, `address`, `device` and `deviceName` (both may be null).
const TEMPLATE: &str = "new_sign_in";

/// Writes a sign-in down, and writes to the owner when it is the first in this place. The very first sign-in of an account
/// is its owner's, who needn't be told. The account's row is locked.
pub(super) async fn arrive_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    account: &account::Model,
    tokens: &SessionTokens,
    remote: &Remote,
) -> anyhow::Result<()> {
    let place = remote.place();
    let is_new = acquaintance(tx.conn(), account.id, &place).await? == Acquaintance::New;
    let kind = if is_new {
        SecurityEventKind::SignedInFromNewPlace
    } else {
        SecurityEventKind::SignedIn
    };
    let event = NewSecurityEvent::of(account.id, kind)
        .from(remote)
        .in_session(tokens.session)
        .at(tokens.device_name.clone(), place);
    let event = note_in_tx(tx, event);
    if !is_new {
        return Ok(());
    }
    let delivery = NewDelivery {
        channel: Channel::Email,
        recipient: account.id,
        address: Some(account.email.clone()),
        template: TEMPLATE,
        locale: account.locale,
        data: json!({
            "name": account.name,
            "at": tx.now(),
            "address": remote.address.to_canonical(),
            "device": remote.user_agent.as_deref().and_then(device),
            "deviceName": tokens.device_name,
        }),
        secret: false,
        about: None,
        idempotency_key: format!("{event}/told"),
        expires_at: None,
    };
    outbox::enqueue_in_tx(tx, &ctx.keys, delivery).await?;
    Ok(())
}

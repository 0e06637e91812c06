//! Ending the e-mails of a topic by the link in one of them.

use std::{net::IpAddr, time::Duration};

use chrono::TimeDelta;

use super::{
    super::{
        model::{Mode, Topic},
        unsubscribe::Unsubscribing,
    },
    update_notification_preferences::{Choice, set_in_tx},
};
use crate::features::accounts::account_by_id;
use platform::{
    ctx::Ctx,
    db::write_tx,
    error::CommandError,
    limiter::{self, Limit},
    outbox::Channel,
};

/// Mail providers ask for many people from a few addresses.
const FROM_A_NETWORK: Limit = Limit {
    free_hits: 100,
    window: TimeDelta::minutes(10),
    first_delay: TimeDelta::seconds(10),
    longest_delay: TimeDelta::minutes(10),
};

/// What became of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unsubscribed {
    /// No more e-mails of this topic go out.
    Done(Topic),
    /// The link isn't ours, or was made with a key that is honoured no more.
    Unknown,
    /// Too often from this network: come again after that.
    TooOften(Duration),
}

/// Ends the e-mails that a link's token is for. A second time changes nothing. Also for whoever can't sign in: the token
/// is the right to do it.
///
/// # Errors
/// When the database refuses.
pub async fn unsubscribe(ctx: &Ctx, token: &str, from: IpAddr) -> Result<Unsubscribed, CommandError> {
    let bucket = limiter::bucket(&ctx.keys, "unsubscribe", &[&limiter::network(from).to_string()]);
    if let Err(wait) = limiter::hit(&ctx.db, ctx.clock.now(), &bucket, &FROM_A_NETWORK).await? {
        return Ok(Unsubscribed::TooOften(wait));
    }
    let Some(Unsubscribing { account, topic }) = Unsubscribing::read(&ctx.keys, token) else {
        return Ok(Unsubscribed::Unknown);
    };
    write_tx!(ctx, |tx| {
        // Nothing is kept of an account that is gone: it gets no e-mails anyway.
        let living = account_by_id(tx.conn(), account)
            .await?
            .is_some_and(|account| account.deleted_at.is_none());
        if living {
            let choice = Choice {
                topic,
                channel: Channel::Email,
                mode: Mode::Off,
            };
            set_in_tx(tx, Some(account), account, &[choice]).await?;
        }
        Ok(Unsubscribed::Done(topic))
    })
}

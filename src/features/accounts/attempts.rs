//! How often passwords may be tried, and what is written down of those that were refused (a security event of the account).
//!
//! Four buckets, counted together before the password is looked at, and taken back after a success: a hundred attempts
//! sent at once are a hundred. An address that the account has signed in from before has the first alone, so that
//! nobody elsewhere can keep the owner out (docs/decisions/0023-who-may-try-passwords.md).

use std::time::Duration;

use chrono::TimeDelta;
use sea_orm::{ActiveEnum, DbErr};

use super::{
    known_addresses,
    security_events::{NewSecurityEvent, note_in_tx},
    tables::{
        account,
        security_event::{RefusalReason, SecurityEventKind},
    },
};
use platform::{
    ctx::Ctx,
    db::{WriteTx, write_tx},
    limiter::{self, Hit, Limit, Quota},
    remote::Remote,
};

/// An account from one address: ten failures in a quarter of an hour; then each further attempt waits twice as long as the
/// one before it, up to a quarter of an hour (DESIGN.md 6).
pub(super) const ATTEMPTS: Limit = Limit {
    free_hits: 10,
    window: TimeDelta::minutes(15),
    first_delay: TimeDelta::seconds(2),
    longest_delay: TimeDelta::minutes(15),
};
/// An account from all addresses that it has never signed in from.
const OF_AN_ACCOUNT: Limit = Limit {
    free_hits: 30,
    window: TimeDelta::hours(1),
    first_delay: TimeDelta::seconds(2),
    longest_delay: TimeDelta::minutes(15),
};
/// All accounts from one address. Telephone companies put a whole town behind one: it waits, and not for long.
const FROM_AN_ADDRESS: Limit = Limit {
    free_hits: 100,
    window: TimeDelta::minutes(15),
    first_delay: TimeDelta::seconds(2),
    longest_delay: TimeDelta::minutes(5),
};
/// How many accounts fail from one address: whoever tries one password on all of them makes few failures on each.
const SPRAYED: Limit = Limit {
    free_hits: 20,
    window: TimeDelta::hours(1),
    first_delay: TimeDelta::seconds(2),
    longest_delay: TimeDelta::minutes(15),
};
/// Security events about refused attempts, for an account: a flood is in the log file, and not in the database.
const WRITTEN_DOWN: Quota = Quota {
    hits: 50,
    window: TimeDelta::hours(1),
};

/// An attempt to sign in, which counts as a failure until it is known to be none.
#[derive(Debug)]
pub(super) struct Attempt {
    remote: Remote,
    /// The account from this address.
    pair: String,
    /// The buckets besides, unless the account has signed in from here before.
    others: Option<[String; 3]>,
    written_down: String,
}

impl Attempt {
    /// An attempt on the account of an address in lower case, from somewhere.
    ///
    /// # Errors
    /// When the database refuses.
    pub(super) async fn on(ctx: &Ctx, email: &str, remote: &Remote) -> Result<Self, DbErr> {
        let from = remote.network().to_string();
        let bucket = |what: &str, parts: &[&str]| limiter::bucket(&ctx.keys, what, parts);
        let pair = bucket("login", &[&from, email]);
        let known_as = limiter::buckets(&ctx.keys, "login", &[&from, email]);
        let others = if known_addresses::is_known(ctx.db.reader(), known_as).await? {
            None
        } else {
            Some([
                bucket("login-of", &[email]),
                bucket("login-from", &[&from]),
                bucket("login-sprayed", &[&from]),
            ])
        };
        Ok(Self {
            remote: remote.clone(),
            pair,
            others,
            written_down: bucket("login-refused", &[email]),
        })
    }

    /// Counts it. `Err` says how long to wait; then nothing is counted.
    ///
    /// # Errors
    /// The outer error when the database refuses.
    pub(super) async fn begin(&self, ctx: &Ctx) -> Result<Result<(), Duration>, DbErr> {
        let hit = |bucket, limit| Hit {
            bucket,
            limit,
            once_for: None,
        };
        let mut hits = vec![hit(&self.pair, &ATTEMPTS)];
        if let Some([account, address, sprayed]) = &self.others {
            hits.push(hit(account, &OF_AN_ACCOUNT));
            hits.push(hit(address, &FROM_AN_ADDRESS));
            hits.push(Hit {
                once_for: Some(&self.pair),
                ..hit(sprayed, &SPRAYED)
            });
        }
        limiter::hit_all(&ctx.db, ctx.clock.now(), &hits).await
    }

    /// Its buckets in the order in which [`limiter::hit_all`] locks them: whoever signs in while others begin to waits for
    /// them in no circle.
    fn in_order(&self) -> Vec<&String> {
        let mut buckets: Vec<&String> = self.others.iter().flatten().chain([&self.pair]).collect();
        buckets.sort_unstable();
        buckets
    }

    /// It was no failure: forgets those of this account from here, takes its own back everywhere else, and remembers the
    /// address.
    pub(super) async fn succeed_in_tx(&self, tx: &WriteTx) -> Result<(), DbErr> {
        for bucket in self.in_order() {
            if *bucket == self.pair {
                limiter::reset_in_tx(tx, bucket).await?;
            } else {
                limiter::take_back_in_tx(tx, bucket).await?;
            }
        }
        known_addresses::remember_in_tx(tx, &self.pair).await
    }

    /// It never came to the password.
    pub(super) async fn take_back(&self, ctx: &Ctx) -> Result<(), DbErr> {
        write_tx!(ctx, |tx| {
            for bucket in self.in_order() {
                limiter::take_back_in_tx(tx, bucket).await?;
            }
            Ok(())
        })
    }

    /// Writes down that it was refused: in the log, and as a security event of the account that it was made on. It takes
    /// as long when there is no such account.
    pub(super) async fn refused(
        &self,
        ctx: &Ctx,
        account: Option<&account::Model>,
        reason: RefusalReason,
    ) -> Result<(), DbErr> {
        let id = account.map(|account| account.id);
        let shown = id.map_or_else(|| "unknown".to_owned(), |id| id.to_string());
        let (address, told) = (self.remote.network(), reason.to_value());
        tracing::warn!(account = shown, %address, reason = told, "a login was refused");
        let spent = limiter::spent(&ctx.db, ctx.clock.now(), &self.written_down, &WRITTEN_DOWN).await?;
        if spent.is_some() {
            return Ok(());
        }
        write_tx!(ctx, |tx| {
            let may = limiter::spend_in_tx(tx, &self.written_down, &WRITTEN_DOWN).await?;
            if let (Ok(()), Some(id)) = (may, id) {
                let event = NewSecurityEvent::of(id, SecurityEventKind::SignInRefused);
                note_in_tx(tx, event.from(&self.remote).because(reason));
            }
            Ok(())
        })
    }
}

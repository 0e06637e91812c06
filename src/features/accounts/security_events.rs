//! What happened to accounts that their owners should know of: written in the transaction that does it, kept for a year,
//! read by the owner and by administrators. This is the one place that tells of sign-ins
//! (docs/decisions/0028-security-events.md); the audit log tells what changed in records.

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, Select,
};

use super::tables::security_event::{
    ActiveModel, Column, Entity, Model, RefusalReason, SecurityEventId, SecurityEventKind,
};
use platform::{
    actor::{AccountId, Actor, Role, SessionId},
    db::{Db, Later, WriteTx, insert_together, write_tx},
    message,
    messages::{Message, Value},
    remote::Remote,
};

/// How long an event is kept: long enough to look back after a break-in, and no longer, since it tells who was where.
const RETENTION: TimeDelta = TimeDelta::days(365);

/// An event to write down.
#[derive(Debug)]
pub struct NewSecurityEvent {
    account: AccountId,
    row: ActiveModel,
}

impl NewSecurityEvent {
    /// What happened to an account.
    #[must_use]
    pub fn of(account: AccountId, kind: SecurityEventKind) -> Self {
        let row = ActiveModel {
            account_id: Set(account),
            kind: Set(kind),
            by_account_id: Set(None),
            session_id: Set(None),
            device_name: Set(None),
            reason: Set(None),
            old_role: Set(None),
            new_role: Set(None),
            address: Set(None),
            user_agent: Set(None),
            place: Set(None),
            ..Default::default()
        };
        Self { account, row }
    }

    /// Who did it; told where it is somebody else than the owner.
    #[must_use]
    pub fn by(mut self, actor: &Actor) -> Self {
        let other = actor.account_id().filter(|by| *by != self.account);
        self.row.by_account_id = Set(other);
        self
    }

    /// From where.
    #[must_use]
    pub fn from(mut self, remote: &Remote) -> Self {
        self.row.address = Set(Some(remote.address.to_canonical().to_string()));
        self.row.user_agent = Set(remote.user_agent.as_deref().map(str::to_owned));
        self
    }

    /// In which session.
    #[must_use]
    pub fn in_session(mut self, session: SessionId) -> Self {
        self.row.session_id = Set(Some(session));
        self
    }

    /// On which device, and in which place.
    #[must_use]
    pub(super) fn at(mut self, device_name: Option<String>, place: String) -> Self {
        self.row.device_name = Set(device_name);
        self.row.place = Set(Some(place));
        self
    }

    /// Why somebody was refused.
    #[must_use]
    pub(super) fn because(mut self, reason: RefusalReason) -> Self {
        self.row.reason = Set(Some(reason));
        self
    }

    /// From which role to which.
    #[must_use]
    pub fn roles(mut self, old: Role, new: Role) -> Self {
        self.row.old_role = Set(Some(old));
        self.row.new_role = Set(Some(new));
        self
    }
}

/// The events that a transaction has for its end.
#[derive(Default)]
struct Events(Vec<ActiveModel>);

impl Later for Events {
    fn write(self: Box<Self>, tx: &WriteTx) -> BoxFuture<'_, Result<(), DbErr>> {
        Box::pin(insert_together(tx, self.0))
    }
}

/// Writes an event down, together with the transaction's others. Answers its id.
pub fn note_in_tx(tx: &WriteTx, event: NewSecurityEvent) -> SecurityEventId {
    let id = SecurityEventId::generate(tx.now());
    let mut row = event.row;
    row.id = Set(id);
    row.at = Set(tx.now());
    tx.later(|events: &mut Events| events.0.push(row));
    id
}

/// How well an account knows a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Acquaintance {
    /// It has signed in there within the last year.
    Known,
    /// It has never signed in anywhere that is remembered.
    First,
    /// It has signed in, and elsewhere.
    New,
}

/// How well an account knows the place that it signs in from. With the account's row locked the answer holds: of two who
/// come from one new place at once, the second finds it known.
pub(super) async fn acquaintance(
    conn: &impl ConnectionTrait,
    account: AccountId,
    place: &str,
) -> Result<Acquaintance, DbErr> {
    let sign_ins = Entity::find().filter(Column::AccountId.eq(account));
    let here = sign_ins.clone().filter(Column::Place.eq(place));
    if here.one(conn).await?.is_some() {
        return Ok(Acquaintance::Known);
    }
    let anywhere = sign_ins.filter(Column::Place.is_not_null()).one(conn).await?;
    Ok(anywhere.map_or(Acquaintance::First, |_| Acquaintance::New))
}

/// Which events a list shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityEventFilter {
    /// Of this account.
    pub account: Option<AccountId>,
    /// Of one of these kinds.
    pub kinds: Option<Vec<SecurityEventKind>>,
    /// At this moment or later.
    pub since: Option<DateTime<Utc>>,
}

/// The events that `actor` may see: all for administrators, their own for everybody else, none for visitors.
#[must_use]
pub fn select_security_events(actor: &Actor, filter: &SecurityEventFilter) -> Select<Entity> {
    let visible = match actor {
        Actor::Anonymous => Some(Column::Id.is_null()),
        Actor::Account(account) if !actor.is_admin() => Some(Column::AccountId.eq(account.id)),
        Actor::Account(_) | Actor::System => None,
    };
    let kinds = filter.kinds.as_ref();
    Entity::find().filter(
        Condition::all()
            .add_option(visible)
            .add_option(filter.account.map(|account| Column::AccountId.eq(account)))
            .add_option(kinds.map(|kinds| Column::Kind.is_in(kinds.iter().copied())))
            .add_option(filter.since.map(|since| Column::At.gte(since))),
    )
}

/// What an event says to a person.
#[must_use]
pub fn told(event: &Model) -> Message {
    match event.kind {
        SecurityEventKind::SignedIn => message!("event-signed-in"),
        SecurityEventKind::SignedInFromNewPlace => message!("event-signed-in-from-new-place"),
        SecurityEventKind::SignInRefused => match event.reason {
            Some(RefusalReason::RateLimited) => message!("event-refused-rate-limited"),
            Some(RefusalReason::Disabled) => message!("event-refused-disabled"),
            Some(RefusalReason::Expired) => message!("event-refused-expired"),
            Some(RefusalReason::WrongCode) => message!("event-refused-wrong-code"),
            Some(RefusalReason::WrongPassword) | None => message!("event-refused-wrong-password"),
        },
        SecurityEventKind::PasswordChanged => message!("event-password-changed"),
        SecurityEventKind::PasswordResetRequested => message!("event-password-reset-requested"),
        SecurityEventKind::PasswordReset => message!("event-password-reset"),
        SecurityEventKind::TemporaryPasswordMade => message!("event-temporary-password-made"),
        SecurityEventKind::RoleChanged => {
            message!(
                "event-role-changed",
                old = role(event.old_role),
                new = role(event.new_role)
            )
        }
        SecurityEventKind::RefreshTokenReused => message!("event-refresh-token-reused"),
        SecurityEventKind::TotpEnabled => message!("event-totp-enabled"),
        SecurityEventKind::TotpDisabled => message!("event-totp-disabled"),
        SecurityEventKind::TotpReset => message!("event-totp-reset"),
        SecurityEventKind::RecoveryCodesReplaced => message!("event-recovery-codes-replaced"),
        SecurityEventKind::RecoveryCodeUsed => message!("event-recovery-code-used"),
        SecurityEventKind::AccountDisabled => message!("event-account-disabled"),
        SecurityEventKind::AccountEnabled => message!("event-account-enabled"),
    }
}

fn role(role: Option<Role>) -> Value {
    let (fr, en) = match role {
        Some(Role::Client) => ("client", "client"),
        Some(Role::Staff) => ("membre de l’équipe", "member of staff"),
        Some(Role::Admin) => ("administrateur", "administrator"),
        None => ("inconnu", "unknown"),
    };
    Value::Written {
        fr: fr.to_owned(),
        en: en.to_owned(),
    }
}

/// Forgets what happened to an account that is removed for good.
///
/// # Errors
/// When the database refuses.
pub async fn forget_in_tx(tx: &WriteTx, account: AccountId) -> Result<(), DbErr> {
    Entity::delete_many()
        .filter(Column::AccountId.eq(account))
        .exec(tx.conn())
        .await?;
    Ok(())
}

/// Forgets what is older than a year ([`RETENTION`]).
///
/// # Errors
/// When the database refuses.
pub async fn purge(db: &Db, now: DateTime<Utc>) -> Result<u64, DbErr> {
    write_tx!(db.at(now), |tx| {
        let gone = Entity::delete_many()
            .filter(Column::At.lt(now - RETENTION))
            .exec(tx.conn())
            .await?;
        Ok(gone.rows_affected)
    })
}

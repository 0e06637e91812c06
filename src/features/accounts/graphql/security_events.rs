//! `securityEvents`: what happened to accounts, for their owners and for administrators.

use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use chrono::{DateTime, Utc};

use super::{
    GqlActor,
    types::{account, actor_of},
};
use crate::features::accounts::{
    self, SecurityEvent, SecurityEventColumn, SecurityEventFilter, select_security_events,
    told_security_event,
};
use platform::{
    actor::{AccountId, Actor},
    error::Violation,
    graphql::{
        Allow, Connection, ContextExt, FilterList, Role, paged, scalars::Moment, user_error::top_level,
    },
    paging::{OrderBy, PageArgs},
    remote::device,
};

/// What happened to an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "accounts::SecurityEventKind")]
pub enum SecurityEventKind {
    /// Somebody signed in where the account has signed in before, or for the first time at all.
    SignedIn,
    /// Somebody signed in where the account has not signed in within a year: in another neighbourhood of addresses, or with
    /// another kind of device. The owner was written to.
    SignedInFromNewPlace,
    /// Somebody tried to sign in and was refused. 50 an hour for an account; the rest is in the server's log.
    SignInRefused,
    /// The person replaced the password.
    PasswordChanged,
    /// Somebody asked for a link by which a forgotten password is replaced.
    PasswordResetRequested,
    /// A forgotten password was replaced by way of that link.
    PasswordReset,
    /// The staff, or whoever sits at the server, put a temporary password in the place of the present one.
    TemporaryPasswordMade,
    /// What the account may do changed.
    RoleChanged,
    /// A refresh token came a second time, so one of its two bearers was no owner: its session was ended.
    RefreshTokenReused,
    /// The account signs in with an authenticator app from now on.
    TotpEnabled,
    /// The person switched the second factor off.
    TotpDisabled,
    /// An administrator, or whoever sits at the server, took the second factor off: the phone was lost.
    TotpReset,
    /// The person took new recovery codes; the former ones are worth nothing.
    RecoveryCodesReplaced,
    /// A recovery code stood in for the app: it is worth nothing any more.
    RecoveryCodeUsed,
    /// The account was disabled.
    AccountDisabled,
    /// The account was enabled again.
    AccountEnabled,
}

/// Why somebody was not let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(name = "SignInRefusalReason", remote = "accounts::RefusalReason")]
pub enum GqlRefusalReason {
    /// The password is another.
    WrongPassword,
    /// Too many attempts before it: the password was not looked at.
    RateLimited,
    /// The password is right, and the account is disabled.
    Disabled,
    /// The password is right, temporary, and past its time.
    Expired,
    /// The password is right, and the code of the second factor is not: somebody may know the password.
    WrongCode,
}

/// Something that happened to an account, kept for a year.
#[derive(Debug, Clone)]
pub struct GqlSecurityEvent(pub SecurityEvent);

/// Something that happened to an account and that its owner should know of: kept for a year. No password, code or token
/// is in it.
#[Object(name = "SecurityEvent")]
impl GqlSecurityEvent {
    /// The event's id (`sev_…`).
    async fn id(&self) -> ID {
        self.0.id.to_string().into()
    }

    /// When.
    async fn at(&self) -> DateTime<Utc> {
        self.0.at
    }

    /// What happened, for programs.
    async fn kind(&self) -> SecurityEventKind {
        self.0.kind.into()
    }

    /// What happened, for people, in the reader's language.
    async fn message(&self, ctx: &Context<'_>) -> String {
        let message = told_security_event(&self.0);
        ctx.app().catalogues.render(&message, ctx.locale())
    }

    /// Whose account it is; null when it is gone. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn account(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        Ok(account(ctx, self.0.account_id).await?.map(GqlActor::from))
    }

    /// Who did it, where that is somebody else than the owner; null too for the server itself. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn actor(&self, ctx: &Context<'_>) -> Result<Option<GqlActor>> {
        actor_of(ctx, self.0.by_account_id).await
    }

    /// The session that began or ended, or in which it was done (`ses_…`): `revokeSession` ends it.
    async fn session_id(&self) -> Option<ID> {
        self.0.session_id.map(|id| id.to_string().into())
    }

    /// What the person called the device when signing in.
    async fn device_name(&self) -> Option<&str> {
        self.0.device_name.as_deref()
    }

    /// The browser or app and its system, such as `Firefox, Windows`, from `userAgent`; null when it is unknown.
    async fn device(&self) -> Option<String> {
        self.0.user_agent.as_deref().and_then(device)
    }

    /// What the browser or app said of itself; anybody can say anything.
    async fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// The IP address that it came from; null for what was done at the server, or by somebody of the staff.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// Why a sign-in was refused.
    async fn reason(&self) -> Option<GqlRefusalReason> {
        self.0.reason.map(Into::into)
    }

    /// What the account could do before ROLE_CHANGED.
    async fn old_role(&self) -> Option<Role> {
        self.0.old_role.map(Into::into)
    }

    /// What it can do since ROLE_CHANGED.
    async fn new_role(&self) -> Option<Role> {
        self.0.new_role.map(Into::into)
    }
}

/// Which security events a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct SecurityEventFilterInput {
    /// Of this account (`acc_…`).
    pub account_id: Option<ID>,
    /// Of one of these kinds, 100 at most.
    pub kind: Option<FilterList<SecurityEventKind>>,
    /// At this moment or later.
    pub since: Option<Moment>,
}

impl SecurityEventFilterInput {
    fn check(self) -> Result<SecurityEventFilter, Violation> {
        let account = self.account_id.map(|id| AccountId::parse(&id)).transpose();
        Ok(SecurityEventFilter {
            account: account.map_err(|error| Violation::invalid_id(["filter", "accountId"], &error))?,
            kinds: self
                .kind
                .map(|kinds| kinds.set_at(["filter", "kind"]))
                .transpose()?
                .map(|kinds| kinds.into_iter().map(Into::into).collect()),
            since: self.since.map(|at| at.0),
        })
    }
}

/// A page of the events that `actor` may see, the newest first.
///
/// # Errors
/// A top-level error for a wrong filter or wrong arguments, and when the database refuses.
pub async fn security_event_connection(
    ctx: &Context<'_>,
    actor: &Actor,
    args: &PageArgs,
    filter: &SecurityEventFilter,
) -> Result<Connection<GqlSecurityEvent>> {
    let order = OrderBy::new(SecurityEventColumn::At, true, SecurityEventColumn::Id);
    let list = select_security_events(actor, filter);
    Connection::read(ctx, list, &order, args, GqlSecurityEvent).await
}

/// Reads of security events.
#[derive(Debug, Default)]
pub struct SecurityEventsQuery;

#[paged]
#[Object]
impl SecurityEventsQuery {
    /// What happened to everybody's accounts within a year, the newest first: sign-ins and refused ones, passwords, roles,
    /// stolen tokens. For administrators; everybody's own are in `viewer.securityEvents`.
    #[graphql(guard = "Allow::admin()")]
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which events.")] filter: Option<SecurityEventFilterInput>,
    ) -> Result<Connection<GqlSecurityEvent>> {
        let filter = filter.unwrap_or_default().check().map_err(top_level)?;
        security_event_connection(ctx, ctx.actor(), &args, &filter).await
    }
}

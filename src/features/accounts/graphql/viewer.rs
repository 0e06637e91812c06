//! `Viewer`: the signed-in person, and the root of everything that is theirs.

use async_graphql::{Context, ID, Object, Result};

use super::{
    second_factor::GqlSecondFactor,
    security_events::{GqlSecurityEvent, security_event_connection},
    types::{GqlSession, account},
};
use crate::features::{
    accounts::{SecurityEventFilter, second_factor_of, sessions_of},
    billing::graphql::{GqlInvoice, InvoiceFilterInput, InvoiceOrderInput, invoice_connection},
    clients::graphql::{Client, client_of},
    content::graphql::{
        GqlPromotion,
        promotion::{AppPromotionFilterInput, AppPromotionOrder},
        promotion_connection,
    },
    devices::{devices_of, graphql::GqlDevice},
    notifications::graphql::{
        GqlNotification, NotificationFilterInput, notification_connection, unread_notification_count,
    },
    preferences::graphql::{GqlPreference, preferences, wishes},
    privacy::graphql::{PrivacyNotice, privacy_notice},
    projects::graphql::{GqlProject, ProjectFilterInput, ProjectOrderInput, project_connection},
    staff::graphql::StaffMember,
};
use platform::{
    actor::{Account, Actor},
    graphql::{
        Allow, Connection, ContextExt, Locale, RecordScope, Role, internal, paged, scalars::EmailAddress,
    },
    paging::PageArgs,
};

/// The signed-in person.
#[derive(Debug, Clone)]
pub struct Viewer {
    account: Account,
}

impl Viewer {
    /// The viewer for `actor`; `None` for visitors.
    #[must_use]
    pub fn of(actor: &Actor) -> Option<Self> {
        actor.account().cloned().map(|account| Self { account })
    }

    /// The actor to read with.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Account(Box::new(self.account.clone()))
    }

    /// Everything but the few fields that tell of it waits until a temporary password is replaced, and a second factor
    /// that is asked for set up.
    fn with_own_password(&self) -> Result<Actor> {
        let actor = self.actor();
        Allow::signed_in().permit(&actor)?;
        Ok(actor)
    }
}

/// The signed-in person. Until a temporary password is replaced only `id`, `email`, `name`, `role`, `locale`,
/// `mustChangePassword` and `totpRequired` can be read; the same and `secondFactor` until a second factor that is asked for
/// is set up.
#[paged]
#[Object]
impl Viewer {
    /// The account's id (`acc_…`).
    pub(crate) async fn id(&self) -> ID {
        self.account.id.to_string().into()
    }

    /// The address the person signs in with.
    async fn email(&self) -> EmailAddress {
        EmailAddress(self.account.email.clone())
    }

    /// The person's name.
    async fn name(&self) -> &str {
        &self.account.name
    }

    /// What the account may do.
    async fn role(&self) -> Role {
        self.account.role.into()
    }

    /// The language of the person's e-mails and push messages.
    async fn locale(&self) -> Locale {
        self.account.locale.into()
    }

    /// Whether the password is the temporary one that came by e-mail: show the form for a new one, since everything
    /// else answers PASSWORD_CHANGE_REQUIRED until `changePassword` has replaced it.
    async fn must_change_password(&self) -> bool {
        self.account.must_change_password
    }

    /// Whether the company asks for a second factor that the account hasn't got: show the form that sets one up, since
    /// everything else answers TOTP_SETUP_REQUIRED until `confirmTotp` has been given a code.
    async fn totp_required(&self) -> bool {
        self.account.must_set_up_totp
    }

    /// Your second factor; null while signing in takes the password alone.
    async fn second_factor(&self, ctx: &Context<'_>) -> Result<Option<GqlSecondFactor>> {
        Allow::signed_in()
            .even_without_second_factor()
            .permit(&self.actor())?;
        let reader = ctx.app().db.reader();
        let found = second_factor_of(reader, self.account.id)
            .await
            .map_err(internal)?;
        Ok(found.map(GqlSecondFactor::from))
    }

    /// The person's client profile; null for staff.
    async fn client(&self, ctx: &Context<'_>) -> Result<Option<Client>> {
        let actor = self.with_own_password()?;
        client_of(ctx, &actor).await
    }

    /// The person among the staff; null for clients.
    async fn staff_member(&self, ctx: &Context<'_>) -> Result<Option<StaffMember>> {
        if !self.with_own_password()?.is_staff() {
            return Ok(None);
        }
        Ok(account(ctx, self.account.id).await?.map(StaffMember))
    }

    /// The privacy notice, and what of it the person has accepted.
    async fn privacy_notice(&self, ctx: &Context<'_>) -> Result<PrivacyNotice> {
        self.with_own_password()?;
        privacy_notice(ctx, self.account.id).await
    }

    /// The person's projects, the latest entered first unless ordered otherwise: a client's own; for staff, everybody's.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which projects.")] filter: Option<ProjectFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectOrderInput>,
        #[graphql(desc = "In which state. Staff alone may ask for more than they see by default.")]
        scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProject>> {
        let actor = self.with_own_password()?;
        project_connection(ctx, &actor, args, filter, order_by, scope).await
    }

    /// The banners of the app: the active ones whose item is published or that lead out to the web, the latest entered
    /// first unless ordered otherwise.
    async fn promotions(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which promotions.")] filter: Option<AppPromotionFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<AppPromotionOrder>,
        #[graphql(
            desc = "In which language; yours when absent. What has no English text answers in French."
        )]
        locale: Option<Locale>,
    ) -> Result<Connection<GqlPromotion>> {
        let actor = self.with_own_password()?;
        promotion_connection(ctx, &actor, args, filter, order_by, None, locale).await
    }

    /// The person's invoices and credit notes, the latest entered first unless ordered otherwise: a client's own issued
    /// ones; for staff, everybody's, drafts too.
    async fn invoices(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which invoices.")] filter: Option<InvoiceFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<InvoiceOrderInput>,
        #[graphql(desc = "In which state. Staff alone may ask for more than they see by default.")]
        scope: Option<RecordScope>,
    ) -> Result<Connection<GqlInvoice>> {
        let actor = self.with_own_password()?;
        invoice_connection(ctx, &actor, args, filter, order_by, scope).await
    }

    /// Your inbox, the newest entry first.
    async fn notifications(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which entries.")] filter: Option<NotificationFilterInput>,
    ) -> Result<Connection<GqlNotification>> {
        let actor = self.with_own_password()?;
        notification_connection(ctx, &actor, args, filter).await
    }

    /// How many entries of your inbox are unread.
    async fn unread_notification_count(&self, ctx: &Context<'_>) -> Result<i32> {
        let actor = self.with_own_password()?;
        unread_notification_count(ctx, &actor).await
    }

    /// Which messages come to you by e-mail and as pushes: a row for each topic and channel, 20 at most. Change them with
    /// `updateNotificationPreferences`.
    async fn notification_preferences(&self, ctx: &Context<'_>) -> Result<Vec<GqlPreference>> {
        self.with_own_password()?;
        let wishes = wishes(ctx, self.account.id).await?;
        Ok(preferences(self.account.role, &wishes))
    }

    /// The devices that push messages come to, 20 at most, the latest registered first.
    async fn devices(&self, ctx: &Context<'_>) -> Result<Vec<GqlDevice>> {
        self.with_own_password()?;
        let reader = ctx.app().db.reader();
        let devices = devices_of(reader, self.account.id).await.map_err(internal)?;
        Ok(devices
            .into_iter()
            .map(|stored| GqlDevice {
                stored,
                current: self.account.session,
            })
            .collect())
    }

    /// What happened to your account within a year, the newest first: sign-ins and refused ones, with device and address,
    /// and changes of password.
    async fn security_events(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
    ) -> Result<Connection<GqlSecurityEvent>> {
        let actor = self.with_own_password()?;
        let own = SecurityEventFilter {
            account: Some(self.account.id),
            ..Default::default()
        };
        security_event_connection(ctx, &actor, &args, &own).await
    }

    /// The devices that are signed in, the latest used first; 100 at most.
    async fn sessions(&self, ctx: &Context<'_>) -> Result<Vec<GqlSession>> {
        let actor = self.with_own_password()?;
        let ctx = ctx.app();
        let sessions = sessions_of(ctx, &actor).await.map_err(internal)?;
        Ok(sessions
            .into_iter()
            .map(|stored| GqlSession {
                stored,
                current: self.account.session,
            })
            .collect())
    }
}

//! `Client`.

use async_graphql::{Context, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::loaders::ClientLoader;
use crate::{
    features::{
        accounts::{
            StoredAccount,
            graphql::{RecordFields, account},
        },
        clients::{StoredClient, living_client},
        preferences::{
            Mode, Topic,
            graphql::{GqlPreference, preferences, wishes},
        },
        projects::graphql::{GqlProject, ProjectFilterInput, ProjectOrderInput, projects_of_client},
    },
    record_methods,
};
use platform::{
    actor::{Actor, ClientId, Role},
    graphql::{
        Allow, Connection, ContextExt, Locale, RecordScope, internal, paged, removed_meanwhile,
        scalars::EmailAddress,
    },
    outbox::Channel,
    paging::PageArgs,
};

/// A client by id, batched with the other look-ups of the operation; deleted ones too. Null when it isn't the
/// caller's to see.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn client_by_id(ctx: &Context<'_>, id: ClientId) -> Result<Option<Client>> {
    let found = ctx
        .loader::<ClientLoader>()
        .load_one(id)
        .await
        .map_err(internal)?;
    Ok(found.map(Client))
}

/// The profile of an actor; null for staff.
///
/// # Errors
/// INTERNAL when the database is away.
pub async fn client_of(ctx: &Context<'_>, actor: &Actor) -> Result<Option<Client>> {
    let Some(id) = actor.client_id() else {
        return Ok(None);
    };
    let found = living_client(ctx.app().db.reader(), actor, id)
        .await
        .map_err(internal)?;
    Ok(found.map(Client))
}

/// Which ways news reach a client, in brief; `viewer.notificationPreferences` and `Client.messagePreferences` say it whole.
#[derive(Debug, Clone, Copy, SimpleObject)]
pub struct NotificationPreferences {
    /// News of the site by e-mail. Invoices, credit notes, receipts and reminders always come by e-mail.
    pub email_updates: bool,
    /// As push messages on the client's devices: news of the site, invoices and payments.
    pub push_updates: bool,
}

/// A client of the company.
#[derive(Debug, Clone)]
pub struct Client(pub StoredClient);

impl From<StoredClient> for Client {
    fn from(client: StoredClient) -> Self {
        Self(client)
    }
}

record_methods!(Client, 0);

impl Client {
    async fn account(&self, ctx: &Context<'_>) -> Result<StoredAccount> {
        account(ctx, self.0.account_id)
            .await?
            .ok_or_else(|| removed_meanwhile(self.0.id))
    }
}

/// A client of the company: clients see themselves alone, staff all.
#[paged]
#[Object]
impl Client {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// The client's name.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The address the client signs in with and is written to.
    async fn email(&self, ctx: &Context<'_>) -> Result<EmailAddress> {
        Ok(EmailAddress(self.account(ctx).await?.email))
    }

    /// The telephone number, as `+22790123456`.
    async fn phone(&self) -> Option<&str> {
        self.0.phone.as_deref()
    }

    /// Where the client lives; may have several lines.
    async fn address(&self) -> Option<&str> {
        self.0.address.as_deref()
    }

    /// The language of the client's e-mails and push messages.
    async fn locale(&self) -> Locale {
        self.0.locale.into()
    }

    /// Whether messages go by WhatsApp too.
    async fn whatsapp_enabled(&self) -> bool {
        self.0.whatsapp_enabled
    }

    /// Which ways news of a project reach the client.
    #[graphql(
        deprecation = "`messagePreferences` tells it topic by topic, as `viewer.notificationPreferences` does."
    )]
    async fn notification_preferences(&self, ctx: &Context<'_>) -> Result<NotificationPreferences> {
        let wishes = wishes(ctx, self.0.account_id).await?;
        Ok(NotificationPreferences {
            email_updates: wishes.mode(Topic::ProjectUpdates, Channel::Email) != Mode::Off,
            push_updates: wishes.wants_any(Channel::Push),
        })
    }

    /// Which messages come to the client by e-mail and as pushes: a row for each topic and channel, 20 at most. The client
    /// alone changes them, with `updateNotificationPreferences`.
    async fn message_preferences(&self, ctx: &Context<'_>) -> Result<Vec<GqlPreference>> {
        Ok(preferences(Role::Client, &wishes(ctx, self.0.account_id).await?))
    }

    /// The client's projects, the latest entered first unless ordered otherwise.
    async fn projects(
        &self,
        ctx: &Context<'_>,
        args: PageArgs,
        #[graphql(desc = "Which projects.")] filter: Option<ProjectFilterInput>,
        #[graphql(desc = "In which order.")] order_by: Option<ProjectOrderInput>,
        #[graphql(desc = "In which state. Staff alone may ask for more than they see by default.")]
        scope: Option<RecordScope>,
    ) -> Result<Connection<GqlProject>> {
        projects_of_client(ctx, self.0.id, args, filter, order_by, scope).await
    }

    /// When the client was anonymised (`anonymiseClient`); null when they weren't. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn anonymised_at(&self) -> Option<DateTime<Utc>> {
        self.0.anonymised_at
    }

    /// Since when the client can't sign in; null when they can. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn disabled_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.account(ctx).await?.disabled_at)
    }

    /// Until when the temporary password is good (in the past: it ran out, or the client was entered without an invitation;
    /// send one with `resendClientCredentials`); null once the client has chosen their own. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn temporary_password_expires_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime<Utc>>> {
        Ok(self.account(ctx).await?.temporary_password_expires_at)
    }
}

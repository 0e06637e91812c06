//! Mutations on clients.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::types::Client;
use crate::{
    features::clients::{
        StoredClient,
        commands::{
            ClientPatch, CreateClient, ProfilePatch, UpdateClient, UpdateProfile, create_client,
            disable_client, enable_client, resend_client_credentials, update_client, update_profile,
        },
        living_client,
    },
    platform::{
        actor::ClientId,
        error::{CommandError, Violation},
        graphql::{
            Allow, ContextExt, Locale, UserError, UserErrorCode, internal, scalars::EmailAddress, split,
        },
    },
};

/// A new client.
#[derive(InputObject)]
pub struct CreateClientInput {
    /// The client's name, 120 characters at most.
    pub name: String,
    /// The address the client signs in with; the temporary password goes there. No living account may have it.
    pub email: EmailAddress,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: Option<String>,
    /// Where the client lives, 500 characters at most.
    pub address: Option<String>,
    /// The language the client reads; FR unless said otherwise.
    pub locale: Option<Locale>,
    /// Whether messages go by WhatsApp too; false unless said otherwise.
    pub whatsapp_enabled: Option<bool>,
    /// Makes sending twice harmless: a UUID made once for each client entered.
    pub idempotency_key: Option<String>,
}

/// A client's new values: what is absent stays, null clears.
#[derive(InputObject)]
pub struct ClientPatchInput {
    /// The client's name, 120 characters at most.
    pub name: MaybeUndefined<String>,
    /// The address to sign in with. If the client never replaced the temporary password, a new one goes to the new
    /// address and the old one is void.
    pub email: MaybeUndefined<EmailAddress>,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: MaybeUndefined<String>,
    /// Where the client lives, 500 characters at most.
    pub address: MaybeUndefined<String>,
    /// The language the client reads.
    pub locale: MaybeUndefined<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: MaybeUndefined<bool>,
}

/// Which client changes, and how.
#[derive(InputObject)]
pub struct UpdateClientInput {
    /// The client's id (`cli_…`).
    pub id: ID,
    /// The version you read: if someone changed the client since, nothing is written (CONFLICT) and the payload has
    /// the client as it is now.
    pub expected_version: i32,
    /// What changes.
    pub patch: ClientPatchInput,
}

/// Which ways news of a project reach the caller: what is absent stays.
#[derive(InputObject)]
pub struct NotificationPreferencesPatch {
    /// By e-mail.
    pub email_updates: MaybeUndefined<bool>,
    /// As push messages.
    pub push_updates: MaybeUndefined<bool>,
}

/// The caller's own new values: what is absent stays, null clears.
#[derive(InputObject)]
pub struct ProfilePatchInput {
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: MaybeUndefined<String>,
    /// Where you live, 500 characters at most.
    pub address: MaybeUndefined<String>,
    /// The language of e-mails and push messages.
    pub locale: MaybeUndefined<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: MaybeUndefined<bool>,
    /// Which ways news of a project come.
    pub notification_preferences: Option<NotificationPreferencesPatch>,
}

/// How the caller's profile changes.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The version you read (`viewer.client.version`): if someone changed the profile since, nothing is written
    /// (CONFLICT) and the payload has it as it is now.
    pub expected_version: i32,
    /// What changes.
    pub patch: ProfilePatchInput,
}

/// Which client.
#[derive(InputObject)]
pub struct ClientIdInput {
    /// The client's id (`cli_…`).
    pub id: ID,
}

/// A client, or what stood in the way.
#[derive(SimpleObject)]
pub struct ClientPayload {
    /// The client as it is now; null when nothing was written, except after a CONFLICT.
    pub client: Option<Client>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Mutations on clients.
#[derive(Debug, Default)]
pub struct ClientsMutation;

#[Object]
impl ClientsMutation {
    /// Enters a client and mails them a temporary password, good until they choose their own and 72 hours at most.
    /// Nobody else gets to see it. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn create_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who the client is.")] input: CreateClientInput,
    ) -> Result<ClientPayload> {
        let input = CreateClient {
            name: input.name,
            email: input.email.0,
            phone: input.phone,
            address: input.address,
            locale: input.locale.map(Into::into),
            whatsapp_enabled: input.whatsapp_enabled.unwrap_or_default(),
            idempotency_key: input.idempotency_key,
        };
        payload(create_client(ctx.app(), ctx.actor(), input).await)
    }

    /// Changes what the company knows of a client. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client, and what changes.")] input: UpdateClientInput,
    ) -> Result<ClientPayload> {
        let id = match client_id(&input.id) {
            Ok(id) => id,
            Err(violation) => return payload(Err(violation.into())),
        };
        let patch = input.patch;
        let command = UpdateClient {
            id,
            expected_version: input.expected_version,
            patch: ClientPatch {
                name: patch.name.into(),
                email: patch.email.map_value(|email| email.0).into(),
                phone: patch.phone.into(),
                address: patch.address.into(),
                locale: patch.locale.map_value(Into::into).into(),
                whatsapp_enabled: patch.whatsapp_enabled.into(),
            },
        };
        let outcome = update_client(ctx.app(), ctx.actor(), command).await;
        or_current(ctx, id, outcome).await
    }

    /// Changes the caller's own profile. Name and e-mail address are the staff's to change. For clients.
    #[graphql(guard = "Allow::client()")]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateProfileInput,
    ) -> Result<ClientPayload> {
        let patch = input.patch;
        let preferences = patch.notification_preferences;
        let (email_updates, push_updates) = preferences.map_or_else(Default::default, |preferences| {
            (preferences.email_updates, preferences.push_updates)
        });
        let command = UpdateProfile {
            expected_version: input.expected_version,
            patch: ProfilePatch {
                phone: patch.phone.into(),
                address: patch.address.into(),
                locale: patch.locale.map_value(Into::into).into(),
                whatsapp_enabled: patch.whatsapp_enabled.into(),
                email_updates: email_updates.into(),
                push_updates: push_updates.into(),
            },
        };
        let outcome = update_profile(ctx.app(), ctx.actor(), command).await;
        match ctx.actor().client_id() {
            Some(id) => or_current(ctx, id, outcome).await,
            None => payload(outcome),
        }
    }

    /// Shuts a client out: sessions and live streams end within seconds, and signing in fails. For staff. Doing it
    /// twice changes nothing.
    #[graphql(guard = "Allow::staff()")]
    async fn disable_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientIdInput,
    ) -> Result<ClientPayload> {
        payload(match client_id(&input.id) {
            Ok(id) => disable_client(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Lets a disabled client sign in again. For staff. Doing it twice changes nothing.
    #[graphql(guard = "Allow::staff()")]
    async fn enable_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientIdInput,
    ) -> Result<ClientPayload> {
        payload(match client_id(&input.id) {
            Ok(id) => enable_client(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Mails a client a new temporary password in the place of the present one, and ends their sessions: for one that
    /// ran out, or a forgotten password. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn resend_client_credentials(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ClientIdInput,
    ) -> Result<ClientPayload> {
        payload(match client_id(&input.id) {
            Ok(id) => resend_client_credentials(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }
}

fn client_id(text: &str) -> Result<ClientId, Violation> {
    ClientId::parse(text).map_err(|error| Violation::invalid_id(["input", "id"], &error))
}

fn payload(outcome: Result<StoredClient, CommandError>) -> Result<ClientPayload> {
    let (client, user_errors) = split(outcome)?;
    Ok(ClientPayload {
        client: client.map(Client),
        user_errors,
    })
}

/// The payload of an update: after a CONFLICT it has the client as it is now.
async fn or_current(
    ctx: &Context<'_>,
    id: ClientId,
    outcome: Result<StoredClient, CommandError>,
) -> Result<ClientPayload> {
    let mut payload = payload(outcome)?;
    if payload
        .user_errors
        .iter()
        .any(|error| error.code == UserErrorCode::Conflict)
    {
        payload.client = living_client(ctx.app().db.reader(), ctx.actor(), id)
            .await
            .map_err(internal)?
            .map(Client);
    }
    Ok(payload)
}

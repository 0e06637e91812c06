//! Mutations on clients.

use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};

use super::types::Client;
use crate::features::{
    accounts::Accounts,
    clients::{
        Clients, StoredClient,
        commands::{
            ClientFields, create_client, disable_client, enable_client, resend_client_credentials,
            update_profile,
        },
    },
    staff::{StaffFields, commands::update_own_profile, graphql::StaffMember},
};
use platform::{
    actor::ClientId,
    error::{CommandError, ErrorCode, Violation, Violations},
    graphql::{
        Allow, ContextExt, Locale, UserError,
        editing::{CreateInput, PatchInput, change, or_current, update},
        scalars::EmailAddress,
        split,
    },
    message, read_inputs, record_payload,
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

/// Which ways news reach the caller: what is absent stays.
#[derive(InputObject)]
pub struct NotificationPreferencesPatch {
    /// News of the site by e-mail. Invoices, credit notes, receipts and reminders always come by e-mail.
    pub email_updates: MaybeUndefined<bool>,
    /// As push messages: news of the site, invoices and payments.
    pub push_updates: MaybeUndefined<bool>,
}

/// The caller's own new values: what is absent stays, null clears.
#[derive(InputObject)]
pub struct ProfilePatchInput {
    /// Your name, 120 characters at most.
    pub name: MaybeUndefined<String>,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger. Clients alone have one.
    pub phone: MaybeUndefined<String>,
    /// Where you live, 500 characters at most. Clients alone.
    pub address: MaybeUndefined<String>,
    /// The language of e-mails and push messages.
    pub locale: MaybeUndefined<Locale>,
    /// Whether messages go by WhatsApp too. Clients alone.
    pub whatsapp_enabled: MaybeUndefined<bool>,
    /// Which ways news of a project come. Clients alone. `updateNotificationPreferences` chooses topic by topic.
    #[graphql(deprecation = "Use `updateNotificationPreferences`.")]
    pub notification_preferences: Option<NotificationPreferencesPatch>,
}

/// How the caller's profile changes.
#[derive(InputObject)]
pub struct UpdateProfileInput {
    /// The version you read (`viewer.client.version`, of staff `viewer.staffMember.version`): if someone changed the profile since, nothing is written
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

record_payload! {
    /// A client, or what stood in the way.
    ClientPayload {
        /// The client as it is now; null when nothing was written, except after a CONFLICT.
        client: Client, from StoredClient
    }
}

/// The caller's profile, or what stood in the way.
#[derive(SimpleObject)]
pub struct ProfilePayload {
    /// The client as they are now, for clients; null when nothing was written, except after a CONFLICT.
    pub client: Option<Client>,
    /// The member of staff as they are now, for staff; null when nothing was written, except after a CONFLICT.
    pub staff_member: Option<StaffMember>,
    /// What is wrong with the input; when there is anything, nothing was written.
    pub user_errors: Vec<UserError>,
}

read_inputs! {
    create CreateClientInput {
        required { name, email }
        optional { phone, address, locale, whatsapp_enabled }
    }
    update UpdateClientInput,
    patch ClientPatchInput { name, email, phone, address, locale, whatsapp_enabled }
    into ClientFields
}

read_inputs! {
    patch ProfilePatchInput { name, phone, address, locale, whatsapp_enabled }
    into ClientFields
}

impl ProfilePatchInput {
    /// What a member of staff may change of themself.
    fn of_staff(self) -> Result<StaffFields, CommandError> {
        let mut violations = Violations::default();
        for (field, is_given) in [
            ("phone", !self.phone.is_undefined()),
            ("address", !self.address.is_undefined()),
            ("whatsappEnabled", !self.whatsapp_enabled.is_undefined()),
            ("notificationPreferences", self.notification_preferences.is_some()),
        ] {
            if is_given {
                let message = message!("profile-clients-alone");
                violations.push(Violation::new(
                    ErrorCode::Invalid,
                    ["input", "patch", field],
                    message,
                ));
            }
        }
        violations.into_result()?;
        Ok(StaffFields {
            name: change(self.name),
            locale: change(self.locale).map(|locale| locale.map(Into::into)),
            ..StaffFields::default()
        })
    }
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
        let outcome = async {
            let (fields, key) = input.fields()?;
            create_client(ctx.app(), ctx.actor(), fields, key.as_deref()).await
        };
        Ok(split(outcome.await)?.into())
    }

    /// Changes what the company knows of a client. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn update_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client, and what changes.")] input: UpdateClientInput,
    ) -> Result<ClientPayload> {
        Ok(update::<Clients, _>(ctx, input).await?.into())
    }

    /// Changes the caller's own profile; of staff, name and language. The e-mail address is the staff's to change, a member of
    /// staff's role an administrator's. For whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn update_profile(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What changes.")] input: UpdateProfileInput,
    ) -> Result<ProfilePayload> {
        let (mut patch, version) = (input.patch, input.expected_version);
        if ctx.actor().is_staff() {
            let outcome = match patch.of_staff() {
                Ok(fields) => update_own_profile(ctx.app(), ctx.actor(), version, fields).await,
                Err(error) => Err(error),
            };
            let (member, user_errors) =
                or_current::<Accounts>(ctx, ctx.actor().account_id(), outcome).await?;
            return Ok(ProfilePayload {
                client: None,
                staff_member: member.map(StaffMember),
                user_errors,
            });
        }
        let preferences = patch.notification_preferences.take();
        let outcome = async {
            let mut fields = patch.fields()?;
            if let Some(preferences) = preferences {
                fields.email_updates = change(preferences.email_updates);
                fields.push_updates = change(preferences.push_updates);
            }
            update_profile(ctx.app(), ctx.actor(), version, fields).await
        };
        let (id, outcome) = (ctx.actor().client_id(), outcome.await);
        let (client, user_errors) = or_current::<Clients>(ctx, id, outcome).await?;
        Ok(ProfilePayload {
            client: client.map(Client),
            staff_member: None,
            user_errors,
        })
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
    Ok(split(outcome)?.into())
}

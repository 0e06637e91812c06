//! Mutations about people's data.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use chrono::{DateTime, Utc};

use super::types::PrivacyNotice;
use crate::features::{
    clients::{Clients, StoredClient, graphql::Client},
    privacy::commands::{accept_privacy_notice, anonymise_client, export_client_data, export_my_data},
};
use platform::{
    actor::ClientId,
    error::{CommandError, Violation},
    export::SignedExport,
    graphql::{Allow, ContextExt, UserError, editing::or_current, scalars::Url, split},
    record_payload,
};

/// Which notice is accepted.
#[derive(InputObject)]
pub struct AcceptPrivacyNoticeInput {
    /// The version that the person was shown (`viewer.privacyNotice.version`): another one than the present is INVALID.
    pub version: String,
}

/// What `acceptPrivacyNotice` answers.
#[derive(SimpleObject)]
pub struct PrivacyNoticePayload {
    /// The notice as it is accepted now; null when something is wrong with the input.
    pub privacy_notice: Option<PrivacyNotice>,
    /// INVALID at `input.version`: there is a newer notice. Show that one.
    pub user_errors: Vec<UserError>,
}

/// An archive that waits to be fetched: a `.tar.gz` of JSON files with the names of this API, the photos of updates as JPEG and
/// the issued invoices as PDF. It is made while it is taken, and kept nowhere.
#[derive(Debug, Clone, SimpleObject)]
pub struct PersonalDataArchive {
    /// Where to `GET` it, without a token: it belongs to your sign-in, and ends with it.
    pub url: Url,
    /// Until when the URL is good: ten minutes. A download that has begun goes on.
    pub expires_at: DateTime<Utc>,
    /// What the file is called.
    pub file_name: String,
}

/// What an export of somebody's data answers.
#[derive(SimpleObject)]
pub struct PersonalDataPayload {
    /// Where the archive is; null when something is wrong with the input.
    pub archive: Option<PersonalDataArchive>,
    /// What is wrong with the input.
    pub user_errors: Vec<UserError>,
}

/// Whose data are exported.
#[derive(InputObject)]
pub struct ExportClientDataInput {
    /// The client's id (`cli_…`).
    pub id: ID,
}

/// Which client is anonymised.
#[derive(InputObject)]
pub struct AnonymiseClientInput {
    /// The client's id (`cli_…`).
    pub id: ID,
    /// The version you read: if someone changed the client since, nothing is written (CONFLICT) and the payload has the client
    /// as it is now.
    pub expected_version: i32,
    /// The client's name, letter for letter, so that nobody does this by mistake.
    pub confirm: String,
}

record_payload! {
    /// The client without a name, or what stood in the way.
    AnonymiseClientPayload {
        /// The client as it is now; null when nothing was written, except after a CONFLICT.
        client: Client, from StoredClient
    }
}

/// Mutations about people's data.
#[derive(Debug, Default)]
pub struct PrivacyMutation;

#[Object]
impl PrivacyMutation {
    /// Notes that the caller accepts the privacy notice, with its version and the time. Doing it twice changes nothing. For
    /// whoever is signed in.
    #[graphql(guard = "Allow::signed_in()")]
    async fn accept_privacy_notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which notice.")] input: AcceptPrivacyNoticeInput,
    ) -> Result<PrivacyNoticePayload> {
        let outcome = accept_privacy_notice(ctx.app(), ctx.actor(), &input.version).await;
        let (accepted, user_errors) = split(outcome)?;
        Ok(PrivacyNoticePayload {
            privacy_notice: accepted.map(|accepted| PrivacyNotice::with(ctx, Some(accepted))),
            user_errors,
        })
    }

    /// Everything that is kept of the caller, to take home: profile, sessions, devices, forms, inbox, messages, projects with
    /// their updates and photos, invoices and payments. For clients.
    #[graphql(guard = "Allow::client()")]
    async fn export_my_data(&self, ctx: &Context<'_>) -> Result<PersonalDataPayload> {
        payload(export_my_data(ctx.app(), ctx.actor()).await)
    }

    /// The same archive of a client who asks for it in another way. The download is in the audit log. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn export_client_data(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: ExportClientDataInput,
    ) -> Result<PersonalDataPayload> {
        payload(match client_id(&input.id) {
            Ok(id) => export_client_data(ctx.app(), ctx.actor(), id).await,
            Err(violation) => Err(violation.into()),
        })
    }

    /// Takes a client out of everything but issued invoices, credit notes and payments, which the law has us keep as they are: name,
    /// address, number and e-mail address are overwritten, the account is closed, its sessions, devices, inbox and messages
    /// are removed, so are the forms that came from the same person, and the audit log's values are masked. Projects stay, with
    /// their photos. It can't be undone. For administrators.
    #[graphql(guard = "Allow::admin()")]
    async fn anonymise_client(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which client.")] input: AnonymiseClientInput,
    ) -> Result<AnonymiseClientPayload> {
        let id = client_id(&input.id);
        let outcome = match &id {
            Ok(id) => {
                let (ctx, actor) = (ctx.app(), ctx.actor());
                anonymise_client(ctx, actor, *id, input.expected_version, &input.confirm).await
            }
            Err(violation) => Err(violation.clone().into()),
        };
        Ok(or_current::<Clients>(ctx, id.ok(), outcome).await?.into())
    }
}

fn client_id(text: &str) -> Result<ClientId, Violation> {
    ClientId::parse(text).map_err(|error| Violation::invalid_id(["input", "id"], &error))
}

fn payload(outcome: Result<SignedExport, CommandError>) -> Result<PersonalDataPayload> {
    let (archive, user_errors) = split(outcome)?;
    Ok(PersonalDataPayload {
        archive: archive.map(|archive| PersonalDataArchive {
            url: Url(archive.url),
            expires_at: archive.expires_at,
            file_name: archive.file_name,
        }),
        user_errors,
    })
}

//! Making a client: account, profile, temporary password, and the mail that brings it.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::json;

use super::super::{
    credentials::{self, Temporary},
    model::{MAX_ADDRESS_LENGTH, may_manage, search_text},
    queries,
    tables::{ActiveModel, Entity, Model},
};
use crate::{
    features::accounts::{self, MAX_NAME_LENGTH, NewAccount, check_new_password, hash_password, phone},
    platform::{
        actor::{AccountId, Actor, ClientId, Locale, Role},
        announce::Announcement,
        ctx::Ctx,
        db::WriteTx,
        error::{CommandError, Violation, Violations},
        form::{line, optional_text},
        idempotency::{self, Claim},
        outbox::DeliveryId,
        record, search,
        write::write_tx,
    },
};

/// The announcement that greets a new client: an inbox entry now, and a push when a first device is registered.
pub const ACCOUNT_CREATED: &str = "AccountCreated";

/// What a client takes.
#[derive(Debug, Clone, Serialize)]
pub struct CreateClient {
    /// The client's name.
    pub name: String,
    /// The address to sign in with, which the temporary password goes to.
    pub email: String,
    /// A telephone number.
    pub phone: Option<String>,
    /// Where the client lives.
    pub address: Option<String>,
    /// The language the client reads; French unless said otherwise.
    pub locale: Option<Locale>,
    /// Whether messages go by WhatsApp too.
    pub whatsapp_enabled: bool,
    /// Makes sending twice harmless.
    #[serde(skip)]
    pub idempotency_key: Option<String>,
}

/// A checked [`CreateClient`].
#[derive(Debug, Clone)]
pub struct CheckedClient {
    name: String,
    email: String,
    phone: Option<String>,
    address: Option<String>,
    locale: Locale,
    whatsapp_enabled: bool,
}

impl CreateClient {
    /// Checks the input by itself: all mistakes at once.
    ///
    /// # Errors
    /// Violations at `input.…`.
    pub fn check(&self) -> Result<CheckedClient, CommandError> {
        let mut violations = Violations::default();
        let name = violations
            .check(line(MAX_NAME_LENGTH)(self.name.clone()).map_err(|it| it.at(&["input", "name"])));
        let email =
            violations.check(accounts::email(self.email.clone()).map_err(|it| it.at(&["input", "email"])));
        let number = self.phone.clone().unwrap_or_default();
        let number = violations.check(phone(number).map_err(|it| it.at(&["input", "phone"])));
        let address = self.address.clone().unwrap_or_default();
        let address = violations
            .check(optional_text(MAX_ADDRESS_LENGTH)(address).map_err(|it| it.at(&["input", "address"])));
        match (name, email, number, address) {
            (Some(name), Some(email), Some(phone), Some(address)) => Ok(CheckedClient {
                name,
                email,
                phone,
                address,
                locale: self.locale.unwrap_or_default(),
                whatsapp_enabled: self.whatsapp_enabled,
            }),
            _ => Err(violations.into_error()),
        }
    }
}

/// Makes a client with a temporary password that nobody sees: it goes into the mail, encrypted until it is sent.
/// For staff.
///
/// # Errors
/// Violations at `input.…`; TAKEN when a living account has the address.
pub async fn create_client(ctx: &Ctx, actor: &Actor, input: CreateClient) -> Result<Model, CommandError> {
    may_manage(actor)?;
    let checked = input.check()?;
    let temporary = Temporary::make(ctx.clock.now()).await?;
    write_tx!(ctx, |tx| {
        let key = input.idempotency_key.as_deref();
        let claimed = match idempotency::claim_in_tx(tx, actor, "createClient", key, &input).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => {
                return queries::living_client(tx.conn(), actor, ClientId(id))
                    .await?
                    .ok_or_else(|| Violation::not_found(["input", "idempotencyKey"], "client").into());
            }
        };
        let (client, _) =
            create_client_in_tx(ctx, tx, actor, checked.clone(), &temporary, Invitation::Now).await?;
        claimed.complete(tx, client.id).await?;
        Ok(client)
    })
}

/// Whether a new client is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Invitation {
    /// The temporary password goes out at once.
    Now,
    /// Nothing goes out, and nobody knows a password, until `resendClientCredentials`.
    Later,
}

/// Makes a client as part of the caller's transaction; the caller has checked that `actor` may. Answers with the client
/// and the mail that brings the temporary password, if one goes out.
///
/// # Errors
/// TAKEN at `input.email` when a living account has the address.
pub async fn create_client_in_tx(
    ctx: &Ctx,
    tx: &WriteTx,
    actor: &Actor,
    checked: CheckedClient,
    temporary: &Temporary,
    invitation: Invitation,
) -> Result<(Model, Option<DeliveryId>), CommandError> {
    let good_until = match invitation {
        Invitation::Now => temporary.expires_at,
        // Over before it began: nobody was told this password.
        Invitation::Later => tx.now(),
    };
    let account = account_of(&checked, temporary.hash.clone(), Some(good_until));
    let account = accounts::insert_in_tx(tx, actor, account).await?;
    let client = insert_in_tx(tx, actor, account.id, checked).await?;
    let delivery = match invitation {
        Invitation::Now => credentials::send_in_tx(ctx, tx, &account, temporary).await?,
        Invitation::Later => None,
    };
    let announcement = Announcement {
        kind: ACCOUNT_CREATED,
        client: client.id,
        project: None,
        record: ("Client", client.id.0),
        data: json!({ "name": client.name }),
    };
    ctx.announcer.announce_in_tx(tx, &ctx.keys, announcement).await?;
    Ok((client, delivery))
}

/// Makes a client whose password is chosen already, and sends nothing: for the demo company, and for people who
/// sit at the desk.
///
/// # Errors
/// As [`create_client`], and INVALID at `input.password` for a weak one.
pub async fn create_client_with_password(
    ctx: &Ctx,
    actor: &Actor,
    input: CreateClient,
    password: SecretString,
) -> Result<Model, CommandError> {
    may_manage(actor)?;
    let checked = input.check()?;
    let about = vec![input.name, input.email];
    check_new_password(&password, about, &["input", "password"]).await??;
    let hash = hash_password(&password).await?;
    write_tx!(ctx, |tx| {
        let account = accounts::insert_in_tx(tx, actor, account_of(&checked, hash.clone(), None)).await?;
        let client = insert_in_tx(tx, actor, account.id, checked.clone()).await?;
        Ok(client)
    })
}

fn account_of(
    checked: &CheckedClient,
    password_hash: String,
    temporary_password_expires_at: Option<DateTime<Utc>>,
) -> NewAccount {
    NewAccount {
        email: checked.email.clone(),
        name: checked.name.clone(),
        role: Role::Client,
        locale: checked.locale,
        password_hash,
        temporary_password_expires_at,
    }
}

async fn insert_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    account: AccountId,
    checked: CheckedClient,
) -> Result<Model, CommandError> {
    let search_text = search_text(
        &checked.name,
        &checked.email,
        checked.phone.as_deref(),
        checked.address.as_deref(),
    );
    let row = ActiveModel {
        id: Set(ClientId::generate(tx.now())),
        account_id: Set(account),
        sort_name: Set(search::fold(&checked.name)),
        name: Set(checked.name),
        phone: Set(checked.phone),
        address: Set(checked.address),
        locale: Set(checked.locale),
        whatsapp_enabled: Set(checked.whatsapp_enabled),
        email_updates: Set(true),
        push_updates: Set(true),
        search_text: Set(search_text),
        ..Default::default()
    };
    Ok(record::insert::<Entity, _>(tx, actor, row).await?)
}

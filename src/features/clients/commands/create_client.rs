//! Making a client: account, profile, temporary password, and the mail that brings it.

use chrono::{DateTime, Utc};
use sea_orm::ActiveValue::Set;
use secrecy::SecretString;
use serde_json::json;

use super::{
    super::tables::{ActiveModel, Entity, Model},
    edit_client::{CheckedClient, ClientFields, read},
};
use crate::features::accounts::{
    self, NewAccount, Temporary, check_new_password, credentials, hash_password,
};
use platform::{
    actor::{AccountId, Actor, ClientId, Role},
    announce::Announcement,
    ctx::Ctx,
    db::{WriteTx, write_tx},
    editing::{Editable, made_before},
    error::CommandError,
    events::EventKind,
    form::Checks,
    idempotency::{self, Claim},
    outbox::DeliveryId,
    record,
};

/// The announcement that greets a new client: an inbox entry now, and a push when a first device is registered.
pub const ACCOUNT_CREATED: EventKind = EventKind::new("AccountCreated");

/// Makes a client with a temporary password that nobody sees: it goes into the mail, encrypted until it is sent.
/// For staff.
///
/// # Errors
/// Violations at `input.…`; TAKEN when a living account has the address.
pub async fn create_client(
    ctx: &Ctx,
    actor: &Actor,
    fields: ClientFields,
    key: Option<&str>,
) -> Result<Model, CommandError> {
    actor.require_staff()?;
    let mut checks = Checks::of_new(&["input"]);
    let checked = read(&mut checks, fields.clone(), None);
    checks.finish()?;
    let temporary = Temporary::make(ctx.clock.now()).await?;
    write_tx!(ctx, |tx| {
        let claimed = match idempotency::claim_in_tx(tx, actor, Entity::CREATE, key, &fields).await? {
            Claim::New(claimed) => claimed,
            Claim::Replay(id) => return made_before::<Entity>(tx, id).await,
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
    fields: ClientFields,
    password: SecretString,
) -> Result<Model, CommandError> {
    actor.require_staff()?;
    let mut checks = Checks::of_new(&["input"]);
    let checked = read(&mut checks, fields, None);
    checks.finish()?;
    let about = vec![checked.name.clone(), checked.email.clone()];
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
    let row = ActiveModel {
        id: Set(ClientId::generate(tx.now())),
        account_id: Set(account),
        ..checked.profile
    };
    Ok(record::insert::<Entity, _>(tx, actor, row).await?)
}

//! What can be done with clients.

mod create_client;
mod disable_client;
mod edit_client;
mod resend_client_credentials;

pub use create_client::{
    ACCOUNT_CREATED, Invitation, create_client, create_client_in_tx, create_client_with_password,
};
pub use disable_client::{disable_client, enable_client};
pub use edit_client::{CheckedClient, ClientFields, read as read_client, update_profile};
pub use resend_client_credentials::resend_client_credentials;

use super::tables::{Entity, Model};
use crate::features::accounts::{Accounts, StoredAccount};
use platform::{
    actor::ClientId,
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    message, record,
};

/// Locks the account behind a client whom the caller has locked.
async fn lock_account(tx: &WriteTx, client: &Model) -> Result<StoredAccount, CommandError> {
    let account = record::lock_living::<Accounts>(tx, client.account_id).await?;
    Ok(account.ok_or_else(|| anyhow::anyhow!("the client {} has no account", client.id))?)
}

/// Refuses to give a client who was anonymised a person again.
fn refuse_anonymised(client: &Model) -> Result<(), CommandError> {
    if client.anonymised_at.is_none() {
        return Ok(());
    }
    Err(Violation::new(ErrorCode::Locked, ["input", "id"], message!("client-anonymised")).into())
}

/// Locks a living client and the account behind them.
async fn lock_client(tx: &WriteTx, id: ClientId) -> Result<(Model, StoredAccount), CommandError> {
    let client = record::lock_living::<Entity>(tx, id)
        .await?
        .ok_or_else(|| Violation::not_found(["input", "id"], ClientId::NOUN))?;
    let account = lock_account(tx, &client).await?;
    Ok((client, account))
}

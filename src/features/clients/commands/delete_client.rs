//! Deleting, restoring and removing clients: building blocks for the feature `records`, which knows what else
//! goes with them.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::super::tables::{Column, Entity, Model};
use crate::{
    features::accounts::{
        AccountColumn, Accounts, RevokedReason, SessionColumn, Sessions, announce_end_in_tx,
        living_account_by_email, revoke_all_in_tx, taken_or_internal,
    },
    platform::{
        actor::{Actor, ClientId},
        db::WriteTx,
        error::{CommandError, ErrorCode, Violation},
        record,
    },
};

/// Deletes a client with the account, as part of `batch`; sessions and streams end. `None` when there is no
/// such living client.
///
/// # Errors
/// When the database refuses.
pub async fn delete_client_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
    id: ClientId,
) -> Result<Option<Model>, CommandError> {
    let this = Condition::all().add(Column::Id.eq(id));
    let Some(client) = record::soft_delete::<Entity>(tx, actor, batch, this).await?.pop() else {
        return Ok(None);
    };
    let account = Condition::all().add(AccountColumn::Id.eq(client.account_id));
    record::soft_delete::<Accounts>(tx, actor, batch, account).await?;
    revoke_all_in_tx(tx, client.account_id, RevokedReason::AccountDeleted).await?;
    announce_end_in_tx(tx, client.account_id).await?;
    Ok(Some(client))
}

/// Brings back the clients of `batch` with their accounts. Their sessions stay over: they sign in again.
///
/// # Errors
/// TAKEN when a living account has the address by now.
pub async fn restore_clients_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    batch: Uuid,
) -> Result<Vec<Model>, CommandError> {
    const FIELD: &[&str] = &["input", "id"];
    let accounts = Accounts::find()
        .filter(AccountColumn::DeletionBatch.eq(batch))
        .all(tx.conn())
        .await?;
    for account in accounts {
        if living_account_by_email(tx.conn(), &account.email_normalized)
            .await?
            .is_some()
        {
            return Err(Violation::new(
                ErrorCode::Taken,
                FIELD.iter().copied(),
                format!(
                    "Another account has the e-mail address {} by now: change that one first.",
                    account.email
                ),
            )
            .into());
        }
    }
    record::restore::<Accounts>(tx, actor, batch)
        .await
        .map_err(|error| taken_or_internal(error, FIELD))?;
    Ok(record::restore::<Entity>(tx, actor, batch).await?)
}

/// Removes a client, living or deleted, for good, with account and sessions. What else points at the client must
/// be gone before. `None` when there is no such client.
///
/// # Errors
/// When the database refuses.
pub async fn force_delete_client_in_tx(
    tx: &WriteTx,
    actor: &Actor,
    id: ClientId,
) -> Result<Option<Model>, CommandError> {
    let this = Condition::all().add(Column::Id.eq(id));
    let Some(client) = record::force_delete::<Entity>(tx, actor, this).await?.pop() else {
        return Ok(None);
    };
    announce_end_in_tx(tx, client.account_id).await?;
    Sessions::delete_many()
        .filter(SessionColumn::AccountId.eq(client.account_id))
        .exec(tx.conn())
        .await?;
    let account = Condition::all().add(AccountColumn::Id.eq(client.account_id));
    record::force_delete::<Accounts>(tx, actor, account).await?;
    Ok(Some(client))
}

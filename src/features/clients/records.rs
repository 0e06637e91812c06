//! How clients go and come back: with account and sessions. Their projects go through `features/projects`.

use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, Select};
use uuid::Uuid;

use super::{
    queries::{ClientFilter, select},
    tables::{Column, Entity, Model},
};
use crate::features::accounts::{
    AccountColumn, Accounts, RevokedReason, SessionColumn, Sessions, announce_end_in_tx,
    forget_security_events_in_tx, living_account_by_email, revoke_all_in_tx, taken_or_internal,
};
use platform::{
    actor::Actor,
    announce::Forgotten,
    ctx::{Ctx, RecordTx},
    deletion::{FIELD, RecordKind, removed},
    error::{CommandError, ErrorCode, Violation},
    events::append_in_tx,
    message, outbox, record,
};

impl RecordKind for Entity {
    type Above = ();

    fn readable(_: &Ctx, actor: &Actor) -> Select<Self> {
        select(actor, &ClientFilter::default()).filter(Column::DeletedAt.is_null())
    }

    async fn delete_below(with: &RecordTx<'_>, batch: Uuid, deleted: &[Model]) -> Result<(), CommandError> {
        for client in deleted {
            let account = Condition::all().add(AccountColumn::Id.eq(client.account_id));
            record::soft_delete::<Accounts>(with.tx, with.actor, batch, account).await?;
            revoke_all_in_tx(with.tx, client.account_id, RevokedReason::AccountDeleted).await?;
            announce_end_in_tx(with.tx, client.account_id).await?;
            // Nobody reads it any more, and it may hold a password.
            outbox::cancel_all_in_tx(with.tx, client.account_id).await?;
        }
        Ok(())
    }

    /// With their accounts. Their sessions stay over: they sign in again.
    async fn bring_back(with: &RecordTx<'_>, batch: Uuid) -> Result<Vec<Model>, CommandError> {
        let tx = with.tx;
        let accounts = Accounts::find()
            .filter(AccountColumn::DeletionBatch.eq(batch))
            .all(tx.conn())
            .await?;
        for account in accounts {
            if living_account_by_email(tx.conn(), &account.email_normalized)
                .await?
                .is_some()
            {
                let message = message!("email-taken-meanwhile", email = account.email);
                return Err(Violation::new(ErrorCode::Taken, FIELD, message).into());
            }
        }
        record::restore::<Accounts>(tx, with.actor, batch)
            .await
            .map_err(|error| taken_or_internal(error, &FIELD))?;
        Ok(record::restore::<Self>(tx, with.actor, batch).await?)
    }

    /// What its account was told and sent.
    async fn force_delete_below(with: &RecordTx<'_>, client: &Model) -> Result<(), CommandError> {
        let told = Forgotten::Account(client.account_id);
        with.ctx.announcer.forget_in_tx(with.tx, told).await?;
        outbox::forget_recipient_in_tx(with.tx, client.account_id).await?;
        Ok(())
    }

    /// Its sessions, what happened to its account, and the account.
    async fn force_delete_rest(with: &RecordTx<'_>, client: &Model) -> Result<(), CommandError> {
        announce_end_in_tx(with.tx, client.account_id).await?;
        Sessions::delete_many()
            .filter(SessionColumn::AccountId.eq(client.account_id))
            .exec(with.tx.conn())
            .await?;
        forget_security_events_in_tx(with.tx, client.account_id).await?;
        let account = Condition::all().add(AccountColumn::Id.eq(client.account_id));
        record::force_delete::<Accounts>(with.tx, with.actor, account).await?;
        Ok(())
    }

    /// To the staff. The client's own streams end.
    async fn tell_removed(with: &RecordTx<'_>, (): &(), client: &Model) -> Result<(), CommandError> {
        append_in_tx(with.tx, removed::<Self>(client));
        Ok(())
    }
}

//! Beginning to set an authenticator app up.

use sea_orm::{ActiveValue::Set, EntityTrait, sea_query::OnConflict};
use secrecy::SecretString;

use super::super::{
    own_password, queries, second_factor,
    tables::{
        account,
        second_factor::{ActiveModel, Column, Entity},
    },
    totp::TotpSecret,
};
use platform::{
    actor::Actor,
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, ErrorCode, Violation},
    message, record,
};

/// What an app is given.
#[derive(Debug)]
pub struct BegunTotp {
    /// To type in.
    pub secret: SecretString,
    /// To be read from a QR code, or followed on the phone itself.
    pub uri: SecretString,
}

/// Makes the secret of an authenticator app for the caller, good for an hour. Signing in doesn't ask for its codes before
/// the first one was given to `confirm_totp`. An earlier one that was not confirmed is worth nothing any more. For staff.
///
/// # Errors
/// INVALID at `input.password`; LOCKED when there is a second factor already; [`CommandError::RateLimited`].
pub async fn begin_totp(
    ctx: &Ctx,
    actor: &Actor,
    password: &SecretString,
) -> Result<BegunTotp, CommandError> {
    actor.require_staff()?;
    let caller = actor.account().ok_or(CommandError::Unauthenticated)?;
    let account = queries::account_by_id(ctx.db.reader(), caller.id)
        .await?
        .ok_or(CommandError::Unauthenticated)?;
    own_password::check(ctx, &account, password, ["input", "password"]).await?;
    let secret = TotpSecret::generate();
    let begun = BegunTotp {
        secret: secret.text(),
        uri: secret.uri(&account.email)?,
    };
    let sealed = secret.seal(&ctx.keys, account.id)?;
    write_tx!(ctx, |tx| {
        record::lock_living::<account::Entity>(tx, account.id)
            .await?
            .ok_or(CommandError::Unauthenticated)?;
        if second_factor::of(tx.conn(), account.id).await?.is_some() {
            let message = message!("second-factor-on");
            return Err(Violation::new::<&str>(ErrorCode::Locked, [], message).into());
        }
        let row = ActiveModel {
            account_id: Set(account.id),
            sealed_secret: Set(sealed.clone()),
            created_at: Set(tx.now()),
            confirmed_at: Set(None),
            last_step: Set(None),
        };
        Entity::insert(row)
            .on_conflict(
                OnConflict::column(Column::AccountId)
                    .update_columns([Column::SealedSecret, Column::CreatedAt])
                    .to_owned(),
            )
            .exec_without_returning(tx.conn())
            .await?;
        Ok::<_, CommandError>(())
    })?;
    Ok(begun)
}

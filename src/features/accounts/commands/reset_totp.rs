//! Taking the second factor off the account of somebody who has lost phone and recovery codes: by whoever sits at the
//! server. Administrators do it to each other by `resetStaffTotp`.

use super::super::{model::normalize_email, queries, second_factor, tables::account};
use platform::{
    actor::{AccountId, Actor},
    ctx::Ctx,
    db::write_tx,
    error::{CommandError, Violation},
    record,
};

/// Takes it off, ends the account's sessions, and tells its owner. Without one, LOCKED. For the server itself: what
/// `belle-house reset-totp` does.
///
/// # Errors
/// NOT_FOUND; LOCKED without a second factor.
pub async fn reset_totp(ctx: &Ctx, email: &str) -> Result<(), CommandError> {
    let address = normalize_email(email);
    let missing = || Violation::not_found(["input", "email"], AccountId::NOUN);
    write_tx!(ctx, |tx| {
        let found = queries::living_account_by_email(tx.conn(), &address)
            .await?
            .ok_or_else(missing)?;
        let account = record::lock_living::<account::Entity>(tx, found.id)
            .await?
            .ok_or_else(missing)?;
        if second_factor::of(tx.conn(), account.id).await?.is_none() {
            return Err(second_factor::is_off().into());
        }
        second_factor::reset_in_tx(ctx, tx, &Actor::System, &account).await
    })
}

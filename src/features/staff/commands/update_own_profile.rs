//! What a member of staff changes of their own account: name and language.

use super::super::editing::StaffFields;
use crate::features::accounts::{Accounts, StoredAccount};
use platform::{actor::Actor, ctx::Ctx, editing, error::CommandError};

/// Changes the caller's own account. For staff.
///
/// # Errors
/// CONFLICT, violations at `input.patch.…`; FORBIDDEN for a role.
pub async fn update_own_profile(
    ctx: &Ctx,
    actor: &Actor,
    expected_version: i32,
    fields: StaffFields,
) -> Result<StoredAccount, CommandError> {
    actor.require_staff()?;
    let id = actor.account_id().ok_or(CommandError::Forbidden)?;
    editing::update::<Accounts>(ctx, actor, id, expected_version, fields).await
}

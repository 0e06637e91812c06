//! Reads of staff.

use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};

use crate::features::accounts::{AccountColumn, Accounts, StoredAccount};
use platform::{
    actor::{AccountId, Actor, Role},
    db::WriteTx,
    record,
};

/// Which members of staff a list shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StaffFilter {
    /// STAFF or ADMIN alone.
    pub role: Option<Role>,
    /// Whether the account is disabled.
    pub disabled: Option<bool>,
}

/// The living accounts of those who work for the company: for staff; none for others.
#[must_use]
pub fn select_staff(actor: &Actor, filter: StaffFilter) -> Select<Accounts> {
    let mut staff = Accounts::find()
        .filter(AccountColumn::Role.is_in([Role::Staff, Role::Admin]))
        .filter(AccountColumn::DeletedAt.is_null());
    if !actor.is_staff() {
        staff = staff.filter(AccountColumn::Id.is_null());
    }
    if let Some(role) = filter.role {
        staff = staff.filter(AccountColumn::Role.eq(role));
    }
    match filter.disabled {
        Some(true) => staff.filter(AccountColumn::DisabledAt.is_not_null()),
        Some(false) => staff.filter(AccountColumn::DisabledAt.is_null()),
        None => staff,
    }
}

/// A member of staff, locked together with those on whom the company depends.
#[derive(Debug)]
pub struct LockedMember {
    /// The account.
    pub account: StoredAccount,
    /// Nobody else could let people in, should this one go.
    pub is_last_admin: bool,
}

/// Locks a member of staff; `None` when there is none with this id. All administrators who can sign in are locked before,
/// by id: of two who dismiss each other at once, the second finds itself the last.
///
/// # Errors
/// When the database refuses.
pub async fn lock_member_in_tx(tx: &WriteTx, id: AccountId) -> Result<Option<LockedMember>, DbErr> {
    let enabled_admins = StaffFilter {
        role: Some(Role::Admin),
        disabled: Some(false),
    };
    let admins = select_staff(&Actor::System, enabled_admins)
        .order_by_asc(AccountColumn::Id)
        .lock_exclusive()
        .all(tx.conn())
        .await?;
    let is_last_admin = matches!(admins.as_slice(), [last] if last.id == id);
    let account = record::lock_living::<Accounts>(tx, id).await?;
    Ok(account
        .filter(|account| account.role != Role::Client)
        .map(|account| LockedMember {
            account,
            is_last_admin,
        }))
}

//! What can be done with the staff's accounts besides editing them.

mod create_staff;
mod disable_staff_member;
mod resend_staff_credentials;
mod reset_staff_totp;
mod update_own_profile;

pub use create_staff::{CreateStaff, create_staff};
pub use disable_staff_member::{disable_staff_member, enable_staff_member};
pub use resend_staff_credentials::resend_staff_credentials;
pub use reset_staff_totp::reset_staff_totp;
pub use update_own_profile::update_own_profile;

use super::queries::{LockedMember, lock_member_in_tx};
use platform::{
    actor::AccountId,
    db::WriteTx,
    error::{CommandError, ErrorCode, Violation},
    message,
};

const ID: [&str; 2] = ["input", "id"];

/// Locks a member of staff.
async fn lock_member(tx: &WriteTx, id: AccountId) -> Result<LockedMember, CommandError> {
    let member = lock_member_in_tx(tx, id).await?;
    Ok(member.ok_or_else(|| Violation::new(ErrorCode::NotFound, ID, message!("staff-member-missing")))?)
}

//! Who may do what with files.

use platform::actor::Actor;
use platform::error::CommandError;

/// Uploading and naming uploads is for staff.
pub(super) fn may_upload(actor: &Actor) -> Result<(), CommandError> {
    match actor {
        Actor::Anonymous => Err(CommandError::Unauthenticated),
        _ if actor.is_staff() => Ok(()),
        _ => Err(CommandError::Forbidden),
    }
}

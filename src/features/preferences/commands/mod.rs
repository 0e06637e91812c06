//! What can be done about preferences.

mod unsubscribe;
mod update_notification_preferences;

pub use unsubscribe::{Unsubscribed, unsubscribe};
pub use update_notification_preferences::{Choice, MAX_CHOICES, set_in_tx, update_notification_preferences};

//! What can be done to an inbox.

mod mark_notifications_read;

pub use mark_notifications_read::{MAX_IDS, MAX_KINDS, mark_notifications_read};

//! What can be done to an inbox.

mod mark_notifications_read;

pub use mark_notifications_read::{MAX_IDS, mark_notifications_read};

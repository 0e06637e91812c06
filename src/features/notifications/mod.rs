//! Telling people: an inbox entry always, push and e-mail as the happening says and preferences allow (DESIGN.md
//! 2.11). Other features announce ([`platform::announce`]) and know nothing of this one.

mod announce;
pub mod commands;
pub mod graphql;
mod queries;
mod table;

pub use announce::Inbox;
pub use queries::{
    NotificationFilter, UnreadEntries, notifications_by_ids, purge, remove_of_record_in_tx,
    select_notifications, unread_count,
};
pub use table::{Column as NotificationColumn, Entity as Notifications, Model as Notification};

use platform::typed_id;

typed_id!(
    /// An entry of somebody's inbox.
    NotificationId, "ntf", "notification"
);

//! Which messages a person wants: for each topic and channel at once, or not at all. The inbox in the app has
//! everything always, and what concerns the account or its money can't be turned off by e-mail.

pub mod commands;
pub mod graphql;
mod model;
mod queries;
mod table;
mod unsubscribe;

pub use commands::{Choice, set_in_tx};
pub use model::{Mode, Topic, Wishes, push_channel};
pub use queries::{forget_account_in_tx, turned_off, wishes_of, wishes_of_all};
pub use unsubscribe::{Unsubscribing, link};

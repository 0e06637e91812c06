//! What can be done about people's data.

mod accept_privacy_notice;
mod anonymise_client;
mod export_personal_data;

pub use accept_privacy_notice::accept_privacy_notice;
pub use anonymise_client::anonymise_client;
pub use export_personal_data::{export_client_data, export_my_data};

//! How people's rights look in the API.

mod mutation;
mod types;

pub use mutation::PrivacyMutation;
pub use types::{PrivacyNotice, privacy_notice};

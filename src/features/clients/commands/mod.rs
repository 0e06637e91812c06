//! What can be done with clients.

mod create_client;
mod disable_client;
mod resend_client_credentials;
mod update_client;
mod update_profile;

pub use create_client::{
    ACCOUNT_CREATED, CheckedClient, CreateClient, Invitation, create_client, create_client_in_tx,
    create_client_with_password,
};
pub use disable_client::{disable_client, enable_client};
pub use resend_client_credentials::resend_client_credentials;
pub use update_client::{ClientPatch, UpdateClient, update_client};
pub use update_profile::{ProfilePatch, UpdateProfile, update_profile};

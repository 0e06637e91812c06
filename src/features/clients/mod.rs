//! The company's clients: their profiles, and the accounts that staff make for them (DESIGN.md 2.7).

pub mod commands;
mod credentials;
pub mod graphql;
mod model;
mod queries;
mod tables;

pub use commands::ACCOUNT_CREATED;
pub use commands::delete_client::{delete_client_in_tx, force_delete_client_in_tx, restore_clients_in_tx};
pub use credentials::{CREDENTIALS_TEMPLATE, Temporary};
pub use queries::{
    ClientFilter, client_of_account, clients_by_contact, clients_by_ids, living_client, select,
};
pub use tables::{
    ActiveModel as ClientRow, Column as ClientColumn, Entity as Clients, Model as StoredClient,
};

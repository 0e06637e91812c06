//! The company's clients: their profiles, and the accounts that staff make for them (DESIGN.md 2.7).

pub mod commands;
pub mod events;
pub mod graphql;
mod model;
mod queries;
mod records;
mod tables;

pub use commands::ACCOUNT_CREATED;
pub use model::search_text;
pub use queries::{
    ClientFilter, addressee, client_of_account, clients_by_contact, clients_by_ids, living_client, select,
};
pub use tables::{
    ActiveModel as ClientRow, Column as ClientColumn, Entity as Clients, Model as StoredClient,
};

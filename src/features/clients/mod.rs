//! The company's clients: their profiles, and the accounts that staff make for them (DESIGN.md 2.7).

mod queries;
mod tables;

pub use queries::{ClientFilter, clients_by_ids, living_client, select};
pub use tables::{
    ActiveModel as ClientRow, Column as ClientColumn, Entity as Clients, Model as StoredClient,
};

//! Belle House's backend: one GraphQL endpoint for the public site, the clients' app and the staff.
//!
//! Start at `docs/ARCHITECTURE.md`. The layers, outermost first: [`cli`] starts things, [`http`] speaks the
//! protocols, [`graphql`] merges the schema, [`features`] hold what the company does, and the crate [`platform`]
//! knows nothing of construction.

pub mod app;
pub mod cli;
pub mod demo;
pub mod features;
pub mod graphql;
pub mod http;
pub mod messages;

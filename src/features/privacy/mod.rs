//! What people may ask of us about what we keep of them: the notice that they accept, their data to take home, and being taken
//! out of it (docs/PRIVACY.md).

mod archive;
pub mod commands;
mod consent;
pub mod graphql;
mod person;

pub use archive::{Archives, OpenError, Opened};
pub use consent::{Consent, latest as latest_consent};

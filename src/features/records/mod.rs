//! What is done alike to every kind of record: deleting, restoring, removing for good, finding by id alone, and the
//! audit log. What belongs to a kind, and what goes with it, is in that kind's feature.

pub mod graphql;
mod queries;

pub use queries::{AuditFilter, select_audit};

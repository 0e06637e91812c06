//! What is done alike to every kind of record: deleting, restoring, removing for good, finding by id alone, and the
//! audit log. It knows what belongs to what (DESIGN.md 2.1); the rules of one kind stay in that kind's feature.

pub mod commands;
pub mod graphql;
mod model;
mod queries;

pub use model::{RecordId, StoredRecord};
pub use queries::{AuditFilter, select_audit, visible_record};

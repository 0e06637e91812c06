//! How the company's own people look in the API.

mod mutation;
mod query;
mod types;

pub use mutation::StaffMutation;
pub use query::StaffQuery;
pub use types::StaffMember;

//! How the dashboard looks in the API.

mod query;
mod types;

pub use query::DashboardQuery;
pub use types::Dashboard;

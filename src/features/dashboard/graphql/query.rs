//! `dashboard`.

use async_graphql::{Object, Result};

use super::types::Dashboard;
use platform::graphql::Allow;

/// The staff's first page.
#[derive(Debug, Default)]
pub struct DashboardQuery;

#[Object]
impl DashboardQuery {
    /// What needs a person today. Each field costs a statement, and only when it is asked for. For staff.
    #[graphql(guard = "Allow::staff()")]
    async fn dashboard(&self) -> Result<Dashboard> {
        Ok(Dashboard)
    }
}

//! `LeadStatus`.

use async_graphql::Enum;

use crate::features::leads::LeadStatus;

/// How far a lead has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "LeadStatus", name = "LeadStatus")]
pub enum GqlLeadStatus {
    /// Nobody has answered yet.
    New,
    /// Somebody has.
    Contacted,
    /// Became a client with a project: by `convertLead` alone, and for good.
    Converted,
    /// Won't become one; may be taken up again.
    Lost,
}

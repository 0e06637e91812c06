//! The table `construction_leads`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{
    content::PortfolioItemId,
    leads::{Doubt, LeadId, LeadStatus},
    projects::ProjectId,
};
use platform::{
    actor::{AccountId, ClientId},
    record_table,
};

record_table! {
    /// Somebody who wants a house; nobody (`created_by`) has made what came through the website.
    "construction_leads" {
        pub name: String,
        /// In E.164 form.
        pub phone: String,
        /// As it was typed.
        pub email: Option<String>,
        /// Lower case: what is compared.
        pub email_normalized: Option<String>,
        pub has_land: bool,
        pub location_of_land: Option<String>,
        pub interested_in_id: Option<PortfolioItemId>,
        pub message: Option<String>,
        pub status: LeadStatus,
        pub is_read: bool,
        pub assignee_id: Option<AccountId>,
        pub notes: Option<String>,
        /// Why it may come from a program.
        pub doubt: Option<Doubt>,
        pub converted_at: Option<DateTime<Utc>>,
        pub client_id: Option<ClientId>,
        pub project_id: Option<ProjectId>,
        /// The name folded, so that Élodie stands among the E's on both databases.
        pub sort_name: String,
        /// What a search looks through, folded.
        pub search_text: String,
    }
    is (
        "ConstructionLead", LeadId,
        personal: [Name, Phone, Email, LocationOfLand, Message, Notes],
        derived: [EmailNormalized, SortName, SearchText],
        ids: [InterestedInId: PortfolioItemId, AssigneeId: AccountId, ClientId: ClientId, ProjectId: ProjectId],
    )
}

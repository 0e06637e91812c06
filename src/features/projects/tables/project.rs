//! The table `projects`.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::features::projects::{Phase, ProjectId};
use platform::{
    actor::ClientId,
    money::{Amount, Currency},
    record_table,
};

record_table! {
    /// One contract.
    "projects" {
        pub client_id: ClientId,
        pub name: String,
        pub start_date: Option<NaiveDate>,
        pub estimated_completion: Option<NaiveDate>,
        pub progress_percentage: i32,
        pub current_phase: Phase,
        pub closed_at: Option<DateTime<Utc>>,
        pub currency: Currency,
        pub total_quote: Amount,
        /// The name, folded: for searching, and for an order that both databases agree on.
        pub search_text: String,
    }
    is ("Project", ProjectId, derived: [SearchText], hundredths: [TotalQuote], ids: [ClientId: ClientId])
}

//! The table `project_updates`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::features::projects::{ProjectId, ProjectUpdateId};
use platform::record_table;

record_table! {
    /// One progress update; a draft until it is posted.
    "project_updates" {
        pub project_id: ProjectId,
        pub title: String,
        pub description: Option<String>,
        /// Null while it is a draft.
        pub posted_at: Option<DateTime<Utc>>,
        /// Title and description, folded.
        pub search_text: String,
    }
    is ("ProjectUpdate", ProjectUpdateId, derived: [SearchText], ids: [ProjectId: ProjectId])
}

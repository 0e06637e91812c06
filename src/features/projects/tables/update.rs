//! The table `project_updates`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::projects::{ProjectId, ProjectUpdateId},
    platform::actor::AccountId,
    record_entity,
};

/// One progress update; a draft until it is posted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_updates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: ProjectUpdateId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub project_id: ProjectId,
    pub title: String,
    pub description: Option<String>,
    /// Null while it is a draft.
    pub posted_at: Option<DateTime<Utc>>,
    /// Title and description, folded.
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!(
    "ProjectUpdate", ProjectUpdateId,
    derived: [SearchText],
    ids: [ProjectId: ProjectId],
);

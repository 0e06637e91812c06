//! The table `project_update_images`: which pictures an update shows, in which order, and which it showed lately.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

use crate::features::{media::ImageId, projects::ProjectUpdateId};

/// One picture of one update.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "project_update_images")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub update_id: ProjectUpdateId,
    #[sea_orm(primary_key, auto_increment = false)]
    pub image_id: ImageId,
    pub position: i32,
    /// When it was taken out of the update; it can come back until it is swept.
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
}

/// None: joins are written where they are needed.
#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

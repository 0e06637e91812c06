//! The table `project_update_images`: which pictures an update shows, in which order, and which it showed lately.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use platform::actor::AccountId;

use crate::features::{
    media::{ImageId, tables::image},
    projects::ProjectUpdateId,
};

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

/// Where the picture is.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The picture.
    #[sea_orm(
        belongs_to = "image::Entity",
        from = "Column::ImageId",
        to = "image::Column::Id"
    )]
    Image,
}

impl Related<image::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Image.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}

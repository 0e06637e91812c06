//! The table `project_update_images`: which pictures an update shows, in which order.

use sea_orm::entity::prelude::*;

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

//! The table `partners`.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{content::PartnerId, media::ImageId},
    platform::actor::AccountId,
    record_entity,
};

/// One partner company.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "partners")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PartnerId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub name: String,
    pub logo_id: Option<ImageId>,
    pub website: Option<String>,
    pub position: i32,
    pub sort_name: String,
    pub search_text: String,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!("Partner", PartnerId, shown to visitors, derived: [SortName, SearchText]);

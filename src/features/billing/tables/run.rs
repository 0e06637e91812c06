//! The table `billing_runs`: how far the daily work is.

use chrono::NaiveDate;
use sea_orm::entity::prelude::*;

/// The last day that a piece of daily work has done.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "billing_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub run: String,
    pub last_day: NaiveDate,
}

impl ActiveModelBehavior for ActiveModel {}

//! The table `number_series`: one row a series, which whoever issues locks.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

/// How far a series of numbers is.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "number_series")]
pub struct Model {
    /// The letters before the year.
    #[sea_orm(primary_key, auto_increment = false)]
    pub series: String,
    pub year: i32,
    pub last_number: i64,
    pub last_date: Option<NaiveDate>,
    /// Since when a restored backup keeps numbers from being given; null when an administrator has confirmed the last one.
    pub unconfirmed_since: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}

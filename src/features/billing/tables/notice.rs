//! The table `invoice_notices`: what was told of a due date, each thing once.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::features::billing::InvoiceId;

/// One thing that was told.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_notices")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub invoice_id: InvoiceId,
    /// What: `STATUS`, `OVERDUE`, `BEFORE_3`, `AFTER_7`.
    pub notice: String,
    pub due_date: NaiveDate,
    pub noted_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

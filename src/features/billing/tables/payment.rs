//! The table `payments`: money received for a project; voided, never edited.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::{
    features::{
        billing::{InvoiceId, PaymentId, PaymentMode},
        projects::ProjectId,
    },
    platform::{
        actor::AccountId,
        money::{Amount, Currency},
    },
    record_entity,
};

/// One payment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: PaymentId,
    pub version: i32,
    pub created_at: DateTime<Utc>,
    pub created_by: Option<AccountId>,
    pub updated_at: DateTime<Utc>,
    pub updated_by: Option<AccountId>,
    pub deleted_at: Option<DateTime<Utc>>,
    pub deleted_by: Option<AccountId>,
    pub deletion_batch: Option<Uuid>,
    pub project_id: ProjectId,
    /// The invoice it pays; null for money that later invoices take their advance from.
    pub invoice_id: Option<InvoiceId>,
    pub currency: Currency,
    pub amount: Amount,
    pub paid_on: NaiveDate,
    pub mode: PaymentMode,
    pub reference: Option<String>,
    pub voided_at: Option<DateTime<Utc>>,
    /// The day of it in company time.
    pub voided_on: Option<NaiveDate>,
    pub void_reason: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}

record_entity!(
    "Payment", PaymentId,
    hundredths: [Amount],
    ids: [ProjectId: ProjectId],
);

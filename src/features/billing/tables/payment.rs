//! The table `payments`: money received for a project; voided, never edited.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{
    billing::{InvoiceId, PaymentId, PaymentMode},
    projects::ProjectId,
};
use platform::{
    money::{Amount, Currency},
    record_table,
};

record_table! {
    /// One payment.
    "payments" {
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
    is ("Payment", PaymentId, hundredths: [Amount], ids: [ProjectId: ProjectId, InvoiceId: InvoiceId])
}

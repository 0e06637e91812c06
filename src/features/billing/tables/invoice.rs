//! The table `invoices`: invoices and credit notes, drafts and issued ones.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;

use crate::features::{
    billing::{InvoiceId, InvoiceKind, InvoiceState, PaymentMode},
    media::ImageId,
    projects::ProjectId,
};
use platform::{
    money::{Amount, Currency},
    quantity::Percentage,
    record_table,
};

record_table! {
    /// One invoice or credit note. Once it is issued everything but its state stays as it is; a trigger sees to that, too.
    "invoices" {
        pub project_id: ProjectId,
        pub kind: InvoiceKind,
        /// What a credit note credits.
        pub credited_invoice_id: Option<InvoiceId>,
        pub state: InvoiceState,
        /// As printed, such as `BH/2026/12`; null while it is a draft.
        #[sea_orm(unique)]
        pub number: Option<String>,
        pub series: Option<String>,
        pub year: Option<i32>,
        pub sequence: Option<i64>,
        /// The number as a number, for ordering.
        pub number_key: Option<i64>,
        pub subject: String,
        pub issue_date: Option<NaiveDate>,
        pub due_date: Option<NaiveDate>,
        pub currency: Currency,
        pub tax_percentage: Percentage,
        pub advance_payment: Amount,
        pub payment_mode: Option<PaymentMode>,
        pub subtotal: Amount,
        pub tax_amount: Amount,
        pub total_ttc: Amount,
        pub net_to_pay: Amount,
        /// The client as at issuing.
        pub client_name: Option<String>,
        pub client_address: Option<String>,
        pub client_phone: Option<String>,
        /// The project, as at issuing; none on a draft.
        pub project_name: Option<String>,
        /// The company as at issuing: [`crate::features::billing::CompanyDetails`].
        pub company: Option<Json>,
        pub company_logo_id: Option<ImageId>,
        pub issued_at: Option<DateTime<Utc>>,
        pub cancelled_at: Option<DateTime<Utc>>,
        /// The day of it in company time.
        pub cancelled_on: Option<NaiveDate>,
        pub cancel_reason: Option<String>,
        /// Number, subject, client and project, folded.
        pub search_text: String,
    }
    is (
        "Invoice", InvoiceId,
        derived: [NumberKey, SearchText],
        hundredths: [TaxPercentage, AdvancePayment, Subtotal, TaxAmount, TotalTtc, NetToPay],
        ids: [ProjectId: ProjectId, CreditedInvoiceId: InvoiceId, CompanyLogoId: ImageId],
    )
}

//! How invoices and payments look in the API.

pub mod company;
pub mod figures;
pub mod inputs;
pub mod loaders;
pub mod mutation;
pub mod numbering;
pub mod papers;
pub mod payment;
pub mod preview;
pub mod query;
pub mod types;

pub use company::{CompanyMutation, CompanyQuery};
pub use figures::BillingFigures;
pub use inputs::{InvoiceFilterInput, InvoiceOrderInput, PaymentFilterInput, PaymentOrderInput};
pub use mutation::BillingMutation;
pub use numbering::{NumberingMutation, NumberingQuery};
pub use papers::statement_url;
pub use payment::GqlPayment;
pub use query::{
    BillingQuery, invoice_connection, invoices_of_project, paid_of_project, payments_of_project,
};
pub use types::{GqlInvoice, InvoiceStatus};

use super::{CompanyProfiles, Invoices, Payments};
use platform::graphql::RecordType;

/// The kinds of records of this feature. There is one company, which nobody deletes.
pub const RECORDS: &[RecordType] = &[
    RecordType::of::<Invoices, GqlInvoice>(),
    RecordType::of::<Payments, GqlPayment>(),
    RecordType::audited::<CompanyProfiles>(),
    RecordType::named("NumberSeries", "ser"),
];

//! Invoices, credit notes and payments (DESIGN.md 2.3 to 2.6; docs/BILLING.md draws who may do what from where).
//!
//! A draft is the staff's alone. Issuing gives it its number without gap or repeat, freezes it with the client's and
//! the company's details, and tells the client once. From then on payments, credit notes and cancellation follow, and
//! nothing changes it by any road. What is paid and owed is never stored: it is summed over payments and credit notes,
//! under the lock of the project's row where it decides something.

mod after_restore;
pub mod commands;
mod company;
pub mod events;
mod exports;
pub mod figures;
mod filters;
pub mod graphql;
mod holds;
mod journal;
mod model;
pub mod numbering;
pub mod papers;
mod queries;
mod records;
pub mod reminders;
mod sums;
mod tables;

pub use after_restore::hold_after_restore;
pub use company::{CompanyDetails, CompanyLogos, company_profile};
pub use exports::{InvoicesExport, JournalExport, JournalFilter};
pub use filters::{
    InvoiceFilter, InvoiceOrder, PaymentFilter, PaymentOrder, select_invoices, select_payments, today,
};
pub use holds::BillingHolds;
pub use model::{InvoiceKind, InvoiceState, InvoiceStatus, PaymentMode, Settlement, Totals, balance, status};
pub use queries::{
    BilledInvoice, billed_invoices, credit_notes_of, invoices_by_ids, items_of, payments_by_ids, payments_of,
};
pub use sums::{paid_of_projects, settlements};
pub use tables::{
    company::{Column as CompanyColumn, Entity as CompanyProfiles, Model as CompanyProfile},
    invoice::{Column as InvoiceColumn, Entity as Invoices, Model as Invoice},
    item::{Column as InvoiceItemColumn, Entity as InvoiceItems, Model as InvoiceItem},
    payment::{Column as PaymentColumn, Entity as Payments, Model as Payment},
};

use platform::typed_id;

typed_id!(
    /// An invoice or credit note.
    InvoiceId, "inv", "invoice"
);
typed_id!(
    /// A line of an invoice.
    InvoiceItemId, "itm", "invoice item"
);
typed_id!(
    /// A payment.
    PaymentId, "pay", "payment"
);
typed_id!(
    /// The company, as documents show it.
    CompanyProfileId, "cmp", "company profile"
);

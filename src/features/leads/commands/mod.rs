//! What can be done with leads and inquiries, one operation a file.

mod convert_lead;
mod edit_inquiry;
mod edit_lead;
mod forget_forms;
mod mark_read;
mod notice;
mod submit_construction_lead;
mod submit_contact_inquiry;

pub use convert_lead::{Conversion, ConvertLead, Converted, convert_lead};
pub use edit_inquiry::InquiryFields;
pub use edit_lead::LeadFields;
pub use forget_forms::forget_forms_in_tx;
pub use mark_read::{MAX_ROWS, Row, mark_all};
pub use notice::{INQUIRY_RECEIVED, LEAD_RECEIVED};
pub use submit_construction_lead::{SubmitConstructionLead, submit_construction_lead};
pub use submit_contact_inquiry::{SubmitContactInquiry, submit_contact_inquiry};

use chrono::TimeDelta;

use platform::limiter::Quota;

/// What one address may send through one form (DESIGN.md 2.10).
const QUOTA: Quota = Quota {
    hits: 5,
    window: TimeDelta::minutes(10),
};

//! What can be done with leads and inquiries, one operation a file.

mod convert_lead;
mod create_lead;
mod mark_read;
mod notice;
mod submit_construction_lead;
mod submit_contact_inquiry;
mod update_inquiry;
mod update_lead;

pub use convert_lead::{Conversion, ConvertLead, Converted, ProjectDetails, convert_lead};
pub use create_lead::{NewLead, create_lead};
pub use mark_read::{MAX_ROWS, Row, mark_inquiries_read, mark_leads_read};
pub use notice::{INQUIRY_RECEIVED_TEMPLATE, LEAD_RECEIVED_TEMPLATE};
pub use submit_construction_lead::{SubmitConstructionLead, submit_construction_lead};
pub use submit_contact_inquiry::{SubmitContactInquiry, submit_contact_inquiry};
pub use update_inquiry::{InquiryPatch, update_inquiry};
pub use update_lead::{LeadPatch, update_lead};

use chrono::TimeDelta;

use super::{
    InquiryId, LeadId,
    tables::{inquiry, lead},
};
use crate::platform::{
    db::WriteTx,
    error::{CommandError, Violation},
    limiter::Quota,
    record,
};

/// What one address may send through one form (DESIGN.md 2.10).
const QUOTA: Quota = Quota {
    hits: 5,
    window: TimeDelta::minutes(10),
};

/// Locks a living lead.
async fn lock_lead(tx: &WriteTx, id: LeadId, field: &[&str]) -> Result<lead::Model, CommandError> {
    record::lock_living::<lead::Entity>(tx, id)
        .await?
        .ok_or_else(|| Violation::not_found(field.iter().copied(), "lead").into())
}

/// Locks a living inquiry.
async fn lock_inquiry(tx: &WriteTx, id: InquiryId, field: &[&str]) -> Result<inquiry::Model, CommandError> {
    record::lock_living::<inquiry::Entity>(tx, id)
        .await?
        .ok_or_else(|| Violation::not_found(field.iter().copied(), "inquiry").into())
}

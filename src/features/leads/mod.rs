//! What visitors send through the website's two forms, and what the staff make of it: a lead is somebody who wants a
//! house and may become a client with a project, an inquiry is a question to be read and answered.

pub mod commands;
pub mod events;
mod export;
pub mod graphql;
mod model;
mod queries;
mod records;
mod spam;
mod tables;

pub use export::{InquiriesExport, LeadsExport};
pub use model::{ActivityKind, LeadStatus};
pub use queries::{
    InquiryFilter, InquiryOrder, LeadFilter, LeadOrder, MAX_DUPLICATES, duplicates_of, inquiries_by_ids,
    leads_by_ids, living_inquiry, living_lead, select_activities, select_inquiries, select_leads,
};
pub use spam::{Doubt, FormTraces};
pub use tables::{
    activity::{Column as ActivityColumn, Entity as Activities, Model as Activity},
    inquiry::{Column as InquiryColumn, Entity as Inquiries, Model as Inquiry},
    lead::{Column as LeadColumn, Entity as Leads, Model as Lead},
};

use platform::typed_id;

typed_id!(
    /// Somebody who wants a house.
    LeadId, "led", "lead"
);
typed_id!(
    /// A question.
    InquiryId, "inq", "inquiry"
);
typed_id!(
    /// A row of a lead's timeline.
    ActivityId, "act", "timeline entry"
);

//! The tables `construction_leads`, `lead_activities` and `contact_inquiries`.

pub mod activity;
pub mod inquiry;
pub mod lead;

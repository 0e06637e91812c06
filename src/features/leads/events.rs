//! What happens to leads and inquiries, for the event log. All of it is for the staff.

use platform::events::EventKind;

/// Somebody wants a house. The record is the lead.
pub const LEAD_RECEIVED: EventKind = EventKind::new("LeadReceived");
/// Somebody has a question. The record is the inquiry.
pub const INQUIRY_RECEIVED: EventKind = EventKind::new("InquiryReceived");

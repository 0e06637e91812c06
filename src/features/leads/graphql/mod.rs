//! How leads and inquiries look in the API.

mod forms;
mod inputs;
mod inquiry;
mod lead;
pub mod loaders;
mod mutation;
mod query;
mod status;
mod timeline;

pub use forms::FormsMutation;
pub use inputs::{InquiryFilterInput, InquiryOrderInput, LeadFilterInput, LeadOrderInput};
pub use inquiry::GqlInquiry;
pub use lead::GqlLead;
pub use mutation::LeadsMutation;
pub use query::{LeadsQuery, inquiry_connection, lead_connection};

use super::{Inquiries, Leads};
use platform::graphql::RecordType;

/// The kinds of records of this feature.
pub const RECORDS: &[RecordType] = &[
    RecordType::of::<Leads, GqlLead>(),
    RecordType::of::<Inquiries, GqlInquiry>(),
];

//! What the staff send: filters, orders, inputs and patches.

use async_graphql::{Enum, ID, InputObject, MaybeUndefined};

use super::status::GqlLeadStatus;
use crate::features::{
    leads::{
        InquiryFilter, InquiryOrder, LeadFilter, LeadOrder, LeadStatus,
        commands::{InquiryFields, LeadFields, MAX_ROWS},
    },
    projects::graphql::inputs::ProjectPhase,
};
use platform::{
    entered,
    error::Violation,
    graphql::{
        BoundedList, BulkRowInput, CsvSeparator, FilterList, Locale, OrderDirection, parse_id,
        scalars::{EmailAddress, Moment},
        values::{CurrencyCode, Date, Decimal},
    },
    read_inputs, search,
};

/// Which leads a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct LeadFilterInput {
    /// In one of these states, 100 at most.
    pub status: Option<FilterList<GqlLeadStatus>>,
    /// Only read ones, or only unread ones.
    pub read: Option<bool>,
    /// Followed by this member of staff (`acc_…`).
    pub assignee_id: Option<ID>,
    /// Only those that somebody follows, or only those that nobody does.
    pub assigned: Option<bool>,
    /// Received at this moment or later.
    pub received_from: Option<Moment>,
    /// Received before this moment.
    pub received_until: Option<Moment>,
    /// Only of people who have land, or only of those who have none.
    pub has_land: Option<bool>,
    /// Drawn by this item of the portfolio (`pfi_…`).
    pub interested_in: Option<ID>,
    /// Only those with a `doubt`, or only those without.
    pub doubtful: Option<bool>,
    /// Each word stands in name, number, e-mail address, location, message or notes; case and accents don't matter.
    pub search: Option<String>,
}

impl LeadFilterInput {
    /// Checks the ids; `root` is where the filter stands.
    pub(super) fn check(self, root: &[&str]) -> Result<LeadFilter, Violation> {
        let at = |name| [root, &[name]].concat();
        Ok(LeadFilter {
            status: self
                .status
                .map(|states| states.set_at(at("status")))
                .transpose()?
                .map(|states| states.into_iter().map(Into::into).collect()),
            read: self.read,
            assignee: self
                .assignee_id
                .map(|id| parse_id(&id, &at("assigneeId")))
                .transpose()?,
            assigned: self.assigned,
            received_from: self.received_from.map(|at| at.0),
            received_until: self.received_until.map(|at| at.0),
            has_land: self.has_land,
            interested_in: self
                .interested_in
                .map(|id| parse_id(&id, &at("interestedIn")))
                .transpose()?,
            doubtful: self.doubtful,
            search: search::check(self.search, &at("search"))?,
        })
    }
}

/// Which inquiries a list shows. All of what is given must hold.
#[derive(Debug, Default, InputObject)]
pub struct InquiryFilterInput {
    /// Only read ones, or only unread ones.
    pub read: Option<bool>,
    /// Received at this moment or later.
    pub received_from: Option<Moment>,
    /// Received before this moment.
    pub received_until: Option<Moment>,
    /// Only those with a `doubt`, or only those without.
    pub doubtful: Option<bool>,
    /// Each word stands in name, number, e-mail address, subject or message; case and accents don't matter.
    pub search: Option<String>,
}

impl InquiryFilterInput {
    /// Reads it; mistakes are told at `path` and below.
    pub(super) fn check(self, path: &[&str]) -> Result<InquiryFilter, Violation> {
        Ok(InquiryFilter {
            read: self.read,
            received_from: self.received_from.map(|at| at.0),
            received_until: self.received_until.map(|at| at.0),
            doubtful: self.doubtful,
            search: search::check(self.search, &[path, &["search"]].concat())?,
        })
    }
}

/// What leads can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "LeadOrder")]
pub enum LeadOrderField {
    /// When they came in.
    ReceivedAt,
    /// When they last changed.
    UpdatedAt,
    /// The name.
    Name,
}

/// An order of leads.
#[derive(Debug, InputObject)]
#[graphql(name = "LeadOrder")]
pub struct LeadOrderInput {
    /// By what.
    pub field: LeadOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

/// What inquiries can be ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "InquiryOrder")]
pub enum InquiryOrderField {
    /// When they came in.
    ReceivedAt,
    /// The name.
    Name,
}

/// An order of inquiries.
#[derive(Debug, InputObject)]
#[graphql(name = "InquiryOrder")]
pub struct InquiryOrderInput {
    /// By what.
    pub field: InquiryOrderField,
    /// Which end comes first.
    pub direction: OrderDirection,
}

/// A lead that came by telephone or over the counter.
#[derive(Debug, InputObject)]
pub struct CreateLeadInput {
    /// Who wants a house, 120 characters at most.
    pub name: String,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: String,
    /// An e-mail address.
    pub email: Option<EmailAddress>,
    /// Whether they have land to build on.
    pub has_land: bool,
    /// Where it is, 200 characters at most; required when there is land.
    pub location_of_land: Option<String>,
    /// The item of the portfolio that drew them (`pfi_…`).
    pub interested_in: Option<ID>,
    /// What they say, 5,000 characters at most.
    pub message: Option<String>,
    /// Makes sending twice harmless: the same key and input answer with the lead made the first time. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// Changes to a lead: absent keeps, null clears.
#[derive(Debug, InputObject)]
pub struct LeadPatch {
    /// NEW, CONTACTED and LOST can follow each other in any direction. CONVERTED is INVALID here: use `convertLead`; and a
    /// converted lead keeps its status (LOCKED).
    pub status: MaybeUndefined<GqlLeadStatus>,
    /// Whether somebody has read it.
    pub is_read: MaybeUndefined<bool>,
    /// The member of staff who follows it (`acc_…`); null for nobody.
    pub assignee_id: MaybeUndefined<ID>,
    /// What the staff know, 10,000 characters at most. What it said before stays in the timeline.
    pub notes: MaybeUndefined<String>,
    /// Who wants a house, 120 characters at most.
    pub name: MaybeUndefined<String>,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: MaybeUndefined<String>,
    /// An e-mail address.
    pub email: MaybeUndefined<EmailAddress>,
    /// Whether they have land to build on.
    pub has_land: MaybeUndefined<bool>,
    /// Where it is, 200 characters at most; required when there is land.
    pub location_of_land: MaybeUndefined<String>,
    /// The item of the portfolio that drew them (`pfi_…`).
    pub interested_in: MaybeUndefined<ID>,
    /// What they said, 5,000 characters at most.
    pub message: MaybeUndefined<String>,
}

/// Which lead changes, from which version, and how.
#[derive(Debug, InputObject)]
pub struct UpdateLeadInput {
    /// The lead (`led_…`).
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current lead.
    pub expected_version: i32,
    /// The changes.
    pub patch: LeadPatch,
}

/// Changes to an inquiry: absent keeps, null clears.
#[derive(Debug, InputObject)]
pub struct InquiryPatch {
    /// Whether somebody has read it.
    pub is_read: MaybeUndefined<bool>,
    /// Who asks, 120 characters at most.
    pub name: MaybeUndefined<String>,
    /// An e-mail address.
    pub email: MaybeUndefined<EmailAddress>,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: MaybeUndefined<String>,
    /// What it is about, 200 characters at most.
    pub subject: MaybeUndefined<String>,
    /// The question, 5,000 characters at most.
    pub message: MaybeUndefined<String>,
}

/// Which inquiry changes, from which version, and how.
#[derive(Debug, InputObject)]
pub struct UpdateInquiryInput {
    /// The inquiry (`inq_…`).
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current inquiry.
    pub expected_version: i32,
    /// The changes.
    pub patch: InquiryPatch,
}

/// Which leads are marked.
#[derive(Debug, InputObject)]
pub struct MarkLeadsReadInput {
    /// The leads (`led_…`), 100 at most.
    pub rows: BoundedList<BulkRowInput, MAX_ROWS>,
    /// Read, or unread again.
    #[graphql(default = true)]
    pub read: bool,
}

/// Which inquiries are marked.
#[derive(Debug, InputObject)]
pub struct MarkInquiriesReadInput {
    /// The inquiries (`inq_…`), 100 at most.
    pub rows: BoundedList<BulkRowInput, MAX_ROWS>,
    /// Read, or unread again.
    #[graphql(default = true)]
    pub read: bool,
}

/// The client that a lead becomes. What is absent is taken from the lead.
#[derive(Debug, Default, InputObject)]
pub struct ConvertLeadClientInput {
    /// The client's name, 120 characters at most.
    pub name: Option<String>,
    /// The address the client signs in with: REQUIRED here when the lead left none. No living account may have it (TAKEN
    /// says whose it is).
    pub email: Option<EmailAddress>,
    /// A telephone number, as `+227 90 12 34 56` or as the eight digits used in Niger.
    pub phone: Option<String>,
    /// Where the client lives, 500 characters at most.
    pub address: Option<String>,
    /// The language the client reads; FR unless said otherwise.
    pub locale: Option<Locale>,
}

/// The project that a lead becomes.
#[derive(Debug, InputObject)]
pub struct ConvertLeadProjectInput {
    /// What it is called, 200 characters at most.
    pub name: String,
    /// When work starts.
    pub start_date: Option<Date>,
    /// When work should end; not before `startDate`.
    pub estimated_completion: Option<Date>,
    /// How far it is; FOUNDATION unless said otherwise.
    pub current_phase: Option<ProjectPhase>,
    /// How far it is, 0 to 100 percent; 0 unless said otherwise.
    pub progress_percentage: Option<i32>,
    /// The agreed price, not negative; 0 unless said otherwise.
    pub total_quote: Option<Decimal>,
    /// Its currency; the company's unless said otherwise.
    pub currency: Option<CurrencyCode>,
}

/// Which lead becomes which client and project.
#[derive(Debug, InputObject)]
pub struct ConvertLeadInput {
    /// The lead (`led_…`).
    pub id: ID,
    /// The version you read. If it isn't the current one the answer is CONFLICT, with the current lead.
    pub expected_version: i32,
    /// A client whom the company has already (`cli_…`). Give either this or `client`.
    pub client_id: Option<ID>,
    /// A new client. May be left out: then all is taken from the lead.
    pub client: Option<ConvertLeadClientInput>,
    /// Whether a new client is mailed a temporary password at once. With `false` nobody can sign in until
    /// `resendClientCredentials`.
    #[graphql(default = true)]
    pub invite: bool,
    /// The project.
    pub project: ConvertLeadProjectInput,
    /// Makes sending twice harmless: the same key and input answer with what was made the first time. Kept 30 days.
    pub idempotency_key: Option<String>,
}

/// Which leads are exported.
#[derive(Debug, InputObject)]
pub struct ExportLeadsInput {
    /// Which leads; all living ones unless said otherwise.
    pub filter: Option<LeadFilterInput>,
    /// What stands between the cells.
    #[graphql(default_with = "CsvSeparator::Comma")]
    pub separator: CsvSeparator,
}

/// Which inquiries are exported.
#[derive(Debug, InputObject)]
pub struct ExportInquiriesInput {
    /// Which inquiries; all living ones unless said otherwise.
    pub filter: Option<InquiryFilterInput>,
    /// What stands between the cells.
    #[graphql(default_with = "CsvSeparator::Comma")]
    pub separator: CsvSeparator,
}

entered! {
    GqlLeadStatus => LeadStatus, Into::into;
}

read_inputs! {
    create CreateLeadInput {
        required { name, phone, has_land }
        optional { email, location_of_land, interested_in, message }
    }
    update UpdateLeadInput,
    patch LeadPatch {
        status, is_read, assignee_id, notes, name, phone, email, has_land, location_of_land, interested_in, message,
    }
    into LeadFields
}

read_inputs! {
    update UpdateInquiryInput,
    patch InquiryPatch { is_read, name, email, phone, subject, message }
    into InquiryFields
}

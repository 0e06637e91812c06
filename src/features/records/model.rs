//! An id of any kind of record, and a record of any kind.

use sea_orm::{ConnectionTrait, DbErr, EntityTrait};
use uuid::Uuid;

use crate::{
    features::{
        billing::{CompanyProfileId, Invoice, InvoiceId, Invoices, Payment, PaymentId, Payments},
        clients::{Clients, StoredClient},
        content::{ContentId, ContentRecord},
        leads::{Inquiries, Inquiry, InquiryId, Lead, LeadId, Leads},
        projects::{Project, ProjectId, ProjectUpdate, ProjectUpdateId, ProjectUpdates, Projects},
    },
    platform::{
        actor::ClientId,
        error::{ErrorCode, Violation},
        ids,
    },
};

/// The id of a record that can be deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RecordId {
    /// A client, with account, projects and their updates.
    Client(ClientId),
    /// A project, with its updates and drafts.
    Project(ProjectId),
    /// A progress update, with its pictures.
    Update(ProjectUpdateId),
    /// Somebody who wants a house, with the timeline.
    Lead(LeadId),
    /// A question.
    Inquiry(InquiryId),
    /// What the website shows; an item of the portfolio with its gallery and videos.
    Content(ContentId),
    /// An invoice, which can be deleted while it is a draft.
    Invoice(InvoiceId),
    /// A payment, which can't be deleted.
    Payment(PaymentId),
}

impl RecordId {
    /// Reads the text form.
    ///
    /// # Errors
    /// INVALID at `field`, with the kinds that are expected.
    pub fn parse(text: &str, field: &[&str]) -> Result<Self, Violation> {
        let expected = || {
            let mut kinds = vec!["a client (cli_…), a project (prj_…), a project update (upd_…), a lead (led_…), an inquiry (inq_…), an invoice (inv_…)".to_owned()];
            kinds.extend(ContentId::expected());
            kinds.join(", ")
        };
        let message = match ids::decode(text) {
            Some((ClientId::PREFIX, id)) => return Ok(Self::Client(ClientId(id))),
            Some((ProjectId::PREFIX, id)) => return Ok(Self::Project(ProjectId(id))),
            Some((ProjectUpdateId::PREFIX, id)) => return Ok(Self::Update(ProjectUpdateId(id))),
            Some((LeadId::PREFIX, id)) => return Ok(Self::Lead(LeadId(id))),
            Some((InquiryId::PREFIX, id)) => return Ok(Self::Inquiry(InquiryId(id))),
            Some((InvoiceId::PREFIX, id)) => return Ok(Self::Invoice(InvoiceId(id))),
            Some((PaymentId::PREFIX, id)) => return Ok(Self::Payment(PaymentId(id))),
            Some((found, id)) => match ContentId::of(found, id) {
                Some(content) => return Ok(Self::Content(content)),
                None => format!(
                    "Expected the id of one of {}; got one that starts with \"{found}\".",
                    expected()
                ),
            },
            None => format!("This is not an id; expected that of one of {}.", expected()),
        };
        Err(Violation::new(ErrorCode::Invalid, field.iter().copied(), message))
    }

    /// Its kind, in words.
    #[must_use]
    pub fn noun(self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Project(_) => "project",
            Self::Update(_) => "project update",
            Self::Lead(_) => "lead",
            Self::Inquiry(_) => "inquiry",
            Self::Content(id) => id.noun(),
            Self::Invoice(_) => "invoice",
            Self::Payment(_) => "payment",
        }
    }

    /// The record as it is, living or deleted. For those who may see all.
    ///
    /// # Errors
    /// When the database refuses.
    pub async fn load(self, conn: &impl ConnectionTrait) -> Result<Option<StoredRecord>, DbErr> {
        Ok(match self {
            Self::Client(id) => Clients::find_by_id(id).one(conn).await?.map(StoredRecord::Client),
            Self::Project(id) => Projects::find_by_id(id)
                .one(conn)
                .await?
                .map(StoredRecord::Project),
            Self::Update(id) => ProjectUpdates::find_by_id(id)
                .one(conn)
                .await?
                .map(StoredRecord::Update),
            Self::Lead(id) => Leads::find_by_id(id).one(conn).await?.map(StoredRecord::Lead),
            Self::Inquiry(id) => Inquiries::find_by_id(id)
                .one(conn)
                .await?
                .map(StoredRecord::Inquiry),
            Self::Content(id) => id.load(conn).await?.map(StoredRecord::Content),
            Self::Invoice(id) => Invoices::find_by_id(id)
                .one(conn)
                .await?
                .map(StoredRecord::Invoice),
            Self::Payment(id) => Payments::find_by_id(id)
                .one(conn)
                .await?
                .map(StoredRecord::Payment),
        })
    }
}

impl std::fmt::Display for RecordId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Client(id) => id.fmt(f),
            Self::Project(id) => id.fmt(f),
            Self::Update(id) => id.fmt(f),
            Self::Lead(id) => id.fmt(f),
            Self::Inquiry(id) => id.fmt(f),
            Self::Content(id) => id.fmt(f),
            Self::Invoice(id) => id.fmt(f),
            Self::Payment(id) => id.fmt(f),
        }
    }
}

/// A record of any kind that can be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoredRecord {
    /// A client.
    Client(StoredClient),
    /// A project.
    Project(Project),
    /// A progress update.
    Update(ProjectUpdate),
    /// Somebody who wants a house.
    Lead(Lead),
    /// A question.
    Inquiry(Inquiry),
    /// What the website shows.
    Content(ContentRecord),
    /// An invoice.
    Invoice(Invoice),
    /// A payment.
    Payment(Payment),
}

/// The prefix of the ids of a kind of record in the audit log.
pub(super) fn prefix_of(kind: &str) -> Option<&'static str> {
    kinds().find(|(name, _)| *name == kind).map(|(_, prefix)| prefix)
}

/// The kind and number of any id that the audit log knows.
pub(super) fn audited_id(text: &str, field: &[&str]) -> Result<(&'static str, Uuid), Violation> {
    ids::decode(text)
        .and_then(|(found, id)| {
            let (kind, _) = kinds().find(|(_, prefix)| *prefix == found)?;
            Some((kind, id))
        })
        .ok_or_else(|| {
            let prefixes: Vec<String> = kinds().map(|(_, prefix)| format!("{prefix}_…")).collect();
            Violation::new(
                ErrorCode::Invalid,
                field.iter().copied(),
                format!("Expected the id of a record: one of {}.", prefixes.join(", ")),
            )
        })
}

fn kinds() -> impl Iterator<Item = (&'static str, &'static str)> {
    KINDS.iter().chain(ContentId::KINDS).copied()
}

/// The kinds that the audit log knows besides those of content, with the prefixes of their ids.
const KINDS: &[(&str, &str)] = &[
    ("Account", crate::platform::actor::AccountId::PREFIX),
    ("Client", ClientId::PREFIX),
    ("Project", ProjectId::PREFIX),
    ("ProjectUpdate", ProjectUpdateId::PREFIX),
    ("ConstructionLead", LeadId::PREFIX),
    ("ContactInquiry", InquiryId::PREFIX),
    ("Invoice", InvoiceId::PREFIX),
    ("Payment", PaymentId::PREFIX),
    ("CompanyProfile", CompanyProfileId::PREFIX),
    ("Delivery", crate::platform::outbox::DeliveryId::PREFIX),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_kind_of_id_says_what_is_expected() {
        let error = RecordId::parse("acc_01h2xcejqtf2nbrexx3vqjhp41", &["input", "id"]).unwrap_err();
        assert_eq!(error.code, ErrorCode::Invalid);
        assert!(error.message.contains("prj_…") && error.message.contains("\"acc\""));
        assert_eq!(
            RecordId::parse("prj_01h2xcejqtf2nbrexx3vqjhp41", &[])
                .unwrap()
                .to_string(),
            "prj_01h2xcejqtf2nbrexx3vqjhp41"
        );
        assert!(RecordId::parse("nonsense", &[]).is_err());
    }
}

//! `Node` and `Record`.
//!
//! The attributes of an interface repeat the types of its fields, which clippy takes for a slip.

#![expect(
    clippy::duplicated_attributes,
    reason = "two fields of an interface may have one type"
)]

use async_graphql::{ID, Interface};
use chrono::{DateTime, Utc};

use crate::features::{
    accounts::graphql::{GqlActor, viewer::Viewer},
    billing::graphql::{GqlInvoice, GqlPayment},
    clients::graphql::Client,
    content::{
        ContentRecord,
        graphql::{
            GqlBlogPost, GqlGalleryImage, GqlPartner, GqlPortfolioItem, GqlPromotion, GqlService,
            GqlTestimonial, GqlVideo,
        },
    },
    leads::graphql::{GqlInquiry, GqlLead},
    projects::graphql::{GqlProject, GqlProjectUpdate},
    records::StoredRecord,
};

/// Whatever has an id of its own: `node(id)` finds it again.
#[derive(Debug, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "Says by its first letters what it is the id of, such as `prj_…`; otherwise opaque."
))]
pub enum Node {
    /// The caller.
    Viewer(Viewer),
    /// A client.
    Client(Client),
    /// A project.
    Project(GqlProject),
    /// A progress update.
    ProjectUpdate(GqlProjectUpdate),
    /// Somebody who wants a house. For staff.
    ConstructionLead(GqlLead),
    /// A question. For staff.
    ContactInquiry(GqlInquiry),
    /// An item of the portfolio.
    PortfolioItem(GqlPortfolioItem),
    /// A picture of an item's gallery.
    PortfolioGalleryImage(GqlGalleryImage),
    /// A video of an item.
    PortfolioVideo(GqlVideo),
    /// A service.
    Service(GqlService),
    /// A partner.
    Partner(GqlPartner),
    /// A testimonial.
    Testimonial(GqlTestimonial),
    /// An article of the blog.
    BlogPost(GqlBlogPost),
    /// A banner in the clients' app.
    AppPromotion(GqlPromotion),
    /// An invoice or credit note.
    Invoice(GqlInvoice),
    /// A payment.
    Payment(GqlPayment),
}

/// Whatever is entered, changed, deleted and restored: who did it is for staff. `deleteRecord`, `restoreRecord` and
/// `forceDeleteRecord` take the id of any.
#[derive(Debug, Interface)]
#[graphql(
    field(
        name = "id",
        ty = "ID",
        desc = "Says by its first letters what it is the id of, such as `prj_…`; otherwise opaque."
    ),
    field(
        name = "version",
        ty = "i32",
        desc = "Rises with each change; send it as `expectedVersion`."
    ),
    field(name = "created_at", ty = "DateTime<Utc>", desc = "When it was entered."),
    field(name = "updated_at", ty = "DateTime<Utc>", desc = "When it last changed."),
    field(
        name = "deleted_at",
        ty = "Option<DateTime<Utc>>",
        desc = "When it was deleted; null among the living."
    ),
    field(
        name = "created_by",
        ty = "Option<GqlActor>",
        desc = "Who entered it; null for the server itself. For staff."
    ),
    field(
        name = "updated_by",
        ty = "Option<GqlActor>",
        desc = "Who changed it last; null for the server itself. For staff."
    ),
    field(
        name = "deleted_by",
        ty = "Option<GqlActor>",
        desc = "Who deleted it; null among the living. For staff."
    )
)]
pub enum Record {
    /// A client.
    Client(Client),
    /// A project.
    Project(GqlProject),
    /// A progress update.
    ProjectUpdate(GqlProjectUpdate),
    /// Somebody who wants a house. For staff.
    ConstructionLead(GqlLead),
    /// A question. For staff.
    ContactInquiry(GqlInquiry),
    /// An item of the portfolio.
    PortfolioItem(GqlPortfolioItem),
    /// A picture of an item's gallery.
    PortfolioGalleryImage(GqlGalleryImage),
    /// A video of an item.
    PortfolioVideo(GqlVideo),
    /// A service.
    Service(GqlService),
    /// A partner.
    Partner(GqlPartner),
    /// A testimonial.
    Testimonial(GqlTestimonial),
    /// An article of the blog.
    BlogPost(GqlBlogPost),
    /// A banner in the clients' app.
    AppPromotion(GqlPromotion),
    /// An invoice or credit note.
    Invoice(GqlInvoice),
    /// A payment.
    Payment(GqlPayment),
}

impl From<StoredRecord> for Record {
    fn from(record: StoredRecord) -> Self {
        match record {
            StoredRecord::Client(client) => Self::Client(Client(client)),
            StoredRecord::Project(project) => Self::Project(project.into()),
            StoredRecord::Update(update) => Self::ProjectUpdate(update.into()),
            StoredRecord::Lead(lead) => Self::ConstructionLead(GqlLead(lead)),
            StoredRecord::Inquiry(inquiry) => Self::ContactInquiry(GqlInquiry(inquiry)),
            StoredRecord::Content(content) => match content {
                ContentRecord::PortfolioItem(row) => Self::PortfolioItem((*row).into()),
                ContentRecord::GalleryImage(row) => Self::PortfolioGalleryImage((*row).into()),
                ContentRecord::Video(row) => Self::PortfolioVideo((*row).into()),
                ContentRecord::Service(row) => Self::Service((*row).into()),
                ContentRecord::Partner(row) => Self::Partner((*row).into()),
                ContentRecord::Testimonial(row) => Self::Testimonial((*row).into()),
                ContentRecord::BlogPost(row) => Self::BlogPost((*row).into()),
                ContentRecord::Promotion(row) => Self::AppPromotion((*row).into()),
            },
            StoredRecord::Invoice(invoice) => Self::Invoice(invoice.into()),
            StoredRecord::Payment(payment) => Self::Payment(payment.into()),
        }
    }
}

impl From<StoredRecord> for Node {
    fn from(record: StoredRecord) -> Self {
        match record {
            StoredRecord::Client(client) => Self::Client(Client(client)),
            StoredRecord::Project(project) => Self::Project(project.into()),
            StoredRecord::Update(update) => Self::ProjectUpdate(update.into()),
            StoredRecord::Lead(lead) => Self::ConstructionLead(GqlLead(lead)),
            StoredRecord::Inquiry(inquiry) => Self::ContactInquiry(GqlInquiry(inquiry)),
            StoredRecord::Content(content) => match content {
                ContentRecord::PortfolioItem(row) => Self::PortfolioItem((*row).into()),
                ContentRecord::GalleryImage(row) => Self::PortfolioGalleryImage((*row).into()),
                ContentRecord::Video(row) => Self::PortfolioVideo((*row).into()),
                ContentRecord::Service(row) => Self::Service((*row).into()),
                ContentRecord::Partner(row) => Self::Partner((*row).into()),
                ContentRecord::Testimonial(row) => Self::Testimonial((*row).into()),
                ContentRecord::BlogPost(row) => Self::BlogPost((*row).into()),
                ContentRecord::Promotion(row) => Self::AppPromotion((*row).into()),
            },
            StoredRecord::Invoice(invoice) => Self::Invoice(invoice.into()),
            StoredRecord::Payment(payment) => Self::Payment(payment.into()),
        }
    }
}

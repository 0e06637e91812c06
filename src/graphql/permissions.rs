//! Who may use which root field: the one table, which a test walks (`tests/suite/permissions.rs`). The guards on the
//! fields do the guarding; the table says what they are meant to be, so that a forgotten one is noticed.

use crate::platform::graphql::guard::Access;

/// A root field, as clients write it, and who may use it.
pub type Permission = (&'static str, Access);

/// Reads. What a field answers is narrowed further: clients find their own alone.
pub const QUERY: &[Permission] = &[
    ("auditLog", Access::Staff),
    ("blogPost", Access::Anyone),
    ("blogPosts", Access::Anyone),
    ("client", Access::Staff),
    ("clients", Access::Staff),
    ("companyProfile", Access::Staff),
    ("dashboard", Access::Staff),
    ("deliveries", Access::Staff),
    ("eventCursor", Access::Anyone),
    ("inquiries", Access::Staff),
    ("inquiry", Access::Staff),
    ("invoice", Access::SignedIn),
    ("invoices", Access::Staff),
    ("lead", Access::Staff),
    ("leads", Access::Staff),
    ("node", Access::Anyone),
    ("partners", Access::Anyone),
    ("payments", Access::Staff),
    ("portfolio", Access::Anyone),
    ("portfolioItem", Access::Anyone),
    ("project", Access::SignedIn),
    ("projectUpdates", Access::Staff),
    ("projects", Access::Staff),
    ("promotions", Access::SignedIn),
    ("services", Access::Anyone),
    ("testimonials", Access::Anyone),
    ("viewer", Access::Anyone),
];

/// Reads that every visitor gets alike, and that change only when a record marked as shown to visitors does, or when a
/// publication's date comes: their answers may be cached (`http::public_answers`).
pub const SAME_FOR_EVERY_VISITOR: &[&str] = &[
    "blogPost",
    "blogPosts",
    "partners",
    "portfolio",
    "portfolioItem",
    "services",
    "testimonials",
];

/// Writes.
pub const MUTATION: &[Permission] = &[
    ("cancelInvoice", Access::Staff),
    ("changePassword", Access::SignedIn),
    ("closeProject", Access::Staff),
    ("convertLead", Access::Staff),
    ("createAppPromotion", Access::Staff),
    ("createBlogPost", Access::Staff),
    ("createClient", Access::Staff),
    ("createCreditNote", Access::Staff),
    ("createInvoice", Access::Staff),
    ("createLead", Access::Staff),
    ("createPartner", Access::Staff),
    ("createPortfolioItem", Access::Staff),
    ("createProject", Access::Staff),
    ("createProjectUpdate", Access::Staff),
    ("createService", Access::Staff),
    ("createTestimonial", Access::Staff),
    ("createUpload", Access::Staff),
    ("deleteRecord", Access::Staff),
    ("disableClient", Access::Staff),
    ("enableClient", Access::Staff),
    ("exportAccountingJournal", Access::Staff),
    ("exportInquiries", Access::Staff),
    ("exportInvoices", Access::Staff),
    ("exportLeads", Access::Staff),
    ("forceDeleteRecord", Access::Admin),
    ("issueInvoice", Access::Staff),
    ("issueInvoices", Access::Staff),
    ("login", Access::Anyone),
    ("logout", Access::Anyone),
    ("markInquiriesRead", Access::Staff),
    ("markInvoicePaid", Access::Staff),
    ("markInvoicesPaid", Access::Staff),
    ("markLeadsRead", Access::Staff),
    ("markNotificationsRead", Access::SignedIn),
    ("postProjectUpdate", Access::Staff),
    ("recordPayment", Access::Staff),
    ("refreshSession", Access::Anyone),
    ("reopenProject", Access::Staff),
    ("reorderPartners", Access::Staff),
    ("reorderServices", Access::Staff),
    ("replayDelivery", Access::Staff),
    ("resendClientCredentials", Access::Staff),
    ("restoreRecord", Access::Staff),
    ("revokeOtherSessions", Access::SignedIn),
    ("revokeSession", Access::SignedIn),
    ("submitConstructionLead", Access::Anyone),
    ("submitContactInquiry", Access::Anyone),
    ("updateAppPromotion", Access::Staff),
    ("updateBlogPost", Access::Staff),
    ("updateClient", Access::Staff),
    ("updateCompanyProfile", Access::Admin),
    ("updateInquiry", Access::Staff),
    ("updateInvoice", Access::Staff),
    ("updateLead", Access::Staff),
    ("updatePartner", Access::Staff),
    ("updatePortfolioItem", Access::Staff),
    ("updateProfile", Access::Client),
    ("updateProject", Access::Staff),
    ("updateProjectUpdate", Access::Staff),
    ("updateService", Access::Staff),
    ("updateTestimonial", Access::Staff),
    ("voidPayment", Access::Staff),
];

/// Live streams.
pub const SUBSCRIPTION: &[Permission] = &[
    ("invoiceIssued", Access::SignedIn),
    ("projectUpdatePosted", Access::SignedIn),
    ("staffEvents", Access::Staff),
    ("viewerEvents", Access::Client),
];

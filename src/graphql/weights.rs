//! What fields cost that are more than a value which is there already.

/// Type, field, how many thousand characters it may have: so much has to be read, kept and carried out to the caller.
pub const TEXTS: &[(&str, &str, u64)] = &[
    ("BlogPost", "content", 100),
    ("BlogPost", "contentEn", 100),
    ("BlogPost", "contentHtml", 100),
    ("PortfolioItem", "description", 20),
    ("PortfolioItem", "descriptionEn", 20),
    ("Service", "shortDescription", 20),
    ("Service", "shortDescriptionEn", 20),
    ("Testimonial", "content", 20),
    ("Testimonial", "contentEn", 20),
    ("Faq", "answer", 20),
    ("Faq", "answerEn", 20),
    ("ProjectUpdate", "description", 10),
    ("ConstructionLead", "notes", 10),
    ("ConstructionLead", "message", 5),
    ("ContactInquiry", "message", 5),
];

/// Type, field, weight: what is computed, or asks the database by itself, costs about as many fields as take the same time.
pub const WEIGHTS: &[(&str, &str, u64)] = &[
    // Made of a long text.
    ("BlogPost", "excerpt", 10),
    ("BlogPost", "seo", 10),
    ("PortfolioItem", "seo", 10),
    ("Invoice", "amountInWords", 5),
    // Statements over many rows.
    ("ConstructionLead", "duplicates", 10),
    ("ConstructionLead", "knownClients", 10),
    ("BillingFigures", "outstanding", 50),
    ("BillingFigures", "overdue", 50),
    ("BillingFigures", "overdueCount", 50),
    ("BillingFigures", "issuedThisMonth", 50),
    ("BillingFigures", "paidThisMonth", 50),
    ("BillingFigures", "byProject", 50),
    ("NumberSeries", "lostNumbers", 10),
    // The folder of backups is read, and a small file for each.
    ("Query", "backups", 100),
    ("Mutation", "backupNow", 100),
    ("Dashboard", "backupsAreStale", 100),
    // 19 MiB and a core for some ten milliseconds, each.
    ("Mutation", "login", 500),
    ("Mutation", "changePassword", 1_000),
    ("Mutation", "resetPassword", 500),
    ("Mutation", "anonymiseClient", 1_000),
    ("Mutation", "createClient", 500),
    ("Mutation", "createStaffMember", 500),
    ("Mutation", "resendClientCredentials", 500),
    ("Mutation", "resendStaffCredentials", 500),
    ("Mutation", "convertLead", 500),
];

//! The table `contact_inquiries`.

use sea_orm::entity::prelude::*;

use crate::features::leads::{Doubt, InquiryId};
use platform::record_table;

record_table! {
    /// A question that came through the contact form; nobody (`created_by`) has made what came through the website.
    "contact_inquiries" {
        pub name: String,
        /// As it was typed.
        pub email: String,
        /// Lower case: what is compared.
        pub email_normalized: String,
        /// In E.164 form.
        pub phone: Option<String>,
        pub subject: String,
        pub message: String,
        pub is_read: bool,
        /// Why it may come from a program.
        pub doubt: Option<Doubt>,
        /// The name folded, so that Élodie stands among the E's on both databases.
        pub sort_name: String,
        /// What a search looks through, folded.
        pub search_text: String,
    }
    is (
        "ContactInquiry", InquiryId,
        personal: [Name, Email, Phone, Subject, Message],
        derived: [EmailNormalized, SortName, SearchText],
    )
}

//! The table `faqs`.

use sea_orm::entity::prelude::*;

use crate::features::content::FaqId;
use platform::record_table;

record_table! {
    /// One frequently asked question with its answer.
    "faqs" {
        pub question: String,
        pub question_en: Option<String>,
        pub answer: String,
        pub answer_en: Option<String>,
        pub position: i32,
        pub search_text: String,
    }
    is ("Faq", FaqId, shown to visitors, derived: [SearchText])
}

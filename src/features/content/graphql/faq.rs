//! `Faq`.

use async_graphql::Object;

use super::{
    declare::{content_list, content_mutations, content_order, content_type, search_filter},
    in_locale,
};
use crate::features::{
    accounts::graphql::RecordFields,
    content::{
        kinds::faq::FaqFields,
        tables::faq::{Entity, Model},
    },
};
use platform::{record_inputs, record_order, record_payload};

content_type! {
    /// A frequently asked question with its answer.
    GqlFaq of Model
}

/// A frequently asked question with its answer, in the order that staff give them.
#[Object(name = "Faq")]
impl GqlFaq {
    #[graphql(flatten)]
    async fn record(&self) -> RecordFields {
        self.record_fields()
    }

    /// What people ask.
    async fn question(&self) -> &str {
        in_locale(&self.row.question, &self.row.question_en, self.locale)
    }

    /// What people ask, in English; null when nobody has written that.
    async fn question_en(&self) -> Option<&str> {
        self.row.question_en.as_deref()
    }

    /// What the company answers: plain text, which may have several lines.
    async fn answer(&self) -> &str {
        in_locale(&self.row.answer, &self.row.answer_en, self.locale)
    }

    /// The answer in English; null when nobody has written that.
    async fn answer_en(&self) -> Option<&str> {
        self.row.answer_en.as_deref()
    }

    /// Its place in the list, smallest first.
    async fn order(&self) -> i32 {
        self.row.position
    }
}

search_filter! {
    /// Which questions a list shows.
    input FaqFilterInput;
    /// Each word stands in question or answer, in either language; case and accents don't matter.
    search;
}

record_order! {
    /// What questions can be ordered by.
    enum FaqOrderField for Entity {
        /// As staff put them.
        Order => Position,
        /// When they were entered.
        CreatedAt => CreatedAt,
        /// When they last changed.
        UpdatedAt => UpdatedAt,
    }
    /// An order of questions.
    input FaqOrder;
}

record_inputs! {
    /// A new question with its answer.
    create CreateFaqInput;
    /// Changes to a question: absent keeps, null clears; what can't be empty answers null with REQUIRED.
    patch FaqPatch;
    /// Which question (`faq_…`) changes, from which version, and how.
    update UpdateFaqInput;
    into FaqFields;
    required {
        /// What people ask, in French: one line, 300 characters at most.
        question: String,
        /// What the company answers, in French, 20,000 characters at most.
        answer: String,
    }
    optional {
        /// What people ask, in English; the French text is shown where there is none.
        question_en: String,
        /// The answer in English; the French text is shown where there is none.
        answer_en: String,
        /// Its place in the list, smallest first; behind the last when absent. See `reorderFaqs`.
        order: i32,
    }
}

record_payload! {
    /// What a mutation on a question answers.
    FaqPayload { faq: GqlFaq, from Model }
}

content_order! {
    /// The order of all questions.
    input ReorderFaqsInput;
    /// The questions that come first, in this order (500 at most); the others follow in the order they have.
    ids;
    /// What `reorderFaqs` answers.
    payload ReorderFaqsPayload;
    /// All living questions in their new order, 500 at most; null when something is wrong.
    faqs: Model, shown as GqlFaq;
}

content_list! {
    /// Reads of frequently asked questions.
    query FaqQuery;
    /// Frequently asked questions, in the order that staff give them unless asked for otherwise. For everybody.
    faqs: Entity, shown as GqlFaq;
    filter "Which questions." FaqFilterInput;
    order FaqOrder;
}

content_mutations! {
    /// Mutations on them.
    mutation FaqMutation on Entity;
    /// Adds a question with its answer. For staff.
    create_faq("The question." CreateFaqInput) -> FaqPayload;
    /// Changes a question or its answer. For staff.
    update_faq(UpdateFaqInput);
    /// Puts the questions in order, all in one step. For staff.
    reorder_faqs(ReorderFaqsInput) -> ReorderFaqsPayload;
}

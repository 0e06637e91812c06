//! What is printed of the books: invoices and credit notes, receipts for payments, statements of account. Each is looked up
//! with the rights of whoever asks, becomes plain data for the crate `documents`, and is drawn by [`Papers`]
//! (decision 12).

mod attached;
mod facts;
mod invoice;
mod press;
mod receipt;
mod statement;
mod urls;

pub use press::{OpenError, Opened, Papers, PrintError};
pub use urls::paper_url;

use anyhow::Result;
use documents::Document;

use uuid::Uuid;

use super::{
    InvoiceId, PaymentId,
    tables::{invoice as invoice_table, payment as payment_table},
};
use crate::features::{
    media::ImageId,
    projects::{ProjectId, Projects},
};
use platform::{
    actor::{Actor, Locale},
    ctx::Ctx,
    money::{Amount, Currency},
    record::RecordEntity,
};

/// What a paper is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PaperId {
    /// An invoice or credit note.
    Invoice(InvoiceId),
    /// A receipt for a payment.
    Receipt(PaymentId),
    /// A project's statement of account.
    Statement(ProjectId),
}

impl PaperId {
    /// Reads the typed id that names it: `inv_…`, `pay_…` or `prj_…`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let invoice = InvoiceId::parse(text).ok().map(Self::Invoice);
        let receipt = || PaymentId::parse(text).ok().map(Self::Receipt);
        let statement = || ProjectId::parse(text).ok().map(Self::Statement);
        invoice.or_else(receipt).or_else(statement)
    }
}

impl PaperId {
    /// The record that it is of, as the audit log names it.
    #[must_use]
    pub fn record(self) -> (&'static str, Uuid) {
        match self {
            Self::Invoice(id) => (invoice_table::Entity::KIND, id.0),
            Self::Receipt(id) => (payment_table::Entity::KIND, id.0),
            Self::Statement(id) => (Projects::KIND, id.0),
        }
    }
}

impl std::fmt::Display for PaperId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Invoice(id) => id.fmt(f),
            Self::Receipt(id) => id.fmt(f),
            Self::Statement(id) => id.fmt(f),
        }
    }
}

/// A paper, ready to be drawn.
#[derive(Debug, Clone)]
pub struct Paper {
    /// What it says.
    pub document: Document,
    /// The company's logo on it.
    pub logo: Option<ImageId>,
    /// What its file is called.
    pub file_name: String,
    /// The folder of storage that it is kept in once drawn; `None` for what still changes.
    pub kept_in: Option<String>,
}

/// What `actor` may see of that paper, as it is now: a draft, somebody else's and what never existed are alike `None`.
///
/// # Errors
/// When the database refuses.
pub async fn paper(ctx: &Ctx, actor: &Actor, id: PaperId) -> Result<Option<Paper>> {
    match id {
        PaperId::Invoice(id) => invoice::paper(ctx, actor, id).await,
        PaperId::Receipt(id) => receipt::paper(ctx, actor, id).await,
        PaperId::Statement(id) => statement::paper(ctx, actor, id).await,
    }
}

/// An amount in words, with its currency; `None` below zero, which only a draft's can be.
#[must_use]
pub fn amount_in_words(amount: Amount, currency: Currency, locale: Locale) -> Option<String> {
    let minor_units = facts::minor_units(amount, currency);
    documents::amount_in_words(
        minor_units.into(),
        facts::currency(currency),
        facts::language(locale),
    )
    .ok()
}

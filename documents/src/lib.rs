//! What Belle House prints: invoices, credit notes, receipts and statements of account as PDF; and amounts in words.
//!
//! Plain data in, bytes out. Nothing here knows of databases, of requests or of what day it is, and the same data makes
//! the same bytes in every process. [`render`] takes a processor for some ten milliseconds: call it off the async
//! threads.

mod engine;
mod format;
mod labels;
mod logo;
mod model;
mod qr;
mod sheet;
mod text;
mod words;

pub use engine::RenderError;
pub use format::{amount, date, money, percentage, quantity, short_date};
pub use model::{
    Company, Currency, Document, DocumentState, Entry, Fiscal, Invoice, InvoiceKind, Language, Line, Party,
    PaymentMode, Receipt, Statement,
};
pub use words::{NegativeAmount, amount_in_words};

/// Changes with everything that changes what is printed of the same data: templates, fonts, words, formats. Whoever
/// stores rendered documents stores it beside them.
pub const TEMPLATE_VERSION: u32 = 1;

/// The letters of `text` that no font of the documents has, each once, in their order: they would be printed as empty
/// boxes.
#[must_use]
pub fn missing_signs(text: &str) -> Vec<char> {
    let printed: Vec<String> = text::lines(text);
    engine::missing_signs(&printed.join("\n"))
}

/// Draws a document as a PDF.
///
/// `logo` is the company's, as PNG, JPEG or WebP; one that can't be read is left out, and the company's name stands in
/// its place.
///
/// # Errors
/// When the template fails, which no data should make it do.
pub fn render(document: &Document, logo: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    let logo = logo.and_then(logo::prepare);
    let sheet = sheet::sheet(document, logo.as_ref().map(|logo| logo.size));
    match engine::pdf(&sheet, logo.map(|logo| logo.bytes)) {
        // What the image library reads and typst doesn't must not cost the document either.
        Err(_) if sheet.logo.is_some() => engine::pdf(&sheet.without_logo(), None),
        result => result,
    }
}

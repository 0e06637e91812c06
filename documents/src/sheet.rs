//! What a template prints: every text ready, in its language and format. The templates only lay out.

mod invoice;
mod receipt;
mod statement;

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use crate::{
    Company, Document, Language, Party,
    labels::Labels,
    qr,
    text::{line, lines, optional_line, optional_lines},
};

/// One document, ready to be laid out.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Sheet {
    /// What the file is told apart by; not printed.
    #[serde(skip)]
    pub identity: String,
    /// The file's title.
    pub title: String,
    /// The file's author.
    pub author: String,
    /// The language, for hyphenation and readers.
    pub lang: &'static str,
    /// The file's date: year, month, day.
    pub file_date: Option<(i32, u32, u32)>,
    /// How wide and high the logo is printed, in millimetres; none if there is nothing to be read.
    pub logo: Option<(f64, f64)>,
    /// Across every page.
    pub watermark: Option<&'static str>,
    /// What it is: `Facture`.
    pub kind: &'static str,
    /// Its number, or what stands in its place.
    pub number: Option<String>,
    /// What a reader must know first: that it is cancelled, and why.
    pub notice: Option<Notice>,
    /// Who prints.
    pub company: Letterhead,
    /// To whom.
    pub party: Addressed,
    /// What is known of it: dates, project.
    pub facts: Vec<(&'static str, String)>,
    /// What it is about.
    pub subject: Option<(&'static str, String)>,
    /// A receipt's amount.
    pub hero: Option<(&'static str, String)>,
    /// The table.
    pub table: Option<Table>,
    /// Below the table.
    pub totals: Vec<(String, String)>,
    /// The last of the totals.
    pub net: Option<(&'static str, String)>,
    /// The net in words: before, words, after.
    pub words: Option<(&'static str, String, &'static str)>,
    /// Terms, bank details.
    pub notes: Vec<(&'static str, Vec<String>)>,
    /// What a certified device gave.
    pub fiscal: Option<Certificate>,
    /// Where somebody signs.
    pub signature: Option<String>,
    /// Before a page's number.
    pub page: &'static str,
}

/// What a reader must know first.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Notice {
    pub text: &'static str,
    pub reason: Option<(String, Vec<String>)>,
}

/// The company at the head and foot of the page.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Letterhead {
    pub name: String,
    pub lines: Vec<String>,
    pub foot: Vec<String>,
}

/// To whom it goes.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Addressed {
    pub label: &'static str,
    pub name: String,
    pub lines: Vec<String>,
}

/// A table that breaks over pages, carrying sums.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Table {
    pub head: Vec<String>,
    /// Which column takes the room that is left.
    pub wide: usize,
    /// Columns before this one are ranged left.
    pub first_number: usize,
    /// Said at the foot of a page that the table goes on from.
    pub carry: &'static str,
    /// Said at the head of the next.
    pub carried: &'static str,
    pub rows: Vec<Row>,
    /// The row that closes it.
    pub totals: Option<Vec<String>>,
    /// Said in place of rows.
    pub empty: &'static str,
}

/// A row, each cell in lines; and what is carried when the page ends behind it, for the last columns.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Row {
    pub cells: Vec<Vec<String>>,
    pub carried: Vec<String>,
}

/// What a certified invoicing device gave.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Certificate {
    pub label: &'static str,
    pub lines: Vec<String>,
    /// Its QR code.
    pub qr: Option<qr::Squares>,
}

/// The sheet of a document.
pub fn sheet(document: &Document, logo: Option<(f64, f64)>) -> Sheet {
    let sheet = match document {
        Document::Invoice(invoice) => invoice::sheet(invoice),
        Document::Receipt(receipt) => receipt::sheet(receipt),
        Document::Statement(statement) => statement::sheet(statement),
    };
    Sheet { logo, ..sheet }
}

impl Sheet {
    /// What all documents have in common.
    fn new(language: Language, company: &Company, date: Option<NaiveDate>) -> Self {
        let labels = Labels::of(language);
        Self {
            author: line(&company.name),
            lang: match language {
                Language::Fr => "fr",
                Language::En => "en",
            },
            file_date: date.map(|date| (date.year(), date.month(), date.day())),
            company: letterhead(company, labels),
            page: labels.page,
            ..Self::default()
        }
    }

    /// The same, printed without its logo.
    pub fn without_logo(&self) -> Self {
        Self {
            logo: None,
            ..self.clone()
        }
    }

    /// Gives it its name: kind, number and what the file is told apart by.
    fn named(&mut self, kind: &'static str, number: Option<&str>, detail: &str) {
        self.kind = kind;
        self.number = optional_line(number);
        let number = self.number.as_deref().unwrap_or("");
        self.title = format!("{kind} {number}").trim_end().to_owned();
        self.identity = format!("{} · {} · {detail}", self.author, self.title);
    }
}

fn letterhead(company: &Company, labels: &Labels) -> Letterhead {
    let mut head = optional_lines(company.address.as_deref());
    head.extend(optional_lines(company.phone.as_deref()));
    head.extend(optional_line(company.email.as_deref()));
    let registered = [(labels.nif, &company.nif), (labels.rccm, &company.rccm)];
    let registered = registered.into_iter().filter_map(|(label, value)| {
        let value = optional_line(value.as_deref())?;
        Some(format!("{label}\u{a0}{value}"))
    });
    Letterhead {
        name: line(&company.name),
        lines: head,
        foot: std::iter::once(line(&company.name)).chain(registered).collect(),
    }
}

fn addressed(label: &'static str, party: &Party) -> Addressed {
    let mut lines = optional_lines(party.address.as_deref());
    lines.extend(optional_line(party.phone.as_deref()));
    Addressed {
        label,
        name: line(&party.name),
        lines,
    }
}

fn certificate(company: &Company, labels: &Labels) -> Option<Certificate> {
    let fiscal = &company.fiscal;
    let named = |label: &str, value: &Option<String>| {
        optional_line(value.as_deref()).map(|value| format!("{label}{}{value}", labels.colon))
    };
    let lines: Vec<String> = named(labels.fiscal_nim, &fiscal.nim)
        .into_iter()
        .chain(named(labels.fiscal_signature, &fiscal.signature))
        .collect();
    let qr = optional_line(fiscal.qr.as_deref());
    let qr = qr.and_then(|_| qr::squares(fiscal.qr.as_deref()?.trim()));
    (!lines.is_empty() || qr.is_some()).then_some(Certificate {
        label: labels.fiscal,
        lines,
        qr,
    })
}

fn note(label: &'static str, text: Option<&str>) -> Option<(&'static str, Vec<String>)> {
    text.filter(|text| !text.trim().is_empty())
        .map(|text| (label, lines(text)))
}

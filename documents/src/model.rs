//! What the documents say, as plain data.
//!
//! Whoever keeps rendered documents can tell them apart by what this serialises to.
//!
//! Amounts count the smallest unit of their currency: francs for XOF, cents for EUR and USD.

use chrono::NaiveDate;
use serde::Serialize;

/// The language of everything that a document says by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Language {
    /// French.
    Fr,
    /// English.
    En,
}

/// What amounts are in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum Currency {
    /// CFA franc of West Africa, which has no subunit.
    Xof,
    /// Euro.
    Eur,
    /// Dollar of the United States.
    Usd,
}

impl Currency {
    /// Decimals of the currency (ISO 4217).
    #[must_use]
    pub const fn decimals(self) -> u8 {
        match self {
            Self::Xof => 0,
            Self::Eur | Self::Usd => 2,
        }
    }
}

/// Who prints.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Company {
    /// The name.
    pub name: String,
    /// The address, in lines.
    pub address: Option<String>,
    /// The telephone number or numbers.
    pub phone: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// Tax identification number.
    pub nif: Option<String>,
    /// Entry in the register of commerce.
    pub rccm: Option<String>,
    /// Where transfers go, in lines.
    pub bank_details: Option<String>,
    /// The terms printed under an invoice.
    pub payment_terms: Option<String>,
    /// What a certified invoicing device gave; printed where filled.
    pub fiscal: Fiscal,
}

/// What a certified invoicing device gave.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Fiscal {
    /// Its number.
    pub nim: Option<String>,
    /// Its signature.
    pub signature: Option<String>,
    /// The text of its QR code.
    pub qr: Option<String>,
}

/// To whom a document goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Party {
    /// The name.
    pub name: String,
    /// The address, in lines.
    pub address: Option<String>,
    /// The telephone number.
    pub phone: Option<String>,
}

/// How money came or is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum PaymentMode {
    /// In cash.
    Cash,
    /// By bank transfer.
    Transfer,
    /// By cheque.
    Check,
    /// By mobile money.
    MobileMoney,
}

/// What is printed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Document {
    /// An invoice or credit note.
    Invoice(Box<Invoice>),
    /// A receipt for a payment.
    Receipt(Box<Receipt>),
    /// A project's statement of account.
    Statement(Box<Statement>),
}

/// An invoice, or what takes one back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum InvoiceKind {
    /// Asks for money.
    Invoice,
    /// Takes back, in whole or in part, what an invoice asked for.
    CreditNote {
        /// That invoice's number.
        of: Option<String>,
    },
}

/// Where a document stands; all but the issued ones carry a watermark.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum DocumentState {
    /// Being written.
    Draft,
    /// Valid.
    Issued,
    /// Taken back.
    Cancelled {
        /// Why.
        reason: Option<String>,
    },
}

/// One line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// What is charged; may have several lines.
    pub description: String,
    /// How much, in thousandths.
    pub quantity: i64,
    /// At which price; negative for a discount.
    pub unit_price: i64,
    /// Together.
    pub total: i64,
}

/// An invoice or credit note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invoice {
    /// Which of the two.
    pub kind: InvoiceKind,
    /// Draft and cancelled ones get a watermark.
    pub state: DocumentState,
    /// The language of the words on it.
    pub language: Language,
    /// The number; none on a draft.
    pub number: Option<String>,
    /// What it is for.
    pub subject: String,
    /// The project's name.
    pub project: String,
    /// The day of issue; none on a draft.
    pub issue_date: Option<NaiveDate>,
    /// Until when it is to be paid.
    pub due_date: Option<NaiveDate>,
    /// How it is to be paid.
    pub payment_mode: Option<PaymentMode>,
    /// Who asks.
    pub company: Company,
    /// Who is asked.
    pub client: Party,
    /// The table.
    pub lines: Vec<Line>,
    /// The currency of all amounts.
    pub currency: Currency,
    /// The sum of the lines.
    pub subtotal: i64,
    /// The tax rate, in hundredths of a percent.
    pub tax_percentage: i64,
    /// The tax.
    pub tax_amount: i64,
    /// With tax.
    pub total_ttc: i64,
    /// What was paid before.
    pub advance_payment: i64,
    /// What is asked for.
    pub net_to_pay: i64,
}

/// A receipt for a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The language of the words on it.
    pub language: Language,
    /// Whether the payment was voided since.
    pub state: DocumentState,
    /// Who received the money.
    pub company: Company,
    /// Who paid.
    pub client: Party,
    /// The project's name.
    pub project: String,
    /// When it was paid.
    pub date: NaiveDate,
    /// How much.
    pub amount: i64,
    /// In what.
    pub currency: Currency,
    /// How.
    pub mode: PaymentMode,
    /// The transfer's, cheque's or mobile payment's reference.
    pub reference: Option<String>,
    /// The number of the invoice it pays; none for an advance.
    pub invoice_number: Option<String>,
    /// What is left to pay on that invoice.
    pub balance: Option<i64>,
}

/// One line of a statement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub enum Entry {
    /// An invoice was issued: the client owes more.
    Invoice {
        /// The day.
        date: NaiveDate,
        /// Its number.
        number: String,
        /// What it is for.
        subject: String,
        /// With tax, before advances.
        amount: i64,
    },
    /// A credit note was issued: the client owes less.
    CreditNote {
        /// The day.
        date: NaiveDate,
        /// Its number.
        number: String,
        /// The number of the invoice it takes back.
        of: Option<String>,
        /// With tax.
        amount: i64,
    },
    /// Money came.
    Payment {
        /// The day.
        date: NaiveDate,
        /// How.
        mode: PaymentMode,
        /// Its reference.
        reference: Option<String>,
        /// The number of the invoice it pays; none for an advance.
        invoice_number: Option<String>,
        /// How much.
        amount: i64,
    },
}

/// What a project's client owes and paid, line by line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Statement {
    /// The language of the words on it.
    pub language: Language,
    /// Whom the money is owed.
    pub company: Company,
    /// Who owes.
    pub client: Party,
    /// The project's name.
    pub project: String,
    /// The day it was drawn up.
    pub date: NaiveDate,
    /// The currency of all amounts.
    pub currency: Currency,
    /// What happened, oldest first.
    pub entries: Vec<Entry>,
}

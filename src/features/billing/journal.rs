//! The accounting journal: what billing did, as entries whose debits equal their credits. Pure.

use chrono::NaiveDate;

use super::{
    InvoiceKind, PaymentMode,
    tables::{invoice, payment},
};
use platform::{
    config::AccountsConfig,
    money::{Amount, Currency},
};

/// One line of an entry: an amount on one side of one account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Posting {
    /// The account.
    pub account: String,
    /// On the left, or 0.
    pub debit: Amount,
    /// On the right, or 0.
    pub credit: Amount,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// `VE` sales, `OD` sundry, `TR` treasury.
    pub journal: &'static str,
    /// Its day.
    pub date: NaiveDate,
    /// The document it stands on: the number of an invoice, the id of a payment.
    pub piece: String,
    /// What it is, in French.
    pub label: String,
    /// The currency of its amounts.
    pub currency: Currency,
    /// Its lines; amounts of 0 are left out.
    pub postings: Vec<Posting>,
}

struct Writing(Vec<Posting>);

impl Writing {
    fn debit(mut self, account: &str, amount: Amount) -> Self {
        self.0.push(Posting {
            account: account.to_owned(),
            debit: amount,
            credit: Amount(0),
        });
        self
    }

    fn credit(mut self, account: &str, amount: Amount) -> Self {
        self.0.push(Posting {
            account: account.to_owned(),
            debit: Amount(0),
            credit: amount,
        });
        self
    }

    fn done(mut self) -> Vec<Posting> {
        self.0
            .retain(|posting| posting.debit != Amount(0) || posting.credit != Amount(0));
        self.0
    }
}

fn write() -> Writing {
    Writing(Vec::new())
}

/// An invoice: what the client owes and has paid ahead, against sales and tax. A credit note: the other way round.
/// `None` for a draft.
#[must_use]
pub fn of_invoice(accounts: &AccountsConfig, invoice: &invoice::Model) -> Option<Entry> {
    let (date, number) = (invoice.issue_date?, invoice.number.clone()?);
    let postings = match invoice.kind {
        InvoiceKind::Invoice => write()
            .debit(&accounts.clients, invoice.net_to_pay)
            .debit(&accounts.advances, invoice.advance_payment)
            .credit(&accounts.sales, invoice.subtotal)
            .credit(&accounts.tax, invoice.tax_amount),
        InvoiceKind::CreditNote => write()
            .debit(&accounts.sales, invoice.subtotal)
            .debit(&accounts.tax, invoice.tax_amount)
            .credit(&accounts.clients, invoice.total_ttc),
    };
    let what = match invoice.kind {
        InvoiceKind::Invoice => "Facture",
        InvoiceKind::CreditNote => "Avoir",
    };
    let client = invoice.client_name.as_deref().unwrap_or_default();
    Some(Entry {
        journal: "VE",
        date,
        label: format!("{what} {number} {client}"),
        piece: number,
        currency: invoice.currency,
        postings: postings.done(),
    })
}

/// The advance that a cancelled invoice gave back. `None` when it had none, or isn't cancelled.
#[must_use]
pub fn of_released_advance(accounts: &AccountsConfig, invoice: &invoice::Model) -> Option<Entry> {
    let (date, number) = (invoice.cancelled_on?, invoice.number.clone()?);
    let postings = write()
        .debit(&accounts.clients, invoice.advance_payment)
        .credit(&accounts.advances, invoice.advance_payment)
        .done();
    (!postings.is_empty()).then(|| Entry {
        journal: "OD",
        date,
        label: format!("Annulation {number}, avance libérée"),
        piece: number,
        currency: invoice.currency,
        postings,
    })
}

fn treasury(accounts: &AccountsConfig, mode: PaymentMode) -> &str {
    match mode {
        PaymentMode::Cash => &accounts.cash,
        PaymentMode::Transfer => &accounts.bank,
        PaymentMode::Check => &accounts.checks,
        PaymentMode::MobileMoney => &accounts.mobile_money,
    }
}

fn counterpart<'a>(accounts: &'a AccountsConfig, payment: &payment::Model) -> &'a str {
    match payment.invoice_id {
        Some(_) => &accounts.clients,
        None => &accounts.advances,
    }
}

fn what_for(number: Option<&str>) -> String {
    number.map_or_else(|| "avance".to_owned(), |number| format!("facture {number}"))
}

/// A payment: money against what the client owes, or has paid ahead. `number` is its invoice's.
#[must_use]
pub fn of_payment(accounts: &AccountsConfig, payment: &payment::Model, number: Option<&str>) -> Entry {
    Entry {
        journal: "TR",
        date: payment.paid_on,
        piece: payment.id.to_string(),
        label: format!("Paiement, {}", what_for(number)),
        currency: payment.currency,
        postings: write()
            .debit(treasury(accounts, payment.mode), payment.amount)
            .credit(counterpart(accounts, payment), payment.amount)
            .done(),
    }
}

/// What takes a voided payment back, on the day it was voided. `None` for one that counts.
#[must_use]
pub fn of_voided(accounts: &AccountsConfig, payment: &payment::Model, number: Option<&str>) -> Option<Entry> {
    Some(Entry {
        journal: "TR",
        date: payment.voided_on?,
        piece: payment.id.to_string(),
        label: format!("Paiement annulé, {}", what_for(number)),
        currency: payment.currency,
        postings: write()
            .debit(counterpart(accounts, payment), payment.amount)
            .credit(treasury(accounts, payment.mode), payment.amount)
            .done(),
    })
}

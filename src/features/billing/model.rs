//! The rules of billing, pure: totals, statuses, numbers, what may be credited.

use chrono::{Datelike, NaiveDate};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

use platform::{
    money::{Amount, Currency},
    quantity::{Percentage, Quantity},
};

/// The longest subject, in characters.
pub const MAX_SUBJECT: usize = 200;
/// The longest description of a line, in characters.
pub const MAX_DESCRIPTION: usize = 4_000;
/// Lines an invoice at most.
pub const MAX_ITEMS: usize = 500;
/// Payments of one invoice that aren't voided.
pub const MAX_PAYMENTS: usize = 200;
/// Credit notes of one invoice.
pub const MAX_CREDIT_NOTES: usize = 100;
/// The longest reason or reference, in characters.
pub const MAX_NOTE: usize = 500;
/// Rows that a bulk mutation takes.
pub const MAX_BULK: usize = 100;

/// An invoice, or what takes one back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum InvoiceKind {
    /// Asks for money.
    #[sea_orm(string_value = "INVOICE")]
    Invoice,
    /// Takes back what an invoice asked for, or part of it.
    #[sea_orm(string_value = "CREDIT_NOTE")]
    CreditNote,
}

impl InvoiceKind {
    /// The letters before the year in its numbers.
    #[must_use]
    pub fn series(self) -> &'static str {
        match self {
            Self::Invoice => "BH",
            Self::CreditNote => "AV",
        }
    }
}

/// What is stored of an invoice's state; what its readers see is an [`InvoiceStatus`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum InvoiceState {
    /// Being written: no number, nothing to its client.
    #[sea_orm(string_value = "DRAFT")]
    Draft,
    /// Sent, with its number; never changes again.
    #[sea_orm(string_value = "ISSUED")]
    Issued,
    /// Issued and taken back.
    #[sea_orm(string_value = "CANCELLED")]
    Cancelled,
}

/// What an invoice's readers see (DESIGN.md 2.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum InvoiceStatus {
    /// Being written.
    Draft,
    /// Issued, with something left to pay that isn't late.
    Sent,
    /// Nothing is left to pay.
    Paid,
    /// Something is left to pay after the due date.
    Overdue,
    /// Taken back.
    Cancelled,
}

impl InvoiceStatus {
    /// As the API writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "DRAFT",
            Self::Sent => "SENT",
            Self::Paid => "PAID",
            Self::Overdue => "OVERDUE",
            Self::Cancelled => "CANCELLED",
        }
    }

    /// Reads what [`InvoiceStatus::name`] wrote.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        [
            Self::Draft,
            Self::Sent,
            Self::Paid,
            Self::Overdue,
            Self::Cancelled,
        ]
        .into_iter()
        .find(|status| status.name() == name)
    }
}

/// How money came or is to come (specification 4.D, and mobile money).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PaymentMode {
    /// In cash.
    #[sea_orm(string_value = "CASH")]
    Cash,
    /// By bank transfer.
    #[sea_orm(string_value = "TRANSFER")]
    Transfer,
    /// By cheque.
    #[sea_orm(string_value = "CHECK")]
    Check,
    /// By mobile money.
    #[sea_orm(string_value = "MOBILE_MONEY")]
    MobileMoney,
}

/// What totals are made from, of each line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// How much.
    pub quantity: Quantity,
    /// At which price; negative for a discount.
    pub unit_price: Amount,
}

/// An invoice's totals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Totals {
    /// The sum of the lines, each rounded.
    pub subtotal: Amount,
    /// Tax on the subtotal, rounded once.
    pub tax: Amount,
    /// With tax.
    pub total_ttc: Amount,
    /// Less the advance.
    pub net_to_pay: Amount,
}

/// A line's total, rounded to the currency's decimals; `None` when it is beyond what is taken.
#[must_use]
pub fn line_total(line: Line, currency: Currency) -> Option<Amount> {
    line.unit_price.times(line.quantity, currency)
}

/// The totals: lines are rounded first, then tax once, half away from zero (DESIGN.md 2.3). `None` when anything is
/// beyond what is taken.
#[must_use]
pub fn totals(
    lines: impl IntoIterator<Item = Line>,
    tax: Percentage,
    advance: Amount,
    currency: Currency,
) -> Option<Totals> {
    let mut subtotal = Amount(0);
    for line in lines {
        subtotal = subtotal.checked_add(line_total(line, currency)?)?;
    }
    let tax = subtotal.percent(tax, currency)?;
    let total_ttc = subtotal.checked_add(tax)?;
    Some(Totals {
        subtotal,
        tax,
        total_ttc,
        net_to_pay: total_ttc.checked_sub(advance)?,
    })
}

/// What has come in for an invoice and what was taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Settlement {
    /// Its payments that aren't voided.
    pub paid: Amount,
    /// Its credit notes.
    pub credited: Amount,
}

/// What is left to pay (DESIGN.md 2.5): net to pay less payments and credit notes. Negative: a refund is due. A
/// cancelled invoice and a credit note ask for nothing; of a draft nothing is due yet, but its net is shown.
#[must_use]
pub fn balance(kind: InvoiceKind, state: InvoiceState, net_to_pay: Amount, settlement: Settlement) -> Amount {
    match (kind, state) {
        (InvoiceKind::CreditNote, _) | (_, InvoiceState::Cancelled) => Amount(0),
        _ => Amount(
            net_to_pay
                .0
                .saturating_sub(settlement.paid.0)
                .saturating_sub(settlement.credited.0),
        ),
    }
}

/// The status that readers see. A credit note is sent, and never waits for money.
#[must_use]
pub fn status(
    kind: InvoiceKind,
    state: InvoiceState,
    balance: Amount,
    due_date: Option<NaiveDate>,
    today: NaiveDate,
) -> InvoiceStatus {
    match state {
        InvoiceState::Draft => InvoiceStatus::Draft,
        InvoiceState::Cancelled => InvoiceStatus::Cancelled,
        InvoiceState::Issued if kind == InvoiceKind::CreditNote => InvoiceStatus::Sent,
        InvoiceState::Issued if balance <= Amount(0) => InvoiceStatus::Paid,
        InvoiceState::Issued if due_date.is_some_and(|due| due < today) => InvoiceStatus::Overdue,
        InvoiceState::Issued => InvoiceStatus::Sent,
    }
}

/// Where a series stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeriesState {
    /// The year of the last number.
    pub year: i32,
    /// The last number of that year.
    pub last_number: i64,
    /// The date it was given.
    pub last_date: Option<NaiveDate>,
}

/// The next number of a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NextNumber {
    /// The year in it, which is the issue date's.
    pub year: i32,
    /// From 1, without a gap.
    pub sequence: i64,
    /// The issue date: today, or the last one's if the calendar has gone backwards.
    pub date: NaiveDate,
}

impl NextNumber {
    /// As printed.
    #[must_use]
    pub fn text(self, series: &str) -> String {
        format!("{series}/{}/{}", self.year, self.sequence)
    }

    /// As a number that orders like the numbers were given.
    #[must_use]
    pub fn key(self) -> i64 {
        i64::from(self.year) * 1_000_000_000 + self.sequence
    }
}

/// The number after `state`, given `today`. Dates never run backwards, numbers begin anew with each year.
#[must_use]
pub fn next_number(state: SeriesState, today: NaiveDate) -> NextNumber {
    let date = state.last_date.map_or(today, |last| last.max(today));
    let sequence = if state.year == date.year() {
        state.last_number + 1
    } else {
        1
    };
    NextNumber {
        year: date.year(),
        sequence,
        date,
    }
}

/// What an invoice still holds after its credit notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Creditable {
    /// Of the subtotal.
    pub subtotal: Amount,
    /// Of the tax.
    pub tax: Amount,
    /// Together.
    pub total: Amount,
}

impl Creditable {
    /// What is left of `whole` after `credited` (subtotal and tax of all its credit notes).
    #[must_use]
    pub fn of(whole: (Amount, Amount), credited: (Amount, Amount)) -> Self {
        let subtotal = Amount(whole.0.0.saturating_sub(credited.0.0));
        let tax = Amount(whole.1.0.saturating_sub(credited.1.0));
        Self {
            subtotal,
            tax,
            total: Amount(subtotal.0.saturating_add(tax.0)),
        }
    }

    /// Whether a credit note of these totals fits, part by part: no rounding ever credits more tax than was charged.
    #[must_use]
    pub fn holds(self, totals: Totals) -> bool {
        totals.subtotal <= self.subtotal && totals.tax <= self.tax
    }
}

#[cfg(test)]
mod tests;

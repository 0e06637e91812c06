//! What is checked of an invoice's values, wherever they come from.

use serde::Serialize;

use crate::features::billing::{
    InvoiceItemId,
    model::{self, Line, MAX_DESCRIPTION, Totals},
    tables::item,
};
use platform::{
    error::ErrorCode,
    form::{Checks, Fault, text},
    message,
    messages::Message,
    money::{Amount, Currency},
    quantity::{Percentage, Quantity},
};

/// A line as it was sent.
#[derive(Debug, Clone, Serialize)]
pub struct ItemInput {
    /// The line that it is, when it is there already.
    pub id: Option<InvoiceItemId>,
    /// What is charged; may have several lines.
    pub description: String,
    /// How much, as a decimal text.
    pub quantity: String,
    /// At which price, as a decimal text.
    pub unit_price: String,
}

/// A checked line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct CheckedItem {
    pub id: Option<InvoiceItemId>,
    pub description: String,
    pub line: Line,
    pub total: Amount,
}

impl From<&item::Model> for CheckedItem {
    fn from(row: &item::Model) -> Self {
        Self {
            id: Some(row.id),
            description: row.description.clone(),
            line: Line {
                quantity: row.quantity,
                unit_price: row.unit_price,
            },
            total: row.total_price,
        }
    }
}

/// The rule of a tax rate: a percentage from 0 to 100, as a decimal text.
pub(super) fn tax(text: String) -> Result<Percentage, Fault> {
    match Percentage::parse(&text) {
        Ok(percentage) if percentage.0 >= 0 => Ok(percentage),
        Ok(_) | Err(_) => Err(Fault::invalid(message!("tax-rate-malformed"))),
    }
}

/// The rule of an amount that isn't negative, as a decimal text.
pub(super) fn amount(currency: Currency) -> impl FnOnce(String) -> Result<Amount, Fault> {
    move |text| match Amount::parse(&text, currency) {
        Ok(amount) if amount >= Amount(0) => Ok(amount),
        Ok(_) => Err(Fault::invalid(message!("amount-negative"))),
        Err(error) => Err(Fault::invalid(error.into())),
    }
}

/// The lines. `known` are those that ids may name.
pub(super) fn items(
    checks: &mut Checks,
    inputs: &[ItemInput],
    known: &[CheckedItem],
    currency: Currency,
) -> Vec<CheckedItem> {
    let mut checked: Vec<CheckedItem> = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        let at = |name: &str| format!("items.{index}.{name}");
        if input.id.is_some() {
            if !known.iter().any(|item| item.id == input.id) {
                checks.refuse(
                    &at("id"),
                    Fault::new(ErrorCode::NotFound, message!("line-missing")),
                );
            } else if checked.iter().any(|item| item.id == input.id) {
                checks.refuse(&at("id"), Fault::invalid(message!("line-named-twice")));
            }
        }
        let description = checks.given(
            &at("description"),
            input.description.clone(),
            text(MAX_DESCRIPTION),
        );
        let quantity = checks.given(&at("quantity"), &input.quantity, |text| quantity(text));
        let unit_price = checks.given(&at("unitPrice"), &input.unit_price, |text| {
            Amount::parse(text, currency).map_err(|error| Fault::invalid(error.into()))
        });
        let line = Line { quantity, unit_price };
        match model::line_total(line, currency) {
            Some(total) => checked.push(CheckedItem {
                id: input.id,
                description,
                line,
                total,
            }),
            None => checks.refuse(&at("quantity"), Fault::invalid(message!("line-total-too-large"))),
        }
    }
    checked
}

fn quantity(text: &str) -> Result<Quantity, Fault> {
    match Quantity::parse(text) {
        Ok(quantity) if quantity.0 > 0 => Ok(quantity),
        Ok(_) => Err(Fault::invalid(message!("quantity-not-positive"))),
        Err(_) => Err(Fault::invalid(message!("quantity-malformed"))),
    }
}

/// The totals of checked lines.
pub(super) fn totals(
    checks: &mut Checks,
    items: &[CheckedItem],
    tax: Percentage,
    advance: Amount,
    currency: Currency,
) -> Totals {
    let lines = items.iter().map(|item| item.line);
    checks.given("items", lines, |lines| {
        model::totals(lines, tax, advance, currency)
            .ok_or_else(|| Fault::invalid(message!("total-too-large")))
    })
}

/// What speaks against taking an advance off an invoice of `total`, when `free` of the project's money may be taken.
pub(super) fn advance_refused(
    advance: Amount,
    total: Amount,
    free: Amount,
    currency: Currency,
) -> Option<Message> {
    let money = |amount: Amount| (amount, currency);
    let free = free.max(Amount(0));
    if advance <= Amount(0) {
        None
    } else if advance > total {
        Some(message!("advance-beyond-total", total = money(total)))
    } else if advance > free {
        Some(message!(
            "advance-not-covered",
            advance = money(advance),
            free = money(free),
            lacking = money(Amount(advance.0 - free.0))
        ))
    } else {
        None
    }
}

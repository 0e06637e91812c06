//! What is checked of an invoice's values, wherever they come from.

use serde::Serialize;

use super::Fields;
use crate::{
    features::billing::{
        InvoiceItemId,
        model::{self, Line, MAX_DESCRIPTION, MAX_NOTE, MAX_SUBJECT, Totals},
        tables::item,
    },
    platform::{
        error::{ErrorCode, Violation, Violations},
        money::{Amount, Currency},
        quantity::{Percentage, Quantity},
        text::{one_line, several_lines},
    },
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

fn missing(field: Vec<String>) -> Violation {
    Violation::new(ErrorCode::Required, field, "Write something here.")
}

fn too_long(field: Vec<String>, most: usize) -> Violation {
    Violation::new(ErrorCode::TooLong, field, format!("At most {most} characters."))
}

/// One clean line.
pub(super) fn subject(text: &str, field: Vec<String>) -> Result<String, Violation> {
    clean_line(text, MAX_SUBJECT, field)
}

fn clean_line(text: &str, most: usize, field: Vec<String>) -> Result<String, Violation> {
    let text = one_line(text);
    if text.is_empty() {
        return Err(missing(field));
    }
    if text.chars().count() > most {
        return Err(too_long(field, most));
    }
    Ok(text)
}

/// A reason that must be given.
pub(super) fn reason(text: &str, field: Vec<String>) -> Result<String, Violation> {
    clean_line(text, MAX_NOTE, field)
}

/// A text that may be given; an empty one is none.
pub(super) fn note(text: Option<&str>, field: Vec<String>) -> Result<Option<String>, Violation> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => clean_line(text, MAX_NOTE, field).map(Some),
    }
}

/// A text of several lines that may be given; an empty one is none.
pub(super) fn long_note(text: &str, most: usize, field: Vec<String>) -> Result<Option<String>, Violation> {
    let text = several_lines(text);
    if text.chars().count() > most {
        return Err(too_long(field, most));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A percentage of tax, 0 to 100.
pub(super) fn tax(text: &str, field: Vec<String>) -> Result<Percentage, Violation> {
    let invalid = |message: String| Violation::new(ErrorCode::Invalid, field.clone(), message);
    match Percentage::parse(text) {
        Ok(percentage) if percentage.0 >= 0 => Ok(percentage),
        Ok(_) => Err(invalid("A tax rate is not negative.".to_owned())),
        Err(error) => Err(invalid(format!(
            "Not a tax rate: {error}. It is a percentage from 0 to 100 with two decimals at most."
        ))),
    }
}

/// An amount that isn't negative.
pub(super) fn amount(text: &str, currency: Currency, field: Vec<String>) -> Result<Amount, Violation> {
    let invalid = |message: String| Violation::new(ErrorCode::Invalid, field.clone(), message);
    match Amount::parse(text, currency) {
        Ok(amount) if amount >= Amount(0) => Ok(amount),
        Ok(_) => Err(invalid("This amount is not negative.".to_owned())),
        Err(error) => Err(invalid(format!("Not an amount: {error}."))),
    }
}

/// The lines. `known` are those that ids may name.
pub(super) fn items(
    inputs: &[ItemInput],
    known: &[item::Model],
    currency: Currency,
    fields: Fields<'_>,
    violations: &mut Violations,
) -> Vec<CheckedItem> {
    let at = |index: usize, name: &str| {
        let mut path = fields.at("items");
        path.extend([index.to_string(), name.to_owned()]);
        path
    };
    let mut checked: Vec<CheckedItem> = Vec::with_capacity(inputs.len());
    for (index, input) in inputs.iter().enumerate() {
        if let Some(id) = input.id {
            if !known.iter().any(|item| item.id == id) {
                violations.push(Violation::not_found(at(index, "id"), "line on this invoice"));
            } else if checked.iter().any(|item| item.id == Some(id)) {
                violations.push(Violation::new(
                    ErrorCode::Invalid,
                    at(index, "id"),
                    "This line is named twice.",
                ));
            }
        }
        let description = several_lines(&input.description);
        if description.is_empty() {
            violations.push(missing(at(index, "description")));
        } else if description.chars().count() > MAX_DESCRIPTION {
            violations.push(too_long(at(index, "description"), MAX_DESCRIPTION));
        }
        let quantity = violations.check(quantity(&input.quantity, at(index, "quantity")));
        let price = violations.check(Amount::parse(&input.unit_price, currency).map_err(|error| {
            Violation::new(
                ErrorCode::Invalid,
                at(index, "unitPrice"),
                format!("Not a price: {error}."),
            )
        }));
        let (Some(quantity), Some(unit_price)) = (quantity, price) else {
            continue;
        };
        let line = Line { quantity, unit_price };
        match model::line_total(line, currency) {
            Some(total) => checked.push(CheckedItem {
                id: input.id,
                description,
                line,
                total,
            }),
            None => violations.push(Violation::new(
                ErrorCode::Invalid,
                at(index, "quantity"),
                "This line's total is too large.",
            )),
        }
    }
    checked
}

fn quantity(text: &str, field: Vec<String>) -> Result<Quantity, Violation> {
    let invalid = |message: String| Violation::new(ErrorCode::Invalid, field.clone(), message);
    match Quantity::parse(text) {
        Ok(quantity) if quantity.0 > 0 => Ok(quantity),
        Ok(_) => Err(invalid(
            "A quantity is more than 0; a discount is a line with a negative price.".to_owned(),
        )),
        Err(error) => Err(invalid(format!(
            "Not a quantity: {error}. It has three decimals at most and is not beyond 10^9."
        ))),
    }
}

/// The totals of checked lines, or what is wrong with them.
pub(super) fn totals(
    items: &[CheckedItem],
    tax: Percentage,
    advance: Amount,
    currency: Currency,
    fields: Fields<'_>,
) -> Result<Totals, Violation> {
    model::totals(items.iter().map(|item| item.line), tax, advance, currency)
        .ok_or_else(|| fields.invalid("items", "The total is too large."))
}

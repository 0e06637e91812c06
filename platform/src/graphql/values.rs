//! Money, decimals and days, as the API shows them.

use async_graphql::{Enum, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};
use chrono::NaiveDate;

use super::Locale;
use crate::money::{Amount, Currency};

/// An exact decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(pub String);

/// An exact decimal number as text, with a point and without grouping, such as `"1500000"` or `"99.50"`. Never read it
/// into a binary floating-point number.
#[Scalar]
impl ScalarType for Decimal {
    fn parse(value: Value) -> InputValueResult<Self> {
        match value {
            Value::String(text) => Ok(Self(text)),
            // A whole number loses nothing; one with a point may have lost something on its way here.
            Value::Number(number) if number.is_i64() => Ok(Self(number.to_string())),
            Value::Number(_) => Err(InputValueError::custom(
                "send a decimal as text, such as \"99.50\"",
            )),
            other => Err(InputValueError::expected_type(other)),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

/// A day, by the company's calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Date(pub NaiveDate);

/// A day as `YYYY-MM-DD` (ISO 8601), in the company's time zone.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        NaiveDate::parse_from_str(&text, "%Y-%m-%d")
            .ok()
            .filter(|_| text.len() == 10)
            .map(Self)
            .ok_or_else(|| InputValueError::custom("write a day as YYYY-MM-DD, such as 2026-05-31"))
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// A currency by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "Currency")]
pub enum CurrencyCode {
    /// CFA franc of West Africa; it has no subunit, so amounts are whole.
    Xof,
    /// Euro.
    Eur,
    /// Dollar of the United States.
    Usd,
}

/// An amount of money.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Money {
    amount: Amount,
    currency: Currency,
}

impl Money {
    /// An amount in its currency.
    #[must_use]
    pub fn new(amount: Amount, currency: Currency) -> Self {
        Self { amount, currency }
    }
}

/// An amount of money in its currency.
#[Object]
impl Money {
    /// The exact amount, with the currency's decimals.
    async fn amount(&self) -> Decimal {
        Decimal(self.amount.to_decimal(self.currency))
    }

    /// The currency.
    async fn currency(&self) -> CurrencyCode {
        self.currency.into()
    }

    /// The amount as people read it, such as `1 500 000 F CFA`.
    async fn formatted(
        &self,
        #[graphql(desc = "Whose way of writing numbers.", default_with = "Locale::Fr")] locale: Locale,
    ) -> String {
        self.amount.format(self.currency, locale.into())
    }
}

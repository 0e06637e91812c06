//! Money, decimals and days, as the API shows them.

use async_graphql::{Context, Enum, InputValueError, InputValueResult, Object, Scalar, ScalarType, Value};
use chrono::{Datelike, NaiveDate};

use super::{Locale, request::ContextExt, scalars::YEARS};
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

/// A day as `YYYY-MM-DD` (ISO 8601), in the company's time zone; in an input, of the years 1900 to 2200.
#[Scalar]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = value else {
            return Err(InputValueError::expected_type(value));
        };
        let day = iso_day(&text)
            .ok_or_else(|| InputValueError::custom("write a day as YYYY-MM-DD, such as 2026-05-31"))?;
        if YEARS.contains(&day.year()) {
            Ok(Self(day))
        } else {
            let (first, last) = (YEARS.start(), YEARS.end());
            Err(InputValueError::custom(format!(
                "write a day of the years {first} to {last}, such as 2026-05-31"
            )))
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.format("%Y-%m-%d").to_string())
    }
}

/// Reads `dddd-dd-dd` alone: chrono takes signs, spaces and fewer digits too, and `26-05-31` is a day in the year 26.
fn iso_day(text: &str) -> Option<NaiveDate> {
    let is_written_right = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    text.parse().ok().filter(|_| is_written_right)
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
        ctx: &Context<'_>,
        #[graphql(desc = "Whose way of writing numbers; your language's when absent.")] locale: Option<
            Locale,
        >,
    ) -> String {
        let locale = locale.map_or_else(|| ctx.locale(), Into::into);
        self.amount.format(self.currency, locale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<NaiveDate, String> {
        <Date as ScalarType>::parse(Value::from(text))
            .map(|day| day.0)
            .map_err(|error| error.into_server_error(async_graphql::Pos::default()).message)
    }

    #[test]
    fn days_are_written_in_one_way_and_lie_within_three_centuries() {
        for day in ["1900-01-01", "2026-02-28", "2028-02-29", "2200-12-31"] {
            assert_eq!(read(day).unwrap().to_string(), day);
        }
        for wrong in [
            "26-05-31",
            "2026-5-31",
            "2026-05-3",
            "+026-05-31",
            " 026-05-31",
            "-026-05-31",
            "+2026-5-31",
            "2026-02-29",
            "2026-13-01",
            "2026-00-10",
            "20260531",
            "31/05/2026",
            "2026-05-31T00:00:00Z",
            "２０２６-05-31",
            "2026 05-31",
            "",
        ] {
            assert!(read(wrong).unwrap_err().contains("YYYY-MM-DD"), "{wrong:?}");
        }
        for far in [
            "0026-05-31",
            "0000-01-01",
            "1899-12-31",
            "2201-01-01",
            "9999-12-31",
        ] {
            assert!(read(far).unwrap_err().contains("1900 to 2200"), "{far:?}");
        }
    }
}

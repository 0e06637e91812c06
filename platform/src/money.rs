//! Money, exact: whole hundredths in an `i64`, whatever the database; never a float. What it is multiplied by stands
//! in [`super::quantity`].

use std::fmt::Write;

use sea_orm::{DeriveActiveEnum, DeriveValueType, EnumIter};
use serde::{Deserialize, Serialize};

use super::{
    actor::Locale,
    message,
    messages::{Message, Value, written},
    quantity::{FixedPointError, Percentage, Quantity, divide_half_away, fixed_point},
};

/// Hundredths in one unit.
const HUNDREDTHS: i64 = 100;
/// Digits of a hundredth.
const HUNDREDTHS_DIGITS: usize = 2;
/// The largest amount taken, in hundredths: 10^12 units, beyond any building. Ninety thousand of them still add up in an
/// `i64`, which is what the databases sum in.
const MAX_HUNDREDTHS: i64 = 100_000_000_000_000;

/// The currencies that contracts are made in (DESIGN.md 2.3).
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, EnumIter, DeriveActiveEnum,
)]
#[sea_orm(rs_type = "String", db_type = "Text")]
#[serde(rename_all = "UPPERCASE")]
pub enum Currency {
    /// CFA franc of West Africa, which has no subunit.
    #[default]
    #[sea_orm(string_value = "XOF")]
    Xof,
    /// Euro.
    #[sea_orm(string_value = "EUR")]
    Eur,
    /// Dollar of the United States.
    #[sea_orm(string_value = "USD")]
    Usd,
}

impl Currency {
    /// Decimals of the currency (ISO 4217).
    #[must_use]
    pub fn decimals(self) -> usize {
        match self {
            Self::Xof => 0,
            Self::Eur | Self::Usd => 2,
        }
    }

    /// The smallest amount that it can express.
    #[must_use]
    pub fn smallest(self) -> Amount {
        match self {
            Self::Xof => Amount(HUNDREDTHS),
            Self::Eur | Self::Usd => Amount(1),
        }
    }

    /// The ISO 4217 code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Xof => "XOF",
            Self::Eur => "EUR",
            Self::Usd => "USD",
        }
    }

    /// The currency of an ISO 4217 code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Xof, Self::Eur, Self::Usd]
            .into_iter()
            .find(|currency| currency.code() == code)
    }
}

/// An amount in hundredths of a unit.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, DeriveValueType,
)]
pub struct Amount(pub i64);

/// Why a text is not an amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AmountError {
    /// Not a decimal number.
    Malformed,
    /// More decimals than the currency has.
    TooPrecise(Currency),
    /// Beyond what is taken.
    TooLarge,
}

impl From<(Amount, Currency)> for Value {
    fn from((amount, currency): (Amount, Currency)) -> Self {
        Self::Written {
            fr: amount.format(currency, Locale::Fr),
            en: amount.format(currency, Locale::En),
        }
    }
}

impl From<AmountError> for Message {
    fn from(error: AmountError) -> Self {
        match error {
            AmountError::Malformed => message!("amount-malformed"),
            AmountError::TooPrecise(currency) => message!(
                "amount-too-precise",
                currency = currency.code(),
                decimals = currency.decimals()
            ),
            AmountError::TooLarge => message!("amount-too-large"),
        }
    }
}

impl Amount {
    /// Reads a decimal text exactly; digits beyond the currency's decimals are refused, not rounded.
    ///
    /// # Errors
    /// [`AmountError`].
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let decimals = currency.decimals();
        fixed_point(text, HUNDREDTHS_DIGITS, decimals, MAX_HUNDREDTHS)
            .map(Self)
            .map_err(|error| match error {
                FixedPointError::Malformed => AmountError::Malformed,
                FixedPointError::TooPrecise => AmountError::TooPrecise(currency),
                FixedPointError::TooLarge => AmountError::TooLarge,
            })
    }

    /// The sum, unless it is beyond what is taken.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        Self::within_bounds(i128::from(self.0) + i128::from(other.0))
    }

    /// The difference, unless it is beyond what is taken.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        Self::within_bounds(i128::from(self.0) - i128::from(other.0))
    }

    /// This price for so much, rounded to the currency's decimals; `None` when it is beyond what is taken.
    #[must_use]
    pub fn times(self, quantity: Quantity, currency: Currency) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(quantity.0);
        Self::rounded(product, Quantity::ONE, currency)
    }

    /// So many percent of this, rounded to the currency's decimals; `None` when it is beyond what is taken.
    #[must_use]
    pub fn percent(self, percentage: Percentage, currency: Currency) -> Option<Self> {
        let product = i128::from(self.0) * i128::from(percentage.0);
        Self::rounded(product, Percentage::HUNDRED, currency)
    }

    /// `product / parts` hundredths, rounded half away from zero to what the currency can express.
    fn rounded(product: i128, parts: i64, currency: Currency) -> Option<Self> {
        let step = i128::from(currency.smallest().0);
        let steps = divide_half_away(product, i128::from(parts) * step);
        Self::within_bounds(steps.checked_mul(step)?)
    }

    fn within_bounds(hundredths: i128) -> Option<Self> {
        i64::try_from(hundredths)
            .ok()
            .filter(|it| it.unsigned_abs() <= MAX_HUNDREDTHS.unsigned_abs())
            .map(Self)
    }

    /// The decimal text, with exactly the currency's decimals: `1500000`, `99.50`.
    #[must_use]
    pub fn to_decimal(self, currency: Currency) -> String {
        let (units, hundredths) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        let sign = if self.0 < 0 { "-" } else { "" };
        // What the currency can't express is still shown, should it ever get here.
        if currency.decimals() == 0 && hundredths == 0 {
            format!("{sign}{units}")
        } else {
            format!("{sign}{units}.{hundredths:02}")
        }
    }

    /// The amount as people read it: `1 500 000 F CFA`, `99,50 €`; `1,500,000 F CFA`, `€99.50`. French groups by narrow
    /// no-break spaces (U+202F) and sets a no-break space (U+00A0) before the sign.
    #[must_use]
    pub fn format(self, currency: Currency, locale: Locale) -> String {
        let decimal = Self(self.0.saturating_abs()).to_decimal(currency);
        let (whole, fraction) = decimal.split_once('.').unwrap_or((&decimal, ""));
        let point = match locale {
            Locale::Fr => ',',
            Locale::En => '.',
        };
        let mut number = written::grouped(whole, locale);
        if !fraction.is_empty() {
            let _ = write!(number, "{point}{fraction}");
        }
        let sign = match (self.0 < 0, locale) {
            (false, _) => "",
            (true, _) => "\u{2212}",
        };
        match (locale, currency) {
            (_, Currency::Xof) => format!("{sign}{number}\u{a0}F\u{a0}CFA"),
            (Locale::Fr, Currency::Eur) => format!("{sign}{number}\u{a0}€"),
            (Locale::Fr, Currency::Usd) => format!("{sign}{number}\u{a0}$"),
            (Locale::En, Currency::Eur) => format!("{sign}€{number}"),
            (Locale::En, Currency::Usd) => format!("{sign}${number}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_exactly() {
        for (text, currency, hundredths, back) in [
            ("0", Currency::Xof, 0, "0"),
            ("1500000", Currency::Xof, 150_000_000, "1500000"),
            ("1500000.00", Currency::Xof, 150_000_000, "1500000"),
            ("0.1", Currency::Eur, 10, "0.10"),
            ("-99.5", Currency::Usd, -9950, "-99.50"),
            ("007", Currency::Eur, 700, "7.00"),
        ] {
            let amount = Amount::parse(text, currency).unwrap();
            assert_eq!(amount, Amount(hundredths), "{text}");
            assert_eq!(amount.to_decimal(currency), back);
        }
    }

    #[test]
    fn refuses_what_it_would_have_to_change() {
        for text in [
            "", "-", ".5", "5.", "1e3", "1,5", "+1", "1 000", "NaN", "0x1", "1.2.3",
        ] {
            assert_eq!(
                Amount::parse(text, Currency::Eur),
                Err(AmountError::Malformed),
                "{text}"
            );
        }
        assert_eq!(
            Amount::parse("0.5", Currency::Xof),
            Err(AmountError::TooPrecise(Currency::Xof))
        );
        assert_eq!(
            Amount::parse("0.123", Currency::Eur),
            Err(AmountError::TooPrecise(Currency::Eur))
        );
        for text in ["1000000000000001", "99999999999999999999999999"] {
            assert_eq!(Amount::parse(text, Currency::Eur), Err(AmountError::TooLarge));
        }
    }

    #[test]
    fn rounds_half_away_from_zero_to_what_the_currency_can_express() {
        for (price, quantity, currency, total) in [
            (100, 2_500, Currency::Xof, 300),   // 1 × 2.5 = 2.5 → 3
            (-100, 2_500, Currency::Xof, -300), // −2.5 → −3
            (100, 2_499, Currency::Xof, 200),
            (1, 500, Currency::Eur, 1),   // 0.01 × 0.5 = 0.005 → 0.01
            (-1, 500, Currency::Eur, -1), // −0.005 → −0.01
            (1, 499, Currency::Eur, 0),
            (333, 3_000, Currency::Usd, 999),
        ] {
            assert_eq!(
                Amount(price).times(Quantity(quantity), currency),
                Some(Amount(total)),
                "{price} × {quantity}"
            );
        }
        assert_eq!(
            Amount(5_000).percent(Percentage(1_900), Currency::Xof),
            Some(Amount(1_000))
        );
        assert_eq!(
            Amount(250).percent(Percentage(200), Currency::Eur),
            Some(Amount(5))
        );
        assert_eq!(Amount(MAX_HUNDREDTHS).times(Quantity(1_001), Currency::Eur), None);
        assert_eq!(Amount(MAX_HUNDREDTHS).checked_add(Amount(1)), None);
    }

    #[test]
    fn reads_like_the_language() {
        assert_eq!(
            Amount(150_000_000).format(Currency::Xof, Locale::Fr),
            "1\u{202f}500\u{202f}000\u{a0}F\u{a0}CFA"
        );
        assert_eq!(
            Amount(-9950).format(Currency::Eur, Locale::Fr),
            "\u{2212}99,50\u{a0}€"
        );
        assert_eq!(
            Amount(123_456_789).format(Currency::Usd, Locale::En),
            "$1,234,567.89"
        );
    }
}

//! Quantities and percentages, exact: whole thousandths and hundredths in an `i64`; and the arithmetic of fixed-point
//! numbers that money shares.

use sea_orm::DeriveValueType;
use serde::{Deserialize, Serialize};

/// The largest quantity taken, in thousandths: 10^9 units.
const MAX_THOUSANDTHS: i64 = 1_000_000_000_000;

/// A quantity in thousandths: cubic metres, hours, pieces.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, DeriveValueType,
)]
pub struct Quantity(pub i64);

/// A percentage in hundredths of a percent.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, DeriveValueType,
)]
pub struct Percentage(pub i64);

/// Why a text is not a fixed-point number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FixedPointError {
    /// Not a decimal number.
    Malformed,
    /// More decimals than are kept.
    TooPrecise,
    /// Beyond what is taken.
    TooLarge,
}

impl Quantity {
    /// Thousandths in one.
    pub const ONE: i64 = 1_000;
    /// Decimals kept.
    pub const DECIMALS: usize = 3;

    /// Reads a decimal text exactly: three decimals at most, 10^9 at most.
    ///
    /// # Errors
    /// [`FixedPointError`].
    pub fn parse(text: &str) -> Result<Self, FixedPointError> {
        fixed_point(text, Self::DECIMALS, Self::DECIMALS, MAX_THOUSANDTHS).map(Self)
    }

    /// The decimal text without needless zeros: `2`, `2.5`, `0.125`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        shortest(self.0, Self::DECIMALS)
    }
}

impl Percentage {
    /// Hundredths of a percent in a whole.
    pub const HUNDRED: i64 = 10_000;
    /// Decimals kept.
    pub const DECIMALS: usize = 2;

    /// Reads a decimal text exactly: two decimals at most, 100 at most.
    ///
    /// # Errors
    /// [`FixedPointError`].
    pub fn parse(text: &str) -> Result<Self, FixedPointError> {
        fixed_point(text, Self::DECIMALS, Self::DECIMALS, Self::HUNDRED).map(Self)
    }

    /// The decimal text with both decimals, as the specification writes it: `0.00`, `19.00`.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let (whole, part) = (self.0.unsigned_abs() / 100, self.0.unsigned_abs() % 100);
        format!("{}{whole}.{part:02}", if self.0 < 0 { "-" } else { "" })
    }
}

/// Reads a decimal text as a whole number of the `scale`-th decimal. Digits beyond `decimals` are refused, not rounded.
///
/// # Errors
/// [`FixedPointError`]; too large is what is beyond `most` on either side of zero.
pub fn fixed_point(text: &str, scale: usize, decimals: usize, most: i64) -> Result<i64, FixedPointError> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = digits
        .split_once('.')
        .map_or((digits, None), |(whole, part)| (whole, Some(part)));
    let all_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || fraction.is_some_and(|part| !all_digits(part)) {
        return Err(FixedPointError::Malformed);
    }
    let fraction = fraction.unwrap_or("").trim_end_matches('0');
    if fraction.len() > decimals {
        return Err(FixedPointError::TooPrecise);
    }
    let digits = format!("{}{fraction:0<scale$}", whole.trim_start_matches('0'));
    // Longer than any i64, and perhaps than any i128.
    if digits.len() > 30 {
        return Err(FixedPointError::TooLarge);
    }
    let total: i128 = digits.parse().map_err(|_| FixedPointError::Malformed)?;
    let total = i64::try_from(total)
        .ok()
        .filter(|total| *total <= most)
        .ok_or(FixedPointError::TooLarge)?;
    Ok(if negative { -total } else { total })
}

/// `numerator / denominator` (which is positive), rounded half away from zero.
#[must_use]
pub fn divide_half_away(numerator: i128, denominator: i128) -> i128 {
    let magnitude = numerator.unsigned_abs();
    let denominator = denominator.unsigned_abs();
    let whole = magnitude / denominator;
    let rest = magnitude % denominator;
    let rounded = whole + u128::from(rest >= denominator - rest);
    // The quotient of an i128 by something of 1 or more, half a step up at most: it fits.
    let rounded = i128::try_from(rounded).unwrap_or(i128::MAX);
    if numerator < 0 { -rounded } else { rounded }
}

fn shortest(value: i64, scale: usize) -> String {
    let digits = format!("{:0>width$}", value.unsigned_abs(), width = scale + 1);
    let (whole, fraction) = digits.split_at(digits.len() - scale);
    let fraction = fraction.trim_end_matches('0');
    let sign = if value < 0 { "-" } else { "" };
    if fraction.is_empty() {
        format!("{sign}{whole}")
    } else {
        format!("{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_keep_three_decimals() {
        for (text, thousandths, back) in [
            ("1", 1_000, "1"),
            ("2.50", 2_500, "2.5"),
            ("0.125", 125, "0.125"),
            ("000.001", 1, "0.001"),
            ("1000000000", MAX_THOUSANDTHS, "1000000000"),
            ("-3.1", -3_100, "-3.1"),
        ] {
            assert_eq!(Quantity::parse(text), Ok(Quantity(thousandths)), "{text}");
            assert_eq!(Quantity(thousandths).to_decimal(), back);
        }
        assert_eq!(Quantity::parse("0.0001"), Err(FixedPointError::TooPrecise));
        assert_eq!(Quantity::parse("1000000000.001"), Err(FixedPointError::TooLarge));
        assert_eq!(Quantity::parse(&"9".repeat(200)), Err(FixedPointError::TooLarge));
        assert_eq!(Quantity::parse("1e3"), Err(FixedPointError::Malformed));
    }

    #[test]
    fn percentages_keep_two_decimals() {
        assert_eq!(Percentage::parse("19"), Ok(Percentage(1_900)));
        assert_eq!(Percentage(1_950).to_decimal(), "19.50");
        assert_eq!(Percentage::default().to_decimal(), "0.00");
        assert_eq!(Percentage::parse("100.01"), Err(FixedPointError::TooLarge));
        assert_eq!(Percentage::parse("19.005"), Err(FixedPointError::TooPrecise));
    }

    #[test]
    fn halves_go_away_from_zero() {
        for (numerator, denominator, rounded) in [
            (5, 2, 3),
            (-5, 2, -3),
            (4, 3, 1),
            (-4, 3, -1),
            (5, 3, 2),
            (0, 7, 0),
            (i128::MAX, 1, i128::MAX),
        ] {
            assert_eq!(
                divide_half_away(numerator, denominator),
                rounded,
                "{numerator}/{denominator}"
            );
        }
    }
}

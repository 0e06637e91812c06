//! Numbers and dates as people of each language read them.
//!
//! As Unicode's CLDR has them: French groups by a narrow no-break space (U+202F), has a decimal comma and puts the
//! currency last after a no-break space (U+00A0); English groups by commas and puts a currency's sign first.

use chrono::{Datelike, NaiveDate};

use crate::{Currency, Language};

/// The space between groups of digits in French.
const NARROW_NO_BREAK_SPACE: char = '\u{202f}';
/// The space before a unit.
const NO_BREAK_SPACE: char = '\u{a0}';
/// A true minus, as wide as a plus: it lines up and never breaks from its number.
const MINUS: char = '\u{2212}';

/// An amount with its currency, as the company's e-mails write it: `1 250 000 F CFA`, `1 234,50 €`; `1,250,000 F CFA`,
/// `€1,234.50`.
///
/// `minor_units` counts francs for XOF and cents for EUR and USD.
#[must_use]
pub fn money(minor_units: i128, currency: Currency, language: Language) -> String {
    let number = fixed(minor_units, currency.decimals(), language);
    let (sign, number) = match number.strip_prefix(MINUS) {
        Some(number) => ("\u{2212}", number),
        None => ("", number.as_str()),
    };
    match (language, currency) {
        (_, Currency::Xof) => format!("{sign}{number}{NO_BREAK_SPACE}F{NO_BREAK_SPACE}CFA"),
        (Language::Fr, Currency::Eur) => format!("{sign}{number}{NO_BREAK_SPACE}€"),
        (Language::Fr, Currency::Usd) => format!("{sign}{number}{NO_BREAK_SPACE}$"),
        (Language::En, Currency::Eur) => format!("{sign}€{number}"),
        (Language::En, Currency::Usd) => format!("{sign}${number}"),
    }
}

/// An amount without its currency, for the columns of a table that names it once.
#[must_use]
pub fn amount(minor_units: i128, currency: Currency, language: Language) -> String {
    fixed(minor_units, currency.decimals(), language)
}

/// A quantity in thousandths, without zeros at its end: `1 200`, `12,5`.
#[must_use]
pub fn quantity(thousandths: i128, language: Language) -> String {
    trimmed(thousandths, 3, language)
}

/// A percentage in hundredths: `19 %`, `5,5 %`; `19%`.
#[must_use]
pub fn percentage(hundredths: i128, language: Language) -> String {
    let number = trimmed(hundredths, 2, language);
    match language {
        Language::Fr => format!("{number}{NO_BREAK_SPACE}%"),
        Language::En => format!("{number}%"),
    }
}

/// A day in words: `1er novembre 2026`, `1 November 2026`.
#[must_use]
pub fn date(day: NaiveDate, language: Language) -> String {
    const FRENCH: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const ENGLISH: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let month = day.month0() as usize;
    let (number, year) = (day.day(), day.year());
    match language {
        Language::Fr if number == 1 => format!("1er{NO_BREAK_SPACE}{} {year}", FRENCH[month]),
        Language::Fr => format!("{number}{NO_BREAK_SPACE}{} {year}", FRENCH[month]),
        Language::En => format!("{number}{NO_BREAK_SPACE}{} {year}", ENGLISH[month]),
    }
}

/// A day in digits, for tables: `21/11/2026` in both languages, as both are read in day–month order here.
#[must_use]
pub fn short_date(day: NaiveDate) -> String {
    format!("{:02}/{:02}/{}", day.day(), day.month(), day.year())
}

/// A fixed-point number without the zeros that end its decimals.
fn trimmed(mut value: i128, mut decimals: u8, language: Language) -> String {
    while decimals > 0 && value % 10 == 0 {
        value /= 10;
        decimals -= 1;
    }
    fixed(value, decimals, language)
}

/// A fixed-point number with all its decimals, grouped by thousands.
fn fixed(value: i128, decimals: u8, language: Language) -> String {
    let (group, point) = match language {
        Language::Fr => (NARROW_NO_BREAK_SPACE, ','),
        Language::En => (',', '.'),
    };
    let scale = 10_u128.pow(u32::from(decimals));
    let magnitude = value.unsigned_abs();
    let digits = (magnitude / scale).to_string();
    let mut written = String::new();
    if value < 0 {
        written.push(MINUS);
    }
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            written.push(group);
        }
        written.push(digit);
    }
    if decimals > 0 {
        written.push(point);
        written.push_str(&format!(
            "{:0width$}",
            magnitude % scale,
            width = usize::from(decimals)
        ));
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_money() {
        for (minor, currency, written) in [
            (0, Currency::Xof, "0 F CFA"),
            (999, Currency::Xof, "999 F CFA"),
            (1_000, Currency::Xof, "1\u{202f}000 F CFA"),
            (-1_250_000, Currency::Xof, "−1\u{202f}250\u{202f}000 F CFA"),
            (123_450, Currency::Eur, "1\u{202f}234,50 €"),
            (-5, Currency::Eur, "−0,05 €"),
            (100_000_000, Currency::Usd, "1\u{202f}000\u{202f}000,00 $"),
        ] {
            assert_eq!(
                money(minor, currency, Language::Fr).replace('\u{a0}', " "),
                written
            );
        }
    }

    #[test]
    fn english_money() {
        for (minor, currency, written) in [
            (1_250_000, Currency::Xof, "1,250,000 F CFA"),
            (-123_450, Currency::Eur, "−€1,234.50"),
            (7, Currency::Usd, "$0.07"),
        ] {
            assert_eq!(
                money(minor, currency, Language::En).replace('\u{a0}', " "),
                written
            );
        }
    }

    #[test]
    fn numbers_end_without_zeros() {
        assert_eq!(quantity(1_200_000, Language::Fr), "1\u{202f}200");
        assert_eq!(quantity(12_500, Language::Fr), "12,5");
        assert_eq!(quantity(-1, Language::En), "−0.001");
        assert_eq!(quantity(0, Language::En), "0");
        assert_eq!(percentage(1_900, Language::Fr), "19\u{a0}%");
        assert_eq!(percentage(550, Language::En), "5.5%");
    }

    #[test]
    fn days_are_written_as_in_letters() {
        let day = |month, day| NaiveDate::from_ymd_opt(2026, month, day).unwrap_or_default();
        assert_eq!(date(day(8, 1), Language::Fr), "1er\u{a0}août 2026");
        assert_eq!(date(day(12, 31), Language::Fr), "31\u{a0}décembre 2026");
        assert_eq!(date(day(2, 2), Language::En), "2\u{a0}February 2026");
        assert_eq!(short_date(day(2, 9)), "09/02/2026");
    }
}

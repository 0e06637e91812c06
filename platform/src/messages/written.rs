//! Numbers, days and moments as each language writes them.

use chrono::{DateTime, Datelike, NaiveDate, TimeZone};

use crate::locale::Locale;

const FRENCH_MONTHS: [&str; 12] = [
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

/// A day: `24 novembre 2026`, `24 November 2026`.
#[must_use]
pub fn day(day: NaiveDate, locale: Locale) -> String {
    match locale {
        Locale::Fr => {
            let month = FRENCH_MONTHS[day.month0() as usize];
            let number = if day.day() == 1 {
                "1er".to_owned()
            } else {
                day.day().to_string()
            };
            format!("{number} {month} {}", day.year())
        }
        Locale::En => day.format("%-d %B %Y").to_string(),
    }
}

/// A moment, by the clock of its time zone: `24 novembre 2026 à 06 h 04`, `24 November 2026 at 06:04`.
#[must_use]
pub fn moment<Z: TimeZone<Offset: std::fmt::Display>>(at: &DateTime<Z>, locale: Locale) -> String {
    let day = day(at.date_naive(), locale);
    match locale {
        Locale::Fr => format!("{day} à {}", at.format("%H h %M")),
        Locale::En => format!("{day} at {}", at.format("%H:%M")),
    }
}

/// A whole number: `10 485 760` with narrow no-break spaces (U+202F), `10,485,760`; below zero with a minus (U+2212).
#[must_use]
pub fn number(number: i64, locale: Locale) -> String {
    let sign = if number < 0 { "\u{2212}" } else { "" };
    format!("{sign}{}", grouped(&number.unsigned_abs().to_string(), locale))
}

/// Digits in groups of three.
#[must_use]
pub fn grouped(digits: &str, locale: Locale) -> String {
    let separator = match locale {
        Locale::Fr => '\u{202f}',
        Locale::En => ',',
    };
    let mut grouped = String::with_capacity(digits.len() * 2);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(separator);
        }
        grouped.push(digit);
    }
    grouped
}

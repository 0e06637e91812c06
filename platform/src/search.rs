//! Search that ignores case and accents on both databases: texts are folded once, when written.

use sea_orm::{
    ColumnTrait,
    sea_query::{ExprTrait, LikeExpr, SimpleExpr},
};

use crate::{
    error::{ErrorCode, Violation},
    message,
    text::ascii_digits,
};

/// What one looks for, in characters at most.
const MAX_QUERY: usize = 200;
/// A text that is compared as a whole, in characters at most. SQLite takes patterns of 50,000 bytes.
const MAX_KEY: usize = 300;
/// Words that a search compares. Each is a condition of the statement, and SQLite takes a thousand of them at most
/// (<https://www.sqlite.org/limits.html>, expression depth).
const MAX_WORDS: usize = 20;

/// A search that is short enough.
///
/// # Errors
/// INVALID at `field` when it is longer than anybody would type.
pub fn check(query: Option<String>, field: &[&str]) -> Result<Option<String>, Violation> {
    let too_long =
        |query: &String| query.chars().count() > MAX_QUERY || fold(query).split(' ').count() > MAX_WORDS;
    if query.as_ref().is_some_and(too_long) {
        let message = message!("search-too-long", characters = MAX_QUERY, words = MAX_WORDS);
        return Err(Violation::new(ErrorCode::TooLong, field.iter().copied(), message));
    }
    Ok(query)
}

/// A text that [`has_key`] compares with, no longer than the texts that it can be found in.
///
/// # Errors
/// TOO_LONG at `field`.
pub fn check_key(value: Option<String>, field: &[&str]) -> Result<Option<String>, Violation> {
    if value
        .as_ref()
        .is_some_and(|value| value.chars().count() > MAX_KEY)
    {
        let message = message!("name-too-long", max = MAX_KEY);
        return Err(Violation::new(ErrorCode::TooLong, field.iter().copied(), message));
    }
    Ok(value)
}

/// Folds a text for searching: no accents, lower case, single spaces. `"Élévation  N°2"` → `"elevation no2"`.
#[must_use]
pub fn fold(text: &str) -> String {
    deunicode::deunicode(text)
        .to_lowercase()
        // PostgreSQL has no room for U+0000 in a text, and nobody looks for the others.
        .split(|letter: char| letter.is_whitespace() || letter.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The folded columns of a record in one text, for its `search_text` column.
#[must_use]
pub fn search_text<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    parts
        .into_iter()
        .map(fold)
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// The condition that `search_text` holds each word of `query`, in any order. Words beyond those that [`check`] lets
/// pass are left out.
#[must_use]
pub fn matches<C: ColumnTrait>(search_text: C, query: &str) -> Vec<SimpleExpr> {
    fold(query)
        .split(' ')
        .filter(|word| !word.is_empty())
        .take(MAX_WORDS)
        .map(|word| {
            let escaped = escape_like(word);
            sea_orm::sea_query::Expr::col(search_text.as_column_ref())
                .like(LikeExpr::new(format!("%{escaped}%")).escape('\\'))
        })
        .collect()
}

/// As [`matches`], for records with telephone numbers: a number in whatever form it is written or read aloud
/// (`+227 91 11 22 33`, `0022791112233`, `91-11-22-33`) finds the digits that [`telephone`] puts into `search_text`.
#[must_use]
pub fn matches_person<C: ColumnTrait>(search_text: C, query: &str) -> Vec<SimpleExpr> {
    matches(search_text, &with_digits(query))
}

/// A stored number (E.164) as it stands in a `search_text`: its digits, found with and without the country's.
#[must_use]
pub fn telephone(e164: &str) -> &str {
    e164.trim_start_matches('+')
}

/// The query with each telephone number in it as digits alone.
fn with_digits(query: &str) -> String {
    /// The shortest number in Niger, without the country's.
    const SHORTEST: usize = 8;
    let is_part = |word: &&str| {
        word.chars()
            .all(|letter| letter.is_ascii_digit() || "+-./()".contains(letter))
    };
    let query = ascii_digits(query);
    let words: Vec<&str> = query.split_whitespace().collect();
    let mut rewritten: Vec<String> = Vec::new();
    let mut rest = words.as_slice();
    while let Some(first) = rest.first() {
        let length = rest.iter().take_while(|word| is_part(word)).count();
        let (number, after) = rest.split_at(length.max(1));
        let digits: String = number.concat().chars().filter(char::is_ascii_digit).collect();
        let foreign = first.starts_with('+') || digits.starts_with("00");
        if length > 0 && !digits.is_empty() && (foreign || digits.len() >= SHORTEST) {
            rewritten.push(digits.strip_prefix("00").unwrap_or(&digits).to_owned());
        } else {
            rewritten.extend(number.iter().map(|word| (*word).to_owned()));
        }
        rest = after;
    }
    rewritten.join(" ")
}

/// Texts that a filter compares with as a whole, folded, for a column of keys: a value in each of its languages.
#[must_use]
pub fn keys<'a>(values: impl IntoIterator<Item = &'a str>) -> String {
    let folded: Vec<String> = values
        .into_iter()
        .map(fold)
        .filter(|key| !key.is_empty())
        .collect();
    if folded.is_empty() {
        return String::new();
    }
    // A folded text has no line break: between two of them stands exactly one key.
    format!("\n{}\n", folded.join("\n"))
}

/// The condition that a column made by [`keys`] holds `value`, whatever its case and accents.
#[must_use]
pub fn has_key<C: ColumnTrait>(keys: C, value: &str) -> SimpleExpr {
    let escaped = escape_like(&fold(value));
    sea_orm::sea_query::Expr::col(keys.as_column_ref())
        .like(LikeExpr::new(format!("%\n{escaped}\n%")).escape('\\'))
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_accents_case_and_spaces() {
        assert_eq!(fold("  Élévation   Côté COUR "), "elevation cote cour");
        assert_eq!(search_text(["Zaïnab", "", "+227 90"]), "zainab +227 90");
        assert_eq!(keys(["Bénin", "", "Benin Republic"]), "\nbenin\nbenin republic\n");
        assert_eq!(keys([""]), "");
        assert_eq!(fold("a\u{0}b\u{7}"), "a b");
        assert_eq!(fold("\u{0}"), "");
    }

    #[test]
    fn telephone_numbers_are_looked_for_by_their_digits() {
        for (query, digits) in [
            ("+227 91 11 22 33", "22791112233"),
            ("0022791112233", "22791112233"),
            ("91-11-22-33", "91112233"),
            ("91.11.22.33", "91112233"),
            ("(+227) 91112233", "22791112233"),
            ("Issa 91 11 22 33 Niamey", "Issa 91112233 Niamey"),
            ("+33 6", "336"),
            ("٩١ ١١ ٢٢ ٣٣", "91112233"),
            ("91\u{202f}11\u{202f}22\u{202f}33", "91112233"),
            ("villa 2026-12", "villa 2026-12"),
            ("91 11", "91 11"),
            ("- .", "- ."),
            ("", ""),
        ] {
            assert_eq!(with_digits(query), digits, "{query}");
        }
    }

    #[test]
    fn a_search_has_an_end() {
        let twenty = vec!["mot"; 20].join(" ");
        assert_eq!(check(Some(twenty.clone()), &[]), Ok(Some(twenty.clone())));
        assert!(check(Some(format!("{twenty} mot")), &["filter", "search"]).is_err());
        assert!(check(Some("m".repeat(201)), &["filter", "search"]).is_err());
    }
}

//! CSV that opens right and can't bite: UTF-8 with a byte order mark, CRLF, every cell quoted (RFC 4180), and what a
//! spreadsheet would run as a formula turned into text (OWASP, "CSV Injection"), whichever separator the spreadsheet
//! believes in: its reader's settings decide that, not we.

use std::borrow::Cow;

use csv::{QuoteStyle, Terminator, Writer, WriterBuilder};
use serde::{Deserialize, Serialize};

/// What tells a spreadsheet that the file is UTF-8: without it, Excel shows `Zaïnab` as `ZaÃ¯nab`.
pub const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// What stands between cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Separator {
    /// `,`, as in RFC 4180.
    #[default]
    Comma,
    /// `;`, which a spreadsheet set to French expects, together with decimal commas.
    Semicolon,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What somebody wrote: made harmless.
    Text(String),
    /// A number or a date of ours, such as `-1500.50` or `2026-05-31 08:00`: written so that a spreadsheet can reckon
    /// with it.
    Number(String),
}

impl Cell {
    /// A text; none is an empty cell.
    pub fn text(text: impl Into<Option<String>>) -> Self {
        Self::Text(text.into().unwrap_or_default())
    }

    fn shown(&self, separator: Separator) -> Cow<'_, str> {
        match (self, separator) {
            (Self::Text(text), _) => Cow::Owned(harmless(text)),
            (Self::Number(number), Separator::Comma) => Cow::Borrowed(number),
            (Self::Number(number), Separator::Semicolon) => Cow::Owned(number.replace('.', ",")),
        }
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// A spreadsheet takes a cell that begins so for a formula. The wide forms count in Asian editions.
const FORMULA: [char; 11] = [
    '=', '+', '-', '@', '\t', '\r', '\n', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}',
];

/// Where a cell begins for somebody who reads with another separator than the file's: to them our quotes enclose nothing
/// but the first cell of a row.
const BREAKS: [char; 5] = [',', ';', '\t', '\n', '\r'];

/// A text that no spreadsheet runs: an apostrophe goes before what would begin a formula, at the text's beginning and
/// behind each separator in it.
fn harmless(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 1);
    if is_formula(text) || is_misread(text) {
        written.push('\'');
    }
    for (at, letter) in text.char_indices() {
        written.push(letter);
        let rest = &text[at + letter.len_utf8()..];
        if BREAKS.contains(&letter) && is_formula_inside(rest) {
            written.push('\'');
        }
    }
    written
}

fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}')
}

fn is_formula(text: &str) -> bool {
    text.trim_start_matches(is_space).starts_with(FORMULA)
}

/// Whether a spreadsheet would take a text for a number or a date and show another: `007` as 7, `3-4` as a day in April, a
/// receipt's nineteen digits as 1.2E+18. A plain number such as `12` stays what it is.
fn is_misread(text: &str) -> bool {
    let text = text.trim_matches(is_space);
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let is_numeric = text.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        && text.chars().all(|letter| {
            letter.is_ascii_digit()
                || is_space(letter)
                || matches!(letter, '.' | ',' | '/' | ':' | '-' | 'e' | 'E')
        });
    let is_plain = text.chars().all(|letter| letter.is_ascii_digit());
    // A spreadsheet reckons with fifteen digits.
    is_numeric && digits > 0 && !(is_plain && digits <= 15 && (digits == 1 || !text.starts_with('0')))
}

/// Whether what stands behind a separator would begin a formula. A quote there is an empty text before it. What a list in a
/// message begins its lines with, `- ciment`, and amounts, `, -10 %`, stay as they are.
fn is_formula_inside(rest: &str) -> bool {
    let cell = rest.split(BREAKS).next().unwrap_or_default();
    let cell = cell.trim_start_matches(|letter| is_space(letter) || letter == '"');
    let is_signed = cell.starts_with(['-', '+']);
    if !is_signed {
        return cell.starts_with(FORMULA);
    }
    let after = &cell[1..];
    let is_listed = after.starts_with(is_space)
        && after
            .trim_start_matches(is_space)
            .starts_with(char::is_alphabetic)
        && !after.contains(['(', '|', '!', '=', '+', '*', '/', '^', '&']);
    let is_amount = after
        .chars()
        .all(|letter| letter.is_ascii_digit() || letter.is_whitespace() || matches!(letter, '.' | '%'));
    !is_listed && !is_amount
}

/// The lines of some rows, each ending with CRLF.
///
/// # Errors
/// Never for rows in memory; the library's interface has it.
pub fn lines(rows: &[Vec<Cell>], separator: Separator) -> anyhow::Result<Vec<u8>> {
    let mut writer: Writer<Vec<u8>> = WriterBuilder::new()
        .delimiter(match separator {
            Separator::Comma => b',',
            Separator::Semicolon => b';',
        })
        // All of them: RFC 4180 asks it of some, and nothing has to know which.
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.shown(separator).into_owned()))?;
    }
    writer
        .into_inner()
        .map_err(|error| anyhow::anyhow!("lines could not be written: {}", error.error()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(cells: &[&str]) -> String {
        let row = cells.iter().map(|&cell| Cell::from(cell)).collect();
        String::from_utf8(lines(&[row], Separator::Comma).unwrap()).unwrap()
    }

    #[test]
    fn quotes_everything_and_ends_lines_as_the_standard_says() {
        assert_eq!(
            line(&["Zaïnab", "dit \"la Lionne\"", "Rue 1,\nNiamey", ""]),
            "\"Zaïnab\",\"dit \"\"la Lionne\"\"\",\"Rue 1,\nNiamey\",\"\"\r\n"
        );
        let semicolons = lines(&[vec!["a".into(), "b".into()]], Separator::Semicolon).unwrap();
        assert_eq!(semicolons, b"\"a\";\"b\"\r\n");
    }

    #[test]
    fn what_a_spreadsheet_would_run_comes_out_as_text() {
        for formula in [
            "=HYPERLINK(\"http://evil.example\",\"clic\")",
            "+1+1",
            "-2+3",
            "@SUM(1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "  =1",
            "\u{a0}=1",
            "＝1",
        ] {
            let written = line(&[formula]);
            assert!(written.starts_with("\"'"), "{written:?}");
        }
        for harmless in [
            "Koira Kano = nord",
            "a-b",
            "(+227) 90 12 34 56",
            "'",
            "",
            "Il faut :\n- ciment\n- fer de 8\n",
            "Remise, -10 %; soit 5",
        ] {
            assert_eq!(line(&[harmless]), format!("\"{harmless}\"\r\n"));
        }
    }

    #[test]
    fn numbers_that_somebody_wrote_stay_as_they_were_written() {
        for misread in [
            "0022790010203",
            "007",
            "1234567890123456789",
            "3-4",
            "3.5",
            "1/2",
            "12:30",
            "1e5",
            "00 12",
        ] {
            assert_eq!(line(&[misread]), format!("\"'{misread}\"\r\n"));
        }
        for plain in [
            "12",
            "0",
            "2026",
            "Lot 3-4",
            "(+227) 90 12",
            "n° 007",
            "e",
            "12 villas",
        ] {
            assert_eq!(line(&[plain]), format!("\"{plain}\"\r\n"));
        }
    }

    /// The cells as a spreadsheet finds them that takes `separator` for the separator, whatever it was.
    fn cells_of(line: &str, separator: u8) -> Vec<String> {
        csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(separator)
            .from_reader(line.as_bytes())
            .records()
            .flat_map(|record| {
                let record = record.unwrap();
                record.iter().map(str::to_owned).collect::<Vec<_>>()
            })
            .collect()
    }

    #[test]
    fn no_cell_runs_with_either_separator() {
        for formula in [
            "=cmd|'/C calc'!A0",
            "+1+1",
            "-2+3",
            "-cmd|'/C calc'!A0",
            "- cmd|'/C calc'!A0",
            "@SUM(1)",
            " =1",
            "\u{a0}=1",
            "\"=1",
            "\" \"=1",
            "＝1",
            "=1;=2,=3",
        ] {
            for start in [
                "", "a", "a;", "a,", "a\t", "a;;", "a; ", "a\n", "a\r\n", "a;\"", "a\";\"b",
            ] {
                for end in ["", ";b", ",b", "\nb"] {
                    let text = format!("{start};{formula}{end}");
                    for (separator, others) in [(Separator::Comma, b";\t"), (Separator::Semicolon, b",\t")] {
                        let commas = text.replace(';', ",");
                        let row = [text.as_str(), &commas, formula].map(Cell::from).to_vec();
                        let line = String::from_utf8(lines(&[row], separator).unwrap()).unwrap();
                        let read = [others[0], others[1], b';', b','].map(|other| cells_of(&line, other));
                        for cell in read.iter().flatten() {
                            let cell = cell.trim_start_matches([' ', '\u{a0}']);
                            assert!(
                                !cell.starts_with(['=', '@', '+', '-', '＝', '\t']),
                                "{text:?} {line:?} {cell:?}"
                            );
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn numbers_can_be_added_up_where_the_separator_is_at_home() {
        let row = || {
            vec![
                Cell::Number("-1500.50".into()),
                Cell::Number("2026-05-31 08:00".into()),
            ]
        };
        let commas = lines(&[row()], Separator::Comma).unwrap();
        assert_eq!(commas, b"\"-1500.50\",\"2026-05-31 08:00\"\r\n");
        let semicolons = lines(&[row()], Separator::Semicolon).unwrap();
        assert_eq!(semicolons, b"\"-1500,50\";\"2026-05-31 08:00\"\r\n");
    }
}

//! CSV that opens right and can't bite: UTF-8 with a byte order mark, CRLF, every cell quoted (RFC 4180), and cells that
//! a spreadsheet would run as a formula turned into text (OWASP, "CSV Injection").

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
    /// `;`, which a spreadsheet set to French expects.
    Semicolon,
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// What somebody wrote: made harmless.
    Text(String),
    /// A number of ours, such as `-1500.50`: written as it is, so that a spreadsheet can add it up.
    Number(String),
}

impl Cell {
    /// A text; none is an empty cell.
    pub fn text(text: impl Into<Option<String>>) -> Self {
        Self::Text(text.into().unwrap_or_default())
    }

    fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => harmless(text),
            Self::Number(number) => Cow::Borrowed(number),
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

/// A text that no spreadsheet runs: an apostrophe goes before what would begin a formula.
fn harmless(text: &str) -> Cow<'_, str> {
    let first = text.trim_start_matches([' ', '\u{a0}']).chars().next();
    if first.is_some_and(|first| FORMULA.contains(&first)) {
        Cow::Owned(format!("'{text}"))
    } else {
        Cow::Borrowed(text)
    }
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
        // All of them: whichever separator the reader's spreadsheet believes in, no cell falls apart into two.
        .quote_style(QuoteStyle::Always)
        .terminator(Terminator::CRLF)
        .flexible(true)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.iter().map(|cell| cell.shown().into_owned()))?;
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
        for harmless in ["Koira Kano = nord", "a-b", "(+227) 90 12 34 56", "'", ""] {
            assert_eq!(line(&[harmless]), format!("\"{harmless}\"\r\n"));
        }
        let number = lines(&[vec![Cell::Number("-1500.50".into())]], Separator::Comma).unwrap();
        assert_eq!(number, b"\"-1500.50\"\r\n");
    }
}

//! Texts that people typed, made fit for paper: no control characters, nothing that turns the line around, and nowhere a
//! word that no column can hold.

/// Characters in a row after which a word may be broken.
const LONGEST_WORD: usize = 24;
/// Lets a line break without a hyphen.
const ZERO_WIDTH_SPACE: char = '\u{200b}';

/// The text on one line.
pub fn line(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|it| {
            if it.is_whitespace() && !is_no_break(it) {
                ' '
            } else {
                it
            }
        })
        .collect();
    breakable(text.trim())
}

/// The text's lines, without empty ones at either end.
pub fn lines(text: &str) -> Vec<String> {
    let unix = text
        .replace("\r\n", "\n")
        .replace(['\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}'], "\n");
    unix.trim().split('\n').map(line).collect()
}

/// The lines of a text that may be missing.
pub fn optional_lines(text: Option<&str>) -> Vec<String> {
    text.filter(|text| !text.trim().is_empty())
        .map(lines)
        .unwrap_or_default()
}

/// The text on one line, if there is any.
pub fn optional_line(text: Option<&str>) -> Option<String> {
    text.map(line).filter(|text| !text.is_empty())
}

/// Whether lines must not be broken there.
fn is_no_break(character: char) -> bool {
    matches!(character, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// Without what can't be seen but misleads, and with a place to break in words longer than any column.
fn breakable(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut since_break = 0;
    for character in text.chars().filter(|it| !misleads(*it)) {
        if character == ' ' || character == '-' {
            since_break = 0;
        } else {
            since_break += 1;
            if since_break > LONGEST_WORD {
                written.push(ZERO_WIDTH_SPACE);
                since_break = 1;
            }
        }
        written.push(character);
    }
    written
}

/// Control characters, and those that reorder what surrounds them: `100` must never read `001`.
fn misleads(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{61c}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            | '\u{feff}' | '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_what_is_meant_and_drops_what_misleads() {
        assert_eq!(lines("\n a\tb \r\n\r\nc\u{7}\n"), ["a b", "", "c"]);
        assert_eq!(lines("a\u{b}b\u{2028}c\rd"), ["a", "b", "c", "d"]);
        assert_eq!(
            line("1\u{202f}000\u{a0}€ \u{202e}live"),
            "1\u{202f}000\u{a0}€ live"
        );
        assert_eq!(optional_lines(Some(" \n ")), Vec::<String>::new());
        assert_eq!(optional_line(Some(" ")), None);
    }

    #[test]
    fn long_words_may_break() {
        let word = "x".repeat(60);
        let broken = line(&word);
        assert_eq!(broken.matches(ZERO_WIDTH_SPACE).count(), 2);
        assert_eq!(broken.replace(ZERO_WIDTH_SPACE, ""), word);
        assert_eq!(line("un chantier-école ordinaire"), "un chantier-école ordinaire");
    }
}

//! Texts as people type, paste and dictate them: what is kept of them, and small things done to them.
//!
//! Every field of every form reads its text with [`one_line`] or [`several_lines`]. A character that nobody sees is never
//! a reason to refuse a text: it is left out, or does what its sender saw it do.

use icu_properties::{
    CodePointMapData, CodePointSetData,
    props::{DefaultIgnorableCodePoint, GeneralCategory},
};

/// Whether a line ends here (Unicode 5.8, "Newline Guidelines"): U+000B is Word's Shift+Enter, a lone CR comes from old
/// Macs and spreadsheets, NEL from mainframes, U+2028 and U+2029 from web pages and chats.
fn is_line_end(letter: char) -> bool {
    matches!(
        letter,
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}'
    )
}

/// Whether a character is seen by nobody, while it hides, joins or turns around what stands beside it: zero-width spaces,
/// marks and overrides of direction (Unicode's "Trojan Source" advice, TR 36), soft hyphens; and what stands for an object
/// that a text can't hold, which dictation on iPhones leaves behind. The joiners that scripts and emoji need stay.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{61c}'
            | '\u{180e}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
            | '\u{fff9}'..='\u{fffc}'
    )
}

/// Whether a character takes room and shows nothing, without being a space to Unicode: Hangul fillers, the empty pattern of
/// Braille, a note without a head.
fn is_filler(letter: char) -> bool {
    matches!(
        letter,
        '\u{115f}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{ffa0}' | '\u{1d159}'
    )
}

/// Whether a text of such characters alone shows nothing: spaces, fillers, what Unicode lets a display ignore
/// (`Default_Ignorable_Code_Point`: joiners, variation selectors, tags), and marks that have no letter to stand on.
fn is_blank(letter: char) -> bool {
    let is_mark = || {
        matches!(
            CodePointMapData::<GeneralCategory>::new().get(letter),
            GeneralCategory::NonspacingMark | GeneralCategory::SpacingMark | GeneralCategory::EnclosingMark
        )
    };
    letter.is_whitespace()
        || letter.is_control()
        || is_filler(letter)
        || is_invisible(letter)
        || CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter)
        || is_mark()
}

/// A text without the blanks at its ends; nothing when nothing of it shows.
fn without_blank_ends(text: &str) -> String {
    if text.chars().all(is_blank) {
        return String::new();
    }
    // Joiners and variation selectors at an end belong to the letter before them.
    text.trim_matches(|letter: char| letter.is_whitespace() || is_filler(letter))
        .to_owned()
}

/// A text on one line: control characters, line ends among them, are spaces (they would break mail headers), what nobody
/// sees is gone, spaces are single, ends trimmed. A no-break space within, as in "405,30 m²", is meant and stays.
#[must_use]
pub fn one_line(text: &str) -> String {
    let text: String = text
        .chars()
        .filter(|&letter| !is_invisible(letter))
        .map(|letter| {
            if letter.is_control() || is_line_end(letter) {
                ' '
            } else {
                letter
            }
        })
        .collect();
    let words: Vec<&str> = text.split(' ').filter(|part| !part.is_empty()).collect();
    without_blank_ends(&words.join(" "))
}

/// A text on several lines, each ending with U+000A whatever it was sent with: control characters other than tabs are
/// gone, what nobody sees too, ends trimmed.
#[must_use]
pub fn several_lines(text: &str) -> String {
    let text: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|&letter| !is_invisible(letter))
        .map(|letter| if is_line_end(letter) { '\n' } else { letter })
        .filter(|&letter| matches!(letter, '\n' | '\t') || !letter.is_control())
        .collect();
    without_blank_ends(&text)
}

/// A text in which the decimal digits of every script are those of ASCII: `٩٠ １２` → `90 12`.
#[must_use]
pub fn ascii_digits(text: &str) -> String {
    text.chars()
        .map(|letter| {
            decimal_digit(letter)
                .and_then(|digit| char::from_digit(digit, 10))
                .unwrap_or(letter)
        })
        .collect()
}

fn decimal_digit(letter: char) -> Option<u32> {
    if letter.is_ascii() {
        return letter.to_digit(10);
    }
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_digit = |code: u32| categories.get32(code) == GeneralCategory::DecimalNumber;
    let code = u32::from(letter);
    // Decimal digits stand in rows of ten, from 0 to 9 (Unicode 4.6), and rows may touch.
    is_digit(code).then(|| {
        let before = (0..code).rev().take_while(|&code| is_digit(code)).count();
        (before % 10) as u32
    })
}

/// A name of ours as the API writes it: `main_image` → `mainImage`.
#[must_use]
pub fn camel_case(name: &str) -> String {
    let mut camel = String::with_capacity(name.len());
    let mut start_word = false;
    for letter in name.chars() {
        if letter == '_' {
            start_word = true;
        } else if std::mem::take(&mut start_word) {
            camel.extend(letter.to_uppercase());
        } else {
            camel.push(letter);
        }
    }
    camel
}

/// The beginning of a text, in whole words and one line, with an ellipsis where it was cut.
#[must_use]
pub fn shortened(text: &str, max: usize) -> String {
    let mut short = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let added = word.chars().count() + usize::from(length > 0);
        if length + added > max {
            short.push('…');
            return short;
        }
        if length > 0 {
            short.push(' ');
        }
        short.push_str(word);
        length += added;
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_seen_is_not_kept() {
        assert_eq!(
            one_line(" Zaïnab\r\nBcc: x \u{7f} Issa\u{202e} "),
            "Zaïnab Bcc: x Issa"
        );
        assert_eq!(one_line("405,30\u{a0}m²"), "405,30\u{a0}m²");
        assert_eq!(one_line("👩\u{200d}🌾"), "👩\u{200d}🌾");
        assert_eq!(one_line("Merci ❤\u{fe0f}"), "Merci ❤\u{fe0f}");
        assert_eq!(one_line("\u{3164}Zaïnab\u{3164}"), "Zaïnab");
        assert_eq!(one_line("Dicté\u{fffc}"), "Dicté");
        assert_eq!(several_lines("Rue 1\r\nNiamey\u{0}\u{2066}\n"), "Rue 1\nNiamey");
    }

    #[test]
    fn lines_end_where_their_writer_saw_them_end() {
        for end in [
            "\n", "\r\n", "\r", "\u{b}", "\u{c}", "\u{85}", "\u{2028}", "\u{2029}",
        ] {
            let text = format!("350 kg{end}Ferraillage");
            assert_eq!(several_lines(&text), "350 kg\nFerraillage", "{end:?}");
            assert_eq!(one_line(&text), "350 kg Ferraillage", "{end:?}");
        }
        assert_eq!(several_lines("a\r\n\r\nb\r\rc"), "a\n\nb\n\nc");
    }

    #[test]
    fn a_text_that_shows_nothing_is_none() {
        for blank in [
            ' ',
            '\t',
            '\r',
            '\u{0}',
            '\u{85}',
            '\u{a0}',
            '\u{ad}',
            '\u{34f}',
            '\u{115f}',
            '\u{1160}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{2003}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{2028}',
            '\u{202f}',
            '\u{2060}',
            '\u{2800}',
            '\u{3000}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fffc}',
            '\u{1d159}',
            '\u{e0041}',
            // An accent, a vowel of Arabic and one of Devanagari, a circle around nothing.
            '\u{301}',
            '\u{64e}',
            '\u{93e}',
            '\u{20dd}',
        ] {
            let text = format!("{blank} \u{3164}{blank}");
            assert_eq!(one_line(&text), "", "{blank:?}");
            assert_eq!(several_lines(&text), "", "{blank:?}");
        }
        assert_eq!(one_line("."), ".");
        assert_eq!(one_line("e\u{301}"), "e\u{301}");
    }

    #[test]
    fn digits_are_read_in_every_script() {
        for digits in [
            "0123456789",
            "٠١٢٣٤٥٦٧٨٩",
            "۰۱۲۳۴۵۶۷۸۹",
            "０１２３４５６７８９",
            "०१२३४५६७८९",
            "߀߁߂߃߄߅߆߇߈߉",
            "𞥐𞥑𞥒𞥓𞥔𞥕𞥖𞥗𞥘𞥙",
            "𝟎𝟏𝟐𝟑𝟒𝟓𝟔𝟕𝟖𝟗",
            "𝟘𝟙𝟚𝟛𝟜𝟝𝟞𝟟𝟠𝟡",
        ] {
            assert_eq!(ascii_digits(digits), "0123456789", "{digits}");
        }
        assert_eq!(ascii_digits("m² ½ Ⅳ ①"), "m² ½ Ⅳ ①");
    }

    #[test]
    fn names_and_beginnings() {
        assert_eq!(camel_case("progress_percentage"), "progressPercentage");
        assert_eq!(camel_case("name"), "name");
        assert_eq!(
            shortened("Une villa\nau bord du fleuve", 100),
            "Une villa au bord du fleuve"
        );
        assert_eq!(shortened("Une villa au bord", 12), "Une villa au…");
    }
}

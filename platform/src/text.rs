//! Small things done to texts.

/// Whether a character is seen by nobody, while it hides, joins or turns around what stands beside it: zero-width spaces,
/// marks and overrides of direction (Unicode's "Trojan Source" advice, TR 36), soft hyphens. The joiners that scripts and
/// emoji need stay.
fn is_invisible(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{200b}'
            | '\u{200e}'
            | '\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{2064}'
            | '\u{2066}'..='\u{206f}'
            | '\u{feff}'
    )
}

/// A text without the characters that nobody sees.
#[must_use]
pub fn visible(text: &str) -> String {
    text.chars().filter(|&letter| !is_invisible(letter)).collect()
}

/// A text on one line: control characters, line ends among them, are spaces (they would break mail headers), what nobody
/// sees is gone, spaces are single, ends trimmed. A no-break space within, as in "405,30 m²", is meant and stays.
#[must_use]
pub fn one_line(text: &str) -> String {
    let text: String = visible(text)
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    text.split(' ')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// A text on several lines: control characters other than line ends and tabs are gone, what nobody sees too, ends
/// trimmed.
#[must_use]
pub fn several_lines(text: &str) -> String {
    let text: String = visible(text)
        .replace("\r\n", "\n")
        .chars()
        .filter(|&letter| matches!(letter, '\n' | '\t') || !letter.is_control())
        .collect();
    text.trim().to_owned()
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
        assert_eq!(one_line("\u{200b}\u{feff}\u{a0}\u{ad}"), "");
        assert_eq!(one_line("👩\u{200d}🌾"), "👩\u{200d}🌾");
        assert_eq!(several_lines("Rue 1\r\nNiamey\u{0}\u{2066}\n"), "Rue 1\nNiamey");
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

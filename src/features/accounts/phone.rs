//! Telephone numbers: read as people write them, kept in E.164, shown so that they can be read out.

use phonenumber::{Mode, country, parse};

use platform::{
    form::Fault,
    message,
    text::{ascii_digits, one_line},
};

/// Nobody writes a number longer than this; what is longer isn't looked at.
const LONGEST_INPUT: usize = 40;
/// Niger's country code…
const HOME_CODE: u16 = 227;
/// …and how many digits follow it.
const HOME_DIGITS: usize = 8;

/// Reads a telephone number as people write it into E.164 (`+22790123456`): spaces, dots, dashes and brackets are
/// dropped, `00` is `+`, and a number without a country code is one of Niger. Digits may be those of any script, and
/// spaces of any width (U+202F groups digits in French). The `(0)` of `+33 (0)6 12 34 56 78`, which is dialled at home
/// alone, is dropped too. An empty one is none.
///
/// # Errors
/// INVALID.
pub fn phone(text: String) -> Result<Option<String>, Fault> {
    let text = one_line(&text);
    if text.is_empty() {
        return Ok(None);
    }
    let text = plain(&text);
    let abroad = without_trunk_zero(&text);
    // In Italy the zero is a part of the number.
    let number = abroad.as_deref().and_then(read).or_else(|| read(&text));
    number
        .map(Some)
        .ok_or_else(|| Fault::invalid(message!("phone-malformed")))
}

/// The number in the characters of ASCII.
fn plain(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        space if space.is_whitespace() => ' ',
        // The wide forms of ASCII that keyboards for Chinese and Japanese write.
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter),
        other => other,
    });
    ascii_digits(&letters.collect::<String>())
}

/// An international number without the `(0)` in it; none when it has none.
fn without_trunk_zero(text: &str) -> Option<String> {
    let is_international = text.trim_start_matches(['(', ' ']).starts_with('+') || text.starts_with("00");
    let (before, after) = text.split_once("(0)").filter(|_| is_international)?;
    Some(format!("{before} {after}"))
}

fn read(text: &str) -> Option<String> {
    if text.chars().count() > LONGEST_INPUT {
        return None;
    }
    let number = parse(Some(country::Id::NE), text).ok()?;
    // An extension would be lost on the way into E.164.
    if number.extension().is_some() {
        return None;
    }
    let e164 = number.format().mode(Mode::E164).to_string();
    // New ranges are handed out faster than numbering plans are updated: at home the length alone decides.
    let at_home = number.code().value() == HOME_CODE && e164.len() == "+227".len() + HOME_DIGITS;
    (at_home || number.is_valid()).then_some(e164)
}

/// A number in E.164 as people read it: `+227 90 12 34 56`. What can't be read comes back as it is.
#[must_use]
pub fn readable_phone(e164: &str) -> String {
    parse(None, e164).map_or_else(
        |_| e164.to_owned(),
        |number| number.format().mode(Mode::International).to_string(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use platform::error::ErrorCode;

    #[test]
    fn reads_numbers_as_people_write_them() {
        for text in [
            "+227 90 12 34 56",
            "0022790123456",
            "90.12.34.56",
            "90\u{2011}12\u{2011}34\u{2011}56",
            "(+227) 90-12-34-56",
            "22790123456",
            "90\u{202f}12\u{202f}34\u{202f}56",
            "90\u{a0}12\u{2009}34\u{3000}56",
            "٩٠١٢٣٤٥٦",
            "+٢٢٧ ٩٠ ١٢ ٣٤ ٥٦",
            "۹۰ ۱۲ ۳۴ ۵۶",
            "９０　１２　３４　５６",
            "＋２２７（９０）１２－３４－５６",
            "߉߀ ߁߂ ߃߄ ߅߆",
            // From a contact on a Mac; with what a spreadsheet puts between lines.
            "\u{202a}+227 90 12 34 56\u{202c}",
            "90 12\u{b}34 56\r",
        ] {
            assert_eq!(
                phone(text.to_owned()).unwrap().as_deref(),
                Some("+22790123456"),
                "{text}"
            );
        }
        assert_eq!(phone(" ".to_owned()).unwrap(), None);
        for (text, e164) in [
            ("+33 6 12 34 56 78", "+33612345678"),
            ("+229 01 97 97 97 97", "+2290197979797"),
            ("+1 (202) 555-0123", "+12025550123"),
            ("+33 (0)6 12 34 56 78", "+33612345678"),
            ("+33(0)612345678", "+33612345678"),
            ("0033 (0) 6.12.34.56.78", "+33612345678"),
            ("0033 (0)6.12.34.56.78", "+33612345678"),
            ("+44 (0)20 7946 0018", "+442079460018"),
            ("(+49) (0)30 123456", "+4930123456"),
            // A range that isn't in use yet.
            ("60 12 34 56", "+22760123456"),
        ] {
            assert_eq!(phone(text.to_owned()).unwrap().as_deref(), Some(e164), "{text}");
        }
    }

    #[test]
    fn refuses_what_nobody_can_call() {
        for text in [
            "12",
            "+227 1",
            "abc",
            "+0123456789",
            "+1234567890123456",
            "90 12 34 5x",
            "06 12 34 56 78",
            "+33 6 12 34 56",
            "90 12 34 56 ext 5",
            "90 12 34 56 / 91 22 33 44",
            "٩٠١",
            "90 12 34 5²",
            &"9".repeat(10_000),
        ] {
            assert_eq!(
                phone(text.to_owned()).unwrap_err().code,
                ErrorCode::Invalid,
                "{text}"
            );
        }
    }

    #[test]
    fn shows_numbers_in_groups() {
        assert_eq!(readable_phone("+22790123456"), "+227 90 12 34 56");
        assert_eq!(readable_phone("+33612345678"), "+33 6 12 34 56 78");
        assert_eq!(readable_phone("?"), "?");
    }
}

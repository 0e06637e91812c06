//! The area that a text tells, exact: `"405,30 m²"` is 4,053,000 square centimetres.

/// Square centimetres in a square metre.
const CM2_PER_M2: i64 = 10_000;
const CM2_PER_HECTARE: i64 = 100_000_000;

/// The area in whole square centimetres, when the text tells exactly one: a number with a unit (m², m2, mètres
/// carrés, ha), or a number alone, which is square metres. `None` when it tells none, several, or one that may be read
/// in two ways (`1.405 m²`).
#[must_use]
pub fn square_cm(text: &str) -> Option<i64> {
    let numbers = numbers(text)?;
    let mut measured = numbers
        .iter()
        .filter_map(|(number, rest)| unit(rest).map(|unit| (number, unit)));
    match (measured.next(), measured.next()) {
        (Some((number, unit)), None) => exact(number, unit),
        (None, None) => match numbers.as_slice() {
            [(number, rest)]
                if rest.trim().is_empty() && text.trim().starts_with(|c: char| c.is_ascii_digit()) =>
            {
                exact(number, CM2_PER_M2)
            }
            _ => None,
        },
        _ => None,
    }
}

/// The area in square metres as a decimal text with two decimals at least: `"405.30"`.
#[must_use]
pub fn square_metres(square_cm: i64) -> String {
    let (whole, part) = (square_cm / CM2_PER_M2, square_cm % CM2_PER_M2);
    let digits = format!("{part:04}");
    let shown = digits.trim_end_matches('0');
    format!("{whole}.{shown:0<2}")
}

/// Reads a decimal text of square metres, as a filter has it; `None` when it isn't one.
#[must_use]
pub fn from_square_metres(text: &str) -> Option<i64> {
    let plain = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    let (whole, part) = text.split_once('.').unwrap_or((text, "0"));
    (plain && !whole.is_empty() && !part.is_empty() && !part.contains('.'))
        .then(|| fixed(whole, part.trim_end_matches('0'), CM2_PER_M2))
        .flatten()
}

/// What makes one thing of the numbers on either side of it: a range, a choice, the sides of a rectangle.
const JOINTS: [&str; 12] = ["-", "–", "—", "−", "à", "to", "ou", "or", "et", "and", "x", "×"];

/// The numbers of a text, each with what follows it. `None` when one can't be read without doubt: `300-400`, `10 x 20`,
/// `-5`.
fn numbers(text: &str) -> Option<Vec<(String, String)>> {
    let letters: Vec<char> = text
        .chars()
        .map(|letter| match letter {
            '\u{a0}' | '\u{202f}' | '\u{2009}' => ' ',
            other => other,
        })
        .collect();
    let digit = |at: usize| letters.get(at).is_some_and(char::is_ascii_digit);
    let mut found = Vec::new();
    let mut at = 0;
    let mut last_end = None;
    while at < letters.len() {
        if !digit(at) {
            at += 1;
            continue;
        }
        let start = at;
        let before = start.checked_sub(1).map(|before| letters[before]);
        // "R+2" counts floors, "T4" rooms: neither goes on as a grouped number.
        let counts_something = before.is_some_and(|letter| letter == '+' || letter.is_alphanumeric());
        while at < letters.len() {
            let grouped = letters[at] == ' ' && (1..=3).all(|ahead| digit(at + ahead)) && !digit(at + 4);
            let separated = matches!(letters[at], '.' | ',') && digit(at + 1);
            if digit(at) || (!counts_something && (grouped || separated)) {
                at += 1;
            } else {
                break;
            }
        }
        if !counts_something {
            let between: String = letters[last_end.unwrap_or(0)..start].iter().collect();
            let between = between.trim().to_lowercase();
            let is_negative = last_end.is_none() && matches!(before, Some('-' | '−'));
            if is_negative || (last_end.is_some() && JOINTS.contains(&between.as_str())) {
                return None;
            }
            last_end = Some(at);
            found.push((
                letters[start..at].iter().collect(),
                letters[at..].iter().collect(),
            ));
        }
    }
    Some(found)
}

/// What the text after a number says it counts, in square centimetres.
fn unit(rest: &str) -> Option<i64> {
    let rest = deunicode::deunicode(rest.trim_start()).to_lowercase();
    let ends = |length: usize| !rest[length..].starts_with(|letter: char| letter.is_ascii_alphanumeric());
    let is = |unit: &str| rest.starts_with(unit) && ends(unit.len());
    if [
        "m2",
        "m^2",
        "metres carres",
        "metre carre",
        "square metres",
        "sq m",
        "sqm",
    ]
    .iter()
    .any(|unit| is(unit))
    {
        Some(CM2_PER_M2)
    } else if is("ha") || is("hectares") || is("hectare") {
        Some(CM2_PER_HECTARE)
    } else {
        None
    }
}

fn exact(number: &str, unit: i64) -> Option<i64> {
    let number = number.replace(' ', "");
    let points = number.matches('.').count();
    let commas = number.matches(',').count();
    let decimal = match (points, commas) {
        (0, 0) => None,
        (1, 0) => Some('.'),
        (0, 1) => Some(','),
        // "1.405,30" and "1,405.30": the last one is the decimal's.
        (_, 1) if number.rfind(',') > number.rfind('.') => Some(','),
        (1, _) if number.rfind('.') > number.rfind(',') => Some('.'),
        _ => return None,
    };
    let (whole, part) = decimal
        .and_then(|sign| number.split_once(sign))
        .unwrap_or((&number, ""));
    // "1.405" may be a thousand and more, or one and a bit.
    if points + commas == 1 && part.len() == 3 {
        return None;
    }
    let mut groups = whole.split(['.', ',']);
    groups.next();
    if groups.any(|group| group.len() != 3) {
        return None;
    }
    fixed(&whole.replace(['.', ','], ""), part.trim_end_matches('0'), unit).filter(|area| *area > 0)
}

fn fixed(whole: &str, part: &str, unit: i64) -> Option<i64> {
    let decimals = unit
        .checked_ilog10()
        .and_then(|digits| usize::try_from(digits).ok())?;
    if part.len() > decimals {
        return None;
    }
    let part: i64 = format!("{part:0<decimals$}").parse().ok()?;
    whole.parse::<i64>().ok()?.checked_mul(unit)?.checked_add(part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_one_area_says() {
        for (text, cm2) in [
            ("405,30 m²", 4_053_000),
            ("405,30\u{a0}m²", 4_053_000),
            ("405.3m2", 4_053_000),
            ("1 405,30 m²", 14_053_000),
            ("1\u{202f}405\u{a0}m²", 14_050_000),
            ("1.405,30 m²", 14_053_000),
            ("1,405.30 m²", 14_053_000),
            ("Environ 400 m² habitables", 4_000_000),
            ("R+2, 405,30 m²", 4_053_000),
            ("R+2 405 m²", 4_050_000),
            ("3 chambres - 405 m²", 4_050_000),
            ("Villa - 405 m²", 4_050_000),
            ("420", 4_200_000),
            ("405,3012 mètres carrés", 4_053_012),
            ("1,5 ha", 150_000_000),
        ] {
            assert_eq!(square_cm(text), Some(cm2), "{text}");
        }
        for text in [
            "",
            "sur mesure",
            "400 – 450 m² et 30 m²",
            "300-400 m²",
            "300 à 400 m²",
            "10 x 20 m",
            "-5 m²",
            "Surface : −5 m²",
            "1.405 m²",
            "0 m²",
            "405,30123 m²",
            "3 chambres",
        ] {
            assert_eq!(square_cm(text), None, "{text}");
        }
    }

    #[test]
    fn writes_and_reads_square_metres_exactly() {
        assert_eq!(square_metres(4_053_000), "405.30");
        assert_eq!(square_metres(4_053_012), "405.3012");
        assert_eq!(square_metres(4_000_000), "400.00");
        assert_eq!(from_square_metres("405.3"), Some(4_053_000));
        assert_eq!(from_square_metres("400"), Some(4_000_000));
        for wrong in ["", "-1", "1e3", "1.2.3", ".5", "1.23456"] {
            assert_eq!(from_square_metres(wrong), None, "{wrong}");
        }
    }
}

//! The language that a caller asks for: `Accept-Language` (RFC 9110, 12.5.4), of which French and English are spoken here.

use axum::http::{HeaderMap, header};

use platform::actor::Locale;

/// The language preferred by the header, and French where it prefers none of ours.
///
/// `fr-NE` counts as French and `en-US` as English; `*` is whatever isn't named, and French first. The crates for it
/// either ignore the qualities (fluent-langneg) or sort by floats that a client may set to NaN (accept-language).
#[must_use]
pub fn asked_for(headers: &HeaderMap) -> Locale {
    let (mut french, mut english, mut others) = (None, None, 0);
    let ranges = headers
        .get_all(header::ACCEPT_LANGUAGE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','));
    for (place, range) in ranges.enumerate() {
        let (tag, parameters) = range.split_once(';').unwrap_or((range, ""));
        let quality = parameters
            .trim()
            .strip_prefix(['q', 'Q'])
            .and_then(|rest| rest.trim_start().strip_prefix('='))
            .map_or(1000, |quality| thousandths(quality.trim()));
        let language = tag.trim().split('-').next().unwrap_or_default();
        let wanted = match language.to_ascii_lowercase().as_str() {
            "fr" => &mut french,
            "en" => &mut english,
            "*" => {
                others = quality;
                continue;
            }
            _ => continue,
        };
        // Of several ranges the best counts, and of two alike the one that was named first.
        if wanted.is_none_or(|(best, _)| quality > best) {
            *wanted = Some((quality, place));
        }
    }
    let unnamed = (others, usize::MAX);
    let (french, english) = (french.unwrap_or(unnamed), english.unwrap_or(unnamed));
    let is_english = english.0 > french.0 || english.0 == french.0 && english.0 > 0 && english.1 < french.1;
    if is_english { Locale::En } else { Locale::Fr }
}

/// A quality value (RFC 9110, 12.4.2) in thousandths.
pub(super) fn thousandths(quality: &str) -> u16 {
    let (whole, fraction) = quality.split_once('.').unwrap_or((quality, ""));
    let fraction: String = fraction.chars().chain("000".chars()).take(3).collect();
    if whole == "0" {
        fraction.parse().unwrap_or(1000)
    } else {
        1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn language(value: &str) -> Locale {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT_LANGUAGE, value.parse().unwrap());
        asked_for(&headers)
    }

    #[test]
    fn the_preferred_of_both_languages_is_taken() {
        for english in [
            "en",
            "EN-gb",
            "en-US,en;q=0.9,fr;q=0.8",
            "de, en;q=0.5",
            "en, fr",
            "fr;q=0.5, en;q=0.6",
            "fr;q=0, *",
            "fr;q=0.1, *;q=0.5",
            "ha, dje;q=0.9, en;q = 0.2",
        ] {
            assert_eq!(language(english), Locale::En, "{english}");
        }
        for french in [
            "fr",
            "fr-NE",
            "en;q=0.1, fr",
            "en;q=0.8, fr-CA;q=0.9",
            "en;q=0",
            "fr;q=0, en;q=0",
            "*",
            "en;q=0.1, *",
            "en;q=0.1, *;q=0.5",
            "de",
            "ha, dje",
            "",
            ",,;;q=,",
            "enough",
            "nonsense !!",
        ] {
            assert_eq!(language(french), Locale::Fr, "{french}");
        }
        assert_eq!(asked_for(&HeaderMap::new()), Locale::Fr);
    }

    #[test]
    fn several_headers_are_one() {
        let mut headers = HeaderMap::new();
        headers.append(header::ACCEPT_LANGUAGE, "de".parse().unwrap());
        headers.append(header::ACCEPT_LANGUAGE, "en".parse().unwrap());
        assert_eq!(asked_for(&headers), Locale::En);
    }
}

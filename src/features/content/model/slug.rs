//! What a record is called in the addresses of the website.

use icu_properties::{CodePointMapData, props::GeneralCategory};

use platform::{form::Fault, message, text::one_line};

/// The longest slug, in characters, its number included.
pub const MAX_SLUG: usize = 100;
/// Room for the number of a repeated one.
const MAX_BASE: usize = 90;

/// The slug of a title: `L'Œuvre d'Émile` → `l-oeuvre-d-emile`; `fallback` when nothing of it can be written so.
#[must_use]
pub fn from_title(title: &str, fallback: &str) -> String {
    let slug = slug::slugify(spoken(title));
    let mut end = slug.len().min(MAX_BASE);
    if slug.len() > MAX_BASE {
        // Whole words, if there is more than one.
        end = slug[..=MAX_BASE].rfind('-').unwrap_or(end);
    }
    let slug = slug[..end].trim_matches('-');
    if slug.is_empty() {
        fallback.to_owned()
    } else {
        slug.to_owned()
    }
}

/// The title as far as it is said in letters. French typography sets ' and ’ alike; a sign such as ° or ™ is no word
/// (transliterated, it would become one: "n° 12" is no "ndeg 12"), º is what keyboards give for °, and № is n° in one.
fn spoken(title: &str) -> String {
    let categories = CodePointMapData::<GeneralCategory>::new();
    title
        .replace('№', " n ")
        .chars()
        .map(|letter| match letter {
            '’' => '\'',
            'º' | 'ª' => ' ',
            sign if categories.get(sign) == GeneralCategory::OtherSymbol => ' ',
            letter => letter,
        })
        .collect()
}

/// The slug of the `number`th record of a title.
#[must_use]
pub fn numbered(base: &str, number: u32) -> String {
    if number < 2 {
        base.to_owned()
    } else {
        format!("{base}-{number}")
    }
}

/// Whether a slug was made from the base and perhaps a number.
#[must_use]
pub fn is_made_from(slug: &str, base: &str) -> bool {
    slug.strip_prefix(base).is_some_and(|rest| {
        rest.is_empty()
            || rest
                .strip_prefix('-')
                .is_some_and(|number| number.parse::<u32>().is_ok())
    })
}

/// The first of `base`, `base-2`, `base-3`… that isn't taken.
#[must_use]
pub fn first_free(base: &str, taken: impl Fn(&str) -> bool) -> String {
    (1..)
        .map(|number| numbered(base, number))
        .find(|slug| !taken(slug))
        .unwrap_or_default()
}

/// The rule of a slug that a person wrote.
///
/// # Errors
/// INVALID, with what would be right.
pub fn written(text: &str) -> Result<String, Fault> {
    let text = one_line(text);
    let text = text.as_str();
    if !text.is_empty() && text.len() <= MAX_SLUG && slug::slugify(text) == text {
        return Ok(text.to_owned());
    }
    Err(Fault::invalid(message!(
        "slug-malformed",
        max = MAX_SLUG,
        example = from_title(text, "villa-plateau")
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_slugs() {
        for (title, slug) in [
            ("Villa Élégance", "villa-elegance"),
            ("L'œuvre d’Émile", "l-oeuvre-d-emile"),
            ("Ænigme & ﬁnition à Œdo", "aenigme-finition-a-oedo"),
            ("Maison de 405,30 m²", "maison-de-405-30-m2"),
            ("E\u{301}cole", "ecole"),
            ("  --Déjà vu!! ", "deja-vu"),
            ("Lot n° 12", "lot-n-12"),
            ("Lot N°12", "lot-n-12"),
            ("Lot nº 12", "lot-n-12"),
            ("№ 7", "n-7"),
            ("Lot №7", "lot-n-7"),
            ("🏠 Belle Maison™", "belle-maison"),
            ("!!!", "realisation"),
        ] {
            assert_eq!(from_title(title, "realisation"), slug, "{title}");
        }
        let long = from_title(&"maison ".repeat(40), "x");
        assert!(long.len() <= MAX_BASE && long.ends_with("maison"));
        assert_eq!(from_title(&"a".repeat(300), "x").len(), MAX_BASE);
    }

    #[test]
    fn repeated_ones_are_numbered() {
        let taken = ["villa", "villa-2"];
        assert_eq!(first_free("villa", |slug| taken.contains(&slug)), "villa-3");
        assert!(is_made_from("villa-12", "villa") && is_made_from("villa", "villa"));
        assert!(!is_made_from("villa-bleue", "villa") && !is_made_from("vill", "villa"));
    }

    #[test]
    fn written_ones_are_checked() {
        assert_eq!(written(" villa-2 ").unwrap(), "villa-2");
        for wrong in [
            "",
            "Villa",
            "villa--2",
            "-villa",
            "villé",
            "a/b",
            &"a".repeat(101),
        ] {
            assert!(written(wrong).is_err(), "{wrong}");
        }
        assert_eq!(
            written("Villa Élégance").unwrap_err().message,
            message!("slug-malformed", max = MAX_SLUG, example = "villa-elegance")
        );
    }
}

//! Amounts in words, as an invoice must state them: pure, exact, for every amount that fits.
//!
//! French follows the traditional orthography (before the 1990 rectifications), the one that banks and notaries
//! write: hyphens only inside what is below one hundred and not beside `et`; `vingt` and `cent` take an `s` only
//! when multiplied and last of their number, or before the nouns `million`, `milliard`…; `mille` never changes;
//! those nouns are joined to what they count by `de`. Source: Académie française, « Questions de langue »,
//! « Cent, mille, vingt » and « Nombres (écriture, lecture, accord) »; Grevisse, Le Bon usage, § 595–599. Large
//! numbers go by the long scale in French (10¹² is `un billion`) and by the short scale in English.

use crate::{Currency, Language};

/// An amount that cannot be put in words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an amount below zero has no words: state how much is owed and by whom instead")]
pub struct NegativeAmount;

/// The amount in words with its currency: `un million deux cent mille francs CFA`,
/// `mille deux cent trente-quatre euros et cinquante centimes`.
///
/// `minor_units` counts the smallest unit of the currency: francs for XOF, cents for EUR and USD. Subunits are
/// left out when there are none.
///
/// # Errors
/// For an amount below zero.
pub fn amount_in_words(
    minor_units: i128,
    currency: Currency,
    language: Language,
) -> Result<String, NegativeAmount> {
    let minor = u128::try_from(minor_units).map_err(|_| NegativeAmount)?;
    let per_unit = 10_u128.pow(u32::from(currency.decimals()));
    let (units, subunits) = (minor / per_unit, minor % per_unit);
    let names = Names::of(currency, language);
    let mut words = match language {
        Language::Fr => french_amount(units, &names),
        Language::En => {
            format!(
                "{} {}",
                english(units),
                if units == 1 { names.one } else { names.many }
            )
        }
    };
    if subunits > 0 {
        let (joint, number, plural) = match language {
            Language::Fr => (" et ", french(subunits), subunits > 1),
            Language::En => (" and ", english(subunits), subunits != 1),
        };
        words.push_str(joint);
        words.push_str(&number);
        words.push(' ');
        words.push_str(if plural { names.sub_many } else { names.sub_one });
    }
    Ok(words)
}

/// What a currency and its subunit are called.
struct Names {
    one: &'static str,
    many: &'static str,
    sub_one: &'static str,
    sub_many: &'static str,
}

impl Names {
    const fn of(currency: Currency, language: Language) -> Self {
        let (one, many, sub_one, sub_many) = match (currency, language) {
            (Currency::Xof, Language::Fr) => ("franc CFA", "francs CFA", "", ""),
            (Currency::Xof, Language::En) => ("CFA franc", "CFA francs", "", ""),
            (Currency::Eur, Language::Fr) => ("euro", "euros", "centime", "centimes"),
            (Currency::Eur, Language::En) => ("euro", "euros", "cent", "cents"),
            (Currency::Usd, Language::Fr) => {
                ("dollar américain", "dollars américains", "centime", "centimes")
            }
            (Currency::Usd, Language::En) => ("US dollar", "US dollars", "cent", "cents"),
        };
        Self {
            one,
            many,
            sub_one,
            sub_many,
        }
    }
}

/// French counts zero and one in the singular, and says `un million d'euros`, `deux milliards de francs`.
fn french_amount(units: u128, names: &Names) -> String {
    let number = french(units);
    let name = if units > 1 { names.many } else { names.one };
    let ends_with_noun = units >= 1_000_000 && units.is_multiple_of(1_000_000);
    match (ends_with_noun, name.starts_with('e')) {
        (true, true) => format!("{number} d’{name}"),
        (true, false) => format!("{number} de {name}"),
        (false, _) => format!("{number} {name}"),
    }
}

const FRENCH_UNITS: [&str; 20] = [
    "zéro", "un", "deux", "trois", "quatre", "cinq", "six", "sept", "huit", "neuf", "dix", "onze", "douze",
    "treize", "quatorze", "quinze", "seize", "dix-sept", "dix-huit", "dix-neuf",
];
const FRENCH_TENS: [&str; 7] = ["", "", "vingt", "trente", "quarante", "cinquante", "soixante"];
/// The nouns for 10⁶, 10⁹, 10¹² … 10³⁶: enough for every `u128`.
const FRENCH_SCALE: [&str; 11] = [
    "million",
    "milliard",
    "billion",
    "billiard",
    "trillion",
    "trilliard",
    "quadrillion",
    "quadrilliard",
    "quintillion",
    "quintilliard",
    "sextillion",
];

/// The cardinal number in French.
fn french(number: u128) -> String {
    if number == 0 {
        return FRENCH_UNITS[0].to_owned();
    }
    let mut words = Vec::new();
    for (group, exponent) in groups(number) {
        match exponent {
            0 => words.push(french_below_thousand(group, true)),
            // « mille », never « un mille »; an adjective, so « quatre-vingt mille », « deux cent mille ».
            1 if group == 1 => words.push("mille".to_owned()),
            1 => words.push(format!("{} mille", french_below_thousand(group, false))),
            noun => {
                let plural = if group > 1 { "s" } else { "" };
                let count = french_below_thousand(group, true);
                words.push(format!("{count} {}{plural}", FRENCH_SCALE[noun - 2]));
            }
        }
    }
    words.join(" ")
}

/// 1 to 999; `last` when no `mille` follows, so that `vingts` and `cents` take their `s`.
fn french_below_thousand(number: usize, last: bool) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let cents = if last && rest == 0 { "cents" } else { "cent" };
    match (hundreds, rest) {
        (0, _) => french_below_hundred(rest, last),
        (1, 0) => "cent".to_owned(),
        (1, _) => format!("cent {}", french_below_hundred(rest, last)),
        (_, 0) => format!("{} {cents}", FRENCH_UNITS[hundreds]),
        _ => format!(
            "{} cent {}",
            FRENCH_UNITS[hundreds],
            french_below_hundred(rest, last)
        ),
    }
}

/// 1 to 99.
fn french_below_hundred(number: usize, last: bool) -> String {
    match number {
        0..20 => FRENCH_UNITS[number].to_owned(),
        71 => "soixante et onze".to_owned(),
        80 if last => "quatre-vingts".to_owned(),
        80 => "quatre-vingt".to_owned(),
        70..80 => format!("soixante-{}", FRENCH_UNITS[number - 60]),
        81..100 => format!("quatre-vingt-{}", FRENCH_UNITS[number - 80]),
        _ => match (FRENCH_TENS[number / 10], number % 10) {
            (tens, 0) => tens.to_owned(),
            (tens, 1) => format!("{tens} et un"),
            (tens, units) => format!("{tens}-{}", FRENCH_UNITS[units]),
        },
    }
}

const ENGLISH_UNITS: [&str; 20] = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
];
const ENGLISH_TENS: [&str; 10] = [
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety",
];
/// The names for 10³, 10⁶ … 10³⁶.
const ENGLISH_SCALE: [&str; 12] = [
    "thousand",
    "million",
    "billion",
    "trillion",
    "quadrillion",
    "quintillion",
    "sextillion",
    "septillion",
    "octillion",
    "nonillion",
    "decillion",
    "undecillion",
];

/// The cardinal number in British English: `one thousand two hundred and one`, `one thousand and one`.
fn english(number: u128) -> String {
    if number == 0 {
        return ENGLISH_UNITS[0].to_owned();
    }
    let mut words = Vec::new();
    for (group, exponent) in groups(number) {
        let said = english_below_thousand(group);
        if exponent > 0 {
            words.push(format!("{said} {}", ENGLISH_SCALE[exponent - 1]));
        } else if group < 100 && number >= 1000 {
            words.push(format!("and {said}"));
        } else {
            words.push(said);
        }
    }
    words.join(" ")
}

/// 1 to 999.
fn english_below_thousand(number: usize) -> String {
    let (hundreds, rest) = (number / 100, number % 100);
    let below_hundred = match rest {
        0..20 => ENGLISH_UNITS[rest].to_owned(),
        _ if rest.is_multiple_of(10) => ENGLISH_TENS[rest / 10].to_owned(),
        _ => format!("{}-{}", ENGLISH_TENS[rest / 10], ENGLISH_UNITS[rest % 10]),
    };
    match (hundreds, rest) {
        (0, _) => below_hundred,
        (_, 0) => format!("{} hundred", ENGLISH_UNITS[hundreds]),
        _ => format!("{} hundred and {below_hundred}", ENGLISH_UNITS[hundreds]),
    }
}

/// The groups of three digits that are not zero, largest first, each with its power of a thousand.
fn groups(mut number: u128) -> Vec<(usize, usize)> {
    let mut groups = Vec::new();
    let mut exponent = 0;
    while number > 0 {
        // A remainder below a thousand always fits.
        let group = usize::try_from(number % 1000).unwrap_or(0);
        if group > 0 {
            groups.push((group, exponent));
        }
        number /= 1000;
        exponent += 1;
    }
    groups.reverse();
    groups
}

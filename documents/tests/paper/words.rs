//! Amounts in words: the cases that people get wrong, and every other amount read back by a parser that shares nothing
//! with what wrote it.

use documents::{Currency, Language, NegativeAmount, amount_in_words};
use proptest::prelude::*;

fn french(amount: i128, currency: Currency) -> String {
    amount_in_words(amount, currency, Language::Fr).unwrap()
}

fn english(amount: i128, currency: Currency) -> String {
    amount_in_words(amount, currency, Language::En).unwrap()
}

#[test]
fn french_francs() {
    for (francs, words) in [
        (0, "zéro franc CFA"),
        (1, "un franc CFA"),
        (2, "deux francs CFA"),
        (16, "seize francs CFA"),
        (17, "dix-sept francs CFA"),
        (20, "vingt francs CFA"),
        (21, "vingt et un francs CFA"),
        (22, "vingt-deux francs CFA"),
        (61, "soixante et un francs CFA"),
        (70, "soixante-dix francs CFA"),
        (71, "soixante et onze francs CFA"),
        (77, "soixante-dix-sept francs CFA"),
        (80, "quatre-vingts francs CFA"),
        (81, "quatre-vingt-un francs CFA"),
        (91, "quatre-vingt-onze francs CFA"),
        (99, "quatre-vingt-dix-neuf francs CFA"),
        (100, "cent francs CFA"),
        (101, "cent un francs CFA"),
        (180, "cent quatre-vingts francs CFA"),
        (200, "deux cents francs CFA"),
        (201, "deux cent un francs CFA"),
        (280, "deux cent quatre-vingts francs CFA"),
        (999, "neuf cent quatre-vingt-dix-neuf francs CFA"),
        (1_000, "mille francs CFA"),
        (1_001, "mille un francs CFA"),
        (1_100, "mille cent francs CFA"),
        (2_000, "deux mille francs CFA"),
        (21_000, "vingt et un mille francs CFA"),
        (80_000, "quatre-vingt mille francs CFA"),
        (80_080, "quatre-vingt mille quatre-vingts francs CFA"),
        (200_000, "deux cent mille francs CFA"),
        (280_000, "deux cent quatre-vingt mille francs CFA"),
        (1_000_000, "un million de francs CFA"),
        (1_000_001, "un million un francs CFA"),
        (1_200_000, "un million deux cent mille francs CFA"),
        (80_000_000, "quatre-vingts millions de francs CFA"),
        (200_000_000, "deux cents millions de francs CFA"),
        (1_000_000_000, "un milliard de francs CFA"),
        (2_000_000_000, "deux milliards de francs CFA"),
        (2_001_000_000, "deux milliards un million de francs CFA"),
        (2_000_001_000, "deux milliards mille francs CFA"),
        (1_000_000_000_000, "un billion de francs CFA"),
    ] {
        assert_eq!(french(francs, Currency::Xof), words, "{francs}");
    }
}

#[test]
fn french_euros_and_dollars() {
    for (cents, currency, words) in [
        (0, Currency::Eur, "zéro euro"),
        (1, Currency::Eur, "zéro euro et un centime"),
        (100, Currency::Eur, "un euro"),
        (101, Currency::Eur, "un euro et un centime"),
        (180, Currency::Eur, "un euro et quatre-vingts centimes"),
        (
            123_450,
            Currency::Eur,
            "mille deux cent trente-quatre euros et cinquante centimes",
        ),
        (100_000_000, Currency::Eur, "un million d’euros"),
        (
            100_000_050,
            Currency::Eur,
            "un million d’euros et cinquante centimes",
        ),
        (8_000, Currency::Usd, "quatre-vingts dollars américains"),
        (300_000_000, Currency::Usd, "trois millions de dollars américains"),
    ] {
        assert_eq!(french(cents, currency), words, "{cents}");
    }
}

#[test]
fn english_amounts() {
    for (minor, currency, words) in [
        (0, Currency::Xof, "zero CFA francs"),
        (1, Currency::Xof, "one CFA franc"),
        (21, Currency::Xof, "twenty-one CFA francs"),
        (80, Currency::Xof, "eighty CFA francs"),
        (101, Currency::Xof, "one hundred and one CFA francs"),
        (1_001, Currency::Xof, "one thousand and one CFA francs"),
        (
            1_201,
            Currency::Xof,
            "one thousand two hundred and one CFA francs",
        ),
        (1_000_000, Currency::Xof, "one million CFA francs"),
        (1_000_000_000, Currency::Xof, "one billion CFA francs"),
        (101, Currency::Eur, "one euro and one cent"),
        (
            174_477,
            Currency::Usd,
            "one thousand seven hundred and forty-four US dollars and seventy-seven cents",
        ),
    ] {
        assert_eq!(english(minor, currency), words, "{minor}");
    }
}

#[test]
fn less_than_nothing_has_no_words() {
    for language in [Language::Fr, Language::En] {
        assert_eq!(amount_in_words(-1, Currency::Xof, language), Err(NegativeAmount));
        assert_eq!(
            amount_in_words(i128::MIN, Currency::Eur, language),
            Err(NegativeAmount)
        );
        assert!(amount_in_words(i128::MAX, Currency::Eur, language).is_ok());
    }
}

/// Amounts of every length, not only the longest.
fn amounts() -> impl Strategy<Value = i128> {
    (0_u32..127, any::<u128>()).prop_map(|(bits, random)| {
        let mask = (1_u128 << bits) - 1;
        i128::try_from(random & mask).unwrap()
    })
}

/// Amounts with many zeros, where plurals and `de` change.
fn round_amounts() -> impl Strategy<Value = i128> {
    (0_i128..1_000, 0_u32..10, 0_i128..1_000, 0_u32..10)
        .prop_map(|(a, m, b, n)| a * 10_i128.pow(3 * m) + b * 10_i128.pow(3 * n))
}

fn currencies() -> impl Strategy<Value = Currency> {
    prop_oneof![Just(Currency::Xof), Just(Currency::Eur), Just(Currency::Usd)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_read_back_as_the_amount(
        amount in prop_oneof![amounts(), round_amounts()],
        currency in currencies(),
    ) {
        let words = french(amount, currency);
        prop_assert_eq!(read(&words, &FRENCH, currency), Some(amount), "{}", words);
        let words = english(amount, currency);
        prop_assert_eq!(read(&words, &ENGLISH, currency), Some(amount), "{}", words);
    }

    #[test]
    fn amounts_that_differ_have_words_that_differ(a in amounts(), b in amounts(), currency in currencies()) {
        prop_assert_eq!(a == b, french(a, currency) == french(b, currency));
        prop_assert_eq!(a == b, english(a, currency) == english(b, currency));
    }

    #[test]
    fn french_plurals_stand_only_where_they_may(amount in prop_oneof![amounts(), round_amounts()]) {
        let words = french(amount, Currency::Xof);
        let words: Vec<&str> = words.split([' ', '-']).collect();
        for pair in words.windows(2) {
            let may = pair[1].starts_with("franc") || pair[1] == "de"
                || pair[1].contains("illi") || pair[1].contains("rilli");
            if pair[0] == "cents" || pair[0] == "vingts" {
                prop_assert!(may, "{:?}", pair);
            }
            prop_assert!(pair[0] != "milles");
            prop_assert!(!(pair[0] == "un" && pair[1] == "mille") || amount >= 21_000, "{:?}", pair);
        }
    }
}

/// What a language's words are worth.
struct Lexicon {
    below_hundred: &'static [(&'static str, u128)],
    hundred: &'static [&'static str],
    powers: &'static [(&'static str, u32)],
    units: &'static [&'static str],
    subunits: &'static [&'static str],
    silent: &'static [&'static str],
}

const FRENCH: Lexicon = Lexicon {
    below_hundred: &[
        ("zéro", 0),
        ("un", 1),
        ("deux", 2),
        ("trois", 3),
        ("quatre", 4),
        ("cinq", 5),
        ("six", 6),
        ("sept", 7),
        ("huit", 8),
        ("neuf", 9),
        ("dix", 10),
        ("onze", 11),
        ("douze", 12),
        ("treize", 13),
        ("quatorze", 14),
        ("quinze", 15),
        ("seize", 16),
        ("vingt", 20),
        ("vingts", 20),
        ("trente", 30),
        ("quarante", 40),
        ("cinquante", 50),
        ("soixante", 60),
    ],
    hundred: &["cent", "cents"],
    powers: &[
        ("mille", 3),
        ("million", 6),
        ("milliard", 9),
        ("billion", 12),
        ("billiard", 15),
        ("trillion", 18),
        ("trilliard", 21),
        ("quadrillion", 24),
        ("quadrilliard", 27),
        ("quintillion", 30),
        ("quintilliard", 33),
        ("sextillion", 36),
    ],
    units: &["franc", "francs", "euro", "euros", "dollar", "dollars"],
    subunits: &["centime", "centimes"],
    silent: &["et", "de", "d", "CFA", "américain", "américains"],
};

const ENGLISH: Lexicon = Lexicon {
    below_hundred: &[
        ("zero", 0),
        ("one", 1),
        ("two", 2),
        ("three", 3),
        ("four", 4),
        ("five", 5),
        ("six", 6),
        ("seven", 7),
        ("eight", 8),
        ("nine", 9),
        ("ten", 10),
        ("eleven", 11),
        ("twelve", 12),
        ("thirteen", 13),
        ("fourteen", 14),
        ("fifteen", 15),
        ("sixteen", 16),
        ("seventeen", 17),
        ("eighteen", 18),
        ("nineteen", 19),
        ("twenty", 20),
        ("thirty", 30),
        ("forty", 40),
        ("fifty", 50),
        ("sixty", 60),
        ("seventy", 70),
        ("eighty", 80),
        ("ninety", 90),
    ],
    hundred: &["hundred"],
    powers: &[
        ("thousand", 3),
        ("million", 6),
        ("billion", 9),
        ("trillion", 12),
        ("quadrillion", 15),
        ("quintillion", 18),
        ("sextillion", 21),
        ("septillion", 24),
        ("octillion", 27),
        ("nonillion", 30),
        ("decillion", 33),
        ("undecillion", 36),
    ],
    units: &["franc", "francs", "euro", "euros", "dollar", "dollars"],
    subunits: &["cent", "cents"],
    silent: &["and", "CFA", "US"],
};

/// The amount that the words say, word by word: what is below a thousand gathers, a larger noun takes it up.
fn read(words: &str, lexicon: &Lexicon, currency: Currency) -> Option<i128> {
    let (mut minor, mut total, mut group, mut counted) = (0_u128, 0_u128, 0_u128, false);
    let scale = 10_u128.pow(u32::from(currency.decimals()));
    for word in words.split([' ', '-', '’']) {
        let singular = word.strip_suffix('s').unwrap_or(word);
        let power = lexicon
            .powers
            .iter()
            .find(|(name, _)| *name == word || *name == singular);
        if let Some((_, value)) = lexicon.below_hundred.iter().find(|(name, _)| *name == word) {
            counted = true;
            // The one product that French makes below a hundred.
            group = if *value == 20 && group % 100 == 4 {
                group - 4 + 80
            } else {
                group + value
            };
        } else if lexicon.units.contains(&word) {
            minor += (total + group) * scale;
            (total, group, counted) = (0, 0, false);
        } else if lexicon.subunits.contains(&word)
            && !(lexicon.hundred.contains(&word) && counted && minor == 0)
        {
            minor += total + group;
            (total, group) = (0, 0);
        } else if lexicon.hundred.contains(&word) {
            group = group.max(1) * 100;
        } else if let Some((_, exponent)) = power {
            total += group.max(1) * 10_u128.pow(*exponent);
            group = 0;
        } else if !lexicon.silent.contains(&word) {
            return None;
        }
    }
    i128::try_from(minor).ok()
}

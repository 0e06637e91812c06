//! Passwords: hashing that never blocks the async threads, and the rules for a new one.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use icu_normalizer::ComposingNormalizerBorrowed;
use icu_properties::{CodePointMapData, props::GeneralCategory};
use secrecy::{ExposeSecret, SecretString};

use super::hashers::Hashers;
use platform::{
    crypto::random_bytes,
    error::{CommandError, ErrorCode, Violation},
    message,
};

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 8;
/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;

/// How many may wait for a core: some seconds' work, the last to come waits no longer than people do.
const MAX_WAITING: usize = 100;

/// Crockford's base32: no i, l, o or u, so that nothing is mistaken when it is read from a mail.
const TEMPORARY_ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const TEMPORARY_GROUPS: usize = 4;

/// Words that this company's people would think of first, beside zxcvbn's own dictionaries of common passwords
/// (some 30,000), English words and names.
const COMMON_HERE: &[&str] = &[
    "belle house",
    "bellehouse",
    "belle",
    "house",
    "www",
    "https",
    "contact",
    "maison",
    "chantier",
    "client",
    "niamey",
    "niger",
    "maradi",
    "zinder",
    "sahel",
    "azerty",
    "azertyuiop",
    "qsdfghjklm",
    "motdepasse",
    "passe",
    "bonjour",
    "bienvenue",
    "soleil",
    "doudou",
    "chouchou",
    "jetaime",
    "marseille",
    "inchallah",
    "bismillah",
    "alhamdulillah",
    "admin",
    "staff",
    "password",
];

/// All hashing of this process.
static HASHERS: LazyLock<Hashers> = LazyLock::new(|| {
    let cores = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    Hashers::new(cores, MAX_WAITING)
});

/// A hash that no password has: compared when there is no account, so that both take as long.
static NOBODY: LazyLock<String> = LazyLock::new(|| {
    argon2()
        .and_then(|argon2| {
            let hash: PasswordHash = argon2
                .hash_password(&random_bytes::<32>())
                .map_err(|error| anyhow::anyhow!("{error}"))?;
            Ok(hash.to_string())
        })
        .unwrap_or_default()
});

/// OWASP's parameters for argon2id (Password Storage Cheat Sheet): 19 MiB, two passes, one lane.
fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(19_456, 2, 1, None).map_err(|error| anyhow::anyhow!("{error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// A password as it is hashed and compared, whichever keyboard typed it (RFC 8265, OpaqueString): every space is U+0020,
/// and letters are composed (NFC; a Mac may send `é` as `e` and an accent). Case stays.
fn prepared(password: &SecretString) -> SecretString {
    let categories = CodePointMapData::<GeneralCategory>::new();
    let is_space = |letter: char| categories.get(letter) == GeneralCategory::SpaceSeparator;
    let spaced = password.expose_secret().replace(is_space, " ");
    let composed = ComposingNormalizerBorrowed::new_nfc().normalize(&spaced);
    composed.into_owned().into()
}

/// Whether two texts are one password.
pub(super) fn is_same(one: &SecretString, other: &SecretString) -> bool {
    prepared(one).expose_secret() == prepared(other).expose_secret()
}

/// Whether a text is longer than any password: then it isn't hashed.
pub(super) fn is_too_long(password: &SecretString) -> bool {
    // Composed letters are fewer; no letter is composed of more than this many.
    const LONGEST_LETTER: usize = 4;
    let typed = password.expose_secret().chars().count();
    typed > MAX_LENGTH * LONGEST_LETTER || prepared(password).expose_secret().chars().count() > MAX_LENGTH
}

/// Hashes a password with argon2id.
///
/// # Errors
/// [`CommandError::RateLimited`] when too many wait already.
pub async fn hash(password: &SecretString) -> Result<String, CommandError> {
    let password = prepared(password);
    HASHERS
        .run(move || {
            let hash: PasswordHash = argon2()?
                .hash_password(password.expose_secret().as_bytes())
                .map_err(|error| anyhow::anyhow!("hashing a password: {error}"))?;
            Ok(hash.to_string())
        })
        .await
}

/// Whether `password` is the one that was hashed. Without a hash the answer is no, after as much work.
///
/// # Errors
/// [`CommandError::RateLimited`] when too many wait already; otherwise when the stored hash is damaged.
pub async fn verify(password: &SecretString, hash: Option<&str>) -> Result<bool, CommandError> {
    let password = prepared(password);
    let hash = hash.map(str::to_owned);
    HASHERS
        .run(move || {
            // Made here in either case, or the first unknown address would take twice as long.
            let nobody = NOBODY.as_str();
            let stored = hash.as_deref().unwrap_or(nobody);
            let parsed =
                PasswordHash::new(stored).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
            let matches = argon2()?
                .verify_password(password.expose_secret().as_bytes(), &parsed)
                .is_ok();
            Ok(matches && hash.is_some())
        })
        .await
}

/// A random temporary password: 80 bits in four groups, easy to read and to type on a phone.
#[must_use]
pub fn temporary() -> SecretString {
    let letters = random_bytes::<{ TEMPORARY_GROUPS * 4 }>()
        .map(|byte| char::from(TEMPORARY_ALPHABET[usize::from(byte) % TEMPORARY_ALPHABET.len()]));
    letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>())
        .collect::<Vec<_>>()
        .join("-")
        .into()
}

/// Checks a new password: 8 to 128 characters, no composition rules, and not easily guessed by somebody who
/// knows what `about` says of the person (name, address, number).
///
/// # Errors
/// A violation at `field` that says how to do better; [`CommandError::RateLimited`] when too many wait already.
pub async fn check_new(
    password: &SecretString,
    about: Vec<String>,
    field: &'static [&'static str],
) -> Result<Result<(), Violation>, CommandError> {
    if is_too_long(password) {
        return Ok(Err(Violation::new(
            ErrorCode::TooLong,
            field.iter().copied(),
            message!("password-too-long", max = MAX_LENGTH),
        )));
    }
    let password = prepared(password);
    let length = password.expose_secret().chars().count();
    if length < MIN_LENGTH {
        return Ok(Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            message!("password-too-short", min = MIN_LENGTH),
        )));
    }
    let strong = HASHERS
        .run(move || Ok(is_strong(password.expose_secret(), &about)))
        .await?;
    Ok(if strong {
        Ok(())
    } else {
        Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            message!("password-easy"),
        ))
    })
}

fn is_strong(password: &str, about: &[String]) -> bool {
    // zxcvbn compares in lower case; the parts of a name or an address are as easily guessed as the whole.
    let personal: Vec<String> = about
        .iter()
        .flat_map(|text| {
            let text = text.to_lowercase();
            let parts: Vec<String> = text
                .split(|c: char| !c.is_alphanumeric())
                .filter(|part| part.chars().count() > 2)
                .map(str::to_owned)
                .collect();
            parts.into_iter().chain([text])
        })
        .collect();
    let inputs: Vec<&str> = personal
        .iter()
        .map(String::as_str)
        .chain(COMMON_HERE.iter().copied())
        .collect();
    zxcvbn::zxcvbn(password, &inputs).score() >= zxcvbn::Score::Three && !is_around_names(password, &inputs)
}

/// Whether a password is names and words that anybody would try here (`known`, in lower case), forwards or backwards, with a
/// year, signs between them, or digits for letters: `Belle-House-2026`, `www.bellehouse.ne`, `esuoHelleB`. zxcvbn takes each sign for a guess of its own.
/// What is left besides must be as long as a password.
fn is_around_names(password: &str, known: &[&str]) -> bool {
    let letters = |text: &str| -> String {
        let plain = deunicode::deunicode(text).to_lowercase();
        plain.chars().filter(char::is_ascii_alphanumeric).collect()
    };
    let mut words: Vec<String> = known.iter().map(|word| letters(word)).collect();
    words.retain(|word| word.len() > 2);
    let backwards: Vec<String> = words.iter().map(|word| word.chars().rev().collect()).collect();
    words.extend(backwards);
    // "bellehouse" before "belle", or parts of words would be left over.
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let without_leet: String = password
        .chars()
        .map(|letter| match letter {
            '0' => 'o',
            '1' | '!' => 'i',
            '3' => 'e',
            '4' | '@' => 'a',
            '5' | '$' => 's',
            '7' => 't',
            other => other,
        })
        .collect();
    [password, &without_leet].into_iter().any(|text| {
        let whole = letters(text);
        // A sign keeps what stood around a word from becoming one.
        let rest = words
            .iter()
            .fold(whole.clone(), |rest, word| rest.replace(word.as_str(), "."));
        rest.contains('.') && {
            let parts = rest.split('.').map(|part| part.len() - digits_of_years(part));
            parts.sum::<usize>() < MIN_LENGTH
        }
    })
}

/// How many characters of `text` are years of our time: `20262027` has eight.
fn digits_of_years(text: &str) -> usize {
    let mut counted = 0;
    let mut rest = text;
    while let Some(at) = rest.find(|letter: char| letter.is_ascii_digit()) {
        rest = &rest[at..];
        let is_year = (rest.starts_with("19") || rest.starts_with("20"))
            && rest.len() >= 4
            && rest.as_bytes()[..4].iter().all(u8::is_ascii_digit);
        let step = if is_year { 4 } else { 1 };
        counted += if is_year { 4 } else { 0 };
        rest = &rest[step..];
    }
    counted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_easy_passwords_from_hard_ones() {
        let about = [
            "Zaïnab Issoufou".to_owned(),
            "zainab.issoufou@example.ne".to_owned(),
        ];
        for easy in [
            "password123",
            "motdepasse1",
            "azertyuiop",
            "Bonjour2026",
            "BelleHouse2026",
            "esuoHelleB2026",
            "6202esuoHelleB",
            "esuoh-elleB-2026",
            "uofuossi1987",
            "issoufou1987",
            "aaaaaaaaaaaa",
            "12345678910",
            "zainab.issoufou@example.ne",
            "Belle-House-2026",
            "belle_house_20262027",
            "B3lle-H0use-2026!",
            "www.bellehouse.ne",
            "https://www.bellehouse.ne/",
            "contact@bellehouse.ne",
            "Bèlle-Hoùse-Niger-2026",
            "Niamey/2026/Chantier",
            "Zaïnab+Issoufou+1987",
        ] {
            assert!(!is_strong(easy, &about), "{easy}");
        }
        for hard in [
            "tabouret lune girafe orage",
            "k7#vQ2pLx9",
            "quatre chameaux bleus dansent",
            "belle girafe sous la lune",
            "Niamey k7#vQ2pLx9",
        ] {
            assert!(is_strong(hard, &about), "{hard}");
        }
    }

    #[tokio::test]
    async fn a_password_is_the_same_from_every_keyboard() {
        let of = |text: &str| SecretString::from(text);
        let hash = hash(&of("tabourèt lune\u{a0}girafé")).await.unwrap();
        for same in [
            "tabourèt lune girafé",
            "taboure\u{300}t lune girafe\u{301}",
            "tabourèt\u{202f}lune\u{3000}girafé",
        ] {
            assert!(verify(&of(same), Some(&hash)).await.unwrap(), "{same:?}");
            assert!(is_same(&of(same), &of("tabourèt lune girafé")), "{same:?}");
        }
        for other in [
            "Tabourèt lune girafé",
            "tabouret lune girafe",
            "tabourèt lunegirafé",
        ] {
            assert!(!verify(&of(other), Some(&hash)).await.unwrap(), "{other:?}");
        }
        assert!(!is_too_long(&of(&"e\u{301}".repeat(MAX_LENGTH))));
        assert!(is_too_long(&of(&"é".repeat(MAX_LENGTH + 1))));
        assert!(is_too_long(&of(&"e".repeat(1_000_000))));
    }

    #[test]
    fn temporary_passwords_are_strong_and_never_the_same() {
        let (one, other) = (temporary(), temporary());
        assert_ne!(one.expose_secret(), other.expose_secret());
        assert_eq!(one.expose_secret().len(), 19);
        assert!(is_strong(one.expose_secret(), &[]));
    }

    #[tokio::test]
    async fn verifies_what_it_hashed_and_nothing_else() {
        let password = SecretString::from("tabouret lune girafe");
        let hash = hash(&password).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(verify(&password, Some(&hash)).await.unwrap());
        assert!(!verify(&SecretString::from("x"), Some(&hash)).await.unwrap());
        assert!(!verify(&password, None).await.unwrap());
        assert!(!NOBODY.is_empty());
    }
}

//! Passwords: hashing that never blocks the async threads, and the rules for a new one.

use std::sync::LazyLock;

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash},
};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;

use platform::{
    crypto::random_bytes,
    error::{ErrorCode, Violation},
};

/// The shortest password, in characters.
pub const MIN_LENGTH: usize = 8;
/// The longest password, in characters.
pub const MAX_LENGTH: usize = 128;

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

/// As many hashings at once as there are cores: each takes 19 MiB and a core for its whole time, so more would
/// only make all of them slower.
static HASHERS: LazyLock<Semaphore> =
    LazyLock::new(|| Semaphore::new(std::thread::available_parallelism().map_or(2, std::num::NonZero::get)));

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

async fn on_a_core<T: Send + 'static>(
    work: impl FnOnce() -> anyhow::Result<T> + Send + 'static,
) -> anyhow::Result<T> {
    let _core = HASHERS.acquire().await?;
    tokio::task::spawn_blocking(work).await?
}

/// Hashes a password with argon2id.
///
/// # Errors
/// When memory runs out.
pub async fn hash(password: &SecretString) -> anyhow::Result<String> {
    let password = password.clone();
    on_a_core(move || {
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
/// When memory runs out or the stored hash is damaged.
pub async fn verify(password: &SecretString, hash: Option<&str>) -> anyhow::Result<bool> {
    let password = password.clone();
    let hash = hash.map(str::to_owned);
    on_a_core(move || {
        // Made here in either case, or the first unknown address would take twice as long.
        let nobody = NOBODY.as_str();
        let stored = hash.as_deref().unwrap_or(nobody);
        let parsed = PasswordHash::new(stored).map_err(|error| anyhow::anyhow!("a stored hash: {error}"))?;
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
/// A violation at `field` that says how to do better.
pub async fn check_new(
    password: &SecretString,
    about: Vec<String>,
    field: &'static [&'static str],
) -> anyhow::Result<Result<(), Violation>> {
    let length = password.expose_secret().chars().count();
    if length < MIN_LENGTH {
        return Ok(Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            format!("A password has at least {MIN_LENGTH} characters."),
        )));
    }
    if length > MAX_LENGTH {
        return Ok(Err(Violation::new(
            ErrorCode::TooLong,
            field.iter().copied(),
            format!("A password has at most {MAX_LENGTH} characters."),
        )));
    }
    let password = password.clone();
    let strong = on_a_core(move || Ok(is_strong(password.expose_secret(), &about))).await?;
    Ok(if strong {
        Ok(())
    } else {
        Err(Violation::new(
            ErrorCode::Invalid,
            field.iter().copied(),
            "This password is easy to guess. Take four or five unrelated words, or let your phone make one.",
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
    zxcvbn::zxcvbn(password, &inputs).score() >= zxcvbn::Score::Three
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
            "issoufou1987",
            "aaaaaaaaaaaa",
            "12345678910",
            "zainab.issoufou@example.ne",
        ] {
            assert!(!is_strong(easy, &about), "{easy}");
        }
        for hard in [
            "tabouret lune girafe orage",
            "k7#vQ2pLx9",
            "quatre chameaux bleus dansent",
        ] {
            assert!(is_strong(hard, &about), "{hard}");
        }
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

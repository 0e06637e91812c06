//! Who can open a backup: age's X25519 keys, as `age-keygen` makes them too.

use std::{fmt, io::Write as _, path::Path, str::FromStr};

use age::{secrecy::ExposeSecret as _, x25519};
use anyhow::{Context as _, Result, bail};

/// A public key: backups are encrypted to it. Writes as `age1…`.
#[derive(Clone)]
pub struct Recipient(pub(crate) x25519::Recipient);

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl FromStr for Recipient {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.to_ascii_uppercase().starts_with(IDENTITY_PREFIX) {
            return Err(
                "is the secret identity, which must not be on this machine: write its public key, age1…",
            );
        }
        text.parse()
            .map(Self)
            .map_err(|_| "is no public key: write what `belle-house backup keygen` prints, age1…")
    }
}

const IDENTITY_PREFIX: &str = "AGE-SECRET-KEY-";

/// Secret keys: any of them may open a backup. Printing shows nothing.
#[derive(Clone)]
pub struct Identities(Vec<x25519::Identity>);

impl fmt::Debug for Identities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identities(…)")
    }
}

impl Identities {
    /// A new one that exists in memory alone, and its public key.
    pub(crate) fn ephemeral() -> (Self, Recipient) {
        let identity = x25519::Identity::generate();
        let recipient = Recipient(identity.to_public());
        (Self(vec![identity]), recipient)
    }

    /// Reads a file of `AGE-SECRET-KEY-1…`, one a line; lines with `#` are remarks.
    ///
    /// # Errors
    /// When there is none in it.
    pub fn read(path: &Path) -> Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("the identity can't be read from {}", path.display()))?;
        let mut identities = Vec::new();
        for line in text.lines().map(str::trim) {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let Ok(identity) = line.parse::<x25519::Identity>() else {
                bail!(
                    "{} is no identity: it must hold a line that begins with {IDENTITY_PREFIX}1",
                    path.display()
                );
            };
            identities.push(identity);
        }
        if identities.is_empty() {
            bail!(
                "{} holds no line that begins with {IDENTITY_PREFIX}1",
                path.display()
            );
        }
        Ok(Self(identities))
    }

    /// Their public keys.
    #[must_use]
    pub fn recipients(&self) -> Vec<Recipient> {
        self.0
            .iter()
            .map(|identity| Recipient(identity.to_public()))
            .collect()
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &dyn age::Identity> {
        self.0.iter().map(|identity| identity as &dyn age::Identity)
    }
}

/// Makes a pair and writes the secret half into a new file that its owner alone can read. Answers with the public half.
///
/// # Errors
/// When the file exists: an identity that is overwritten takes all of its backups with it.
pub fn generate(path: &Path) -> Result<Recipient> {
    let identity = x25519::Identity::generate();
    let recipient = Recipient(identity.to_public());
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options
        .open(path)
        .with_context(|| format!("{} can't be made", path.display()))?;
    writeln!(
        file,
        "# Opens the backups of Belle House. Keep it away from the server, in two places.\n# public key: {recipient}\n{}",
        identity.to_string().expose_secret()
    )?;
    file.sync_all()?;
    Ok(recipient)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        let recipient = generate(&path).unwrap();
        let read = Identities::read(&path).unwrap();
        assert_eq!(read.recipients()[0].to_string(), recipient.to_string());
        assert!(generate(&path).is_err(), "never overwritten");
        assert_eq!(format!("{read:?}"), "Identities(…)");
        let secret = std::fs::read_to_string(&path).unwrap();
        let secret = secret.lines().last().unwrap();
        assert!(secret.parse::<Recipient>().unwrap_err().contains("secret"));
        assert!("age1nonsense".parse::<Recipient>().is_err());
    }

    #[test]
    fn what_holds_no_identity_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("identity");
        for text in ["", "# only a remark\n", "age1qqqq\n"] {
            std::fs::write(&path, text).unwrap();
            assert!(
                Identities::read(&path)
                    .unwrap_err()
                    .to_string()
                    .contains("AGE-SECRET-KEY-")
            );
        }
    }
}

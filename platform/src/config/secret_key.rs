//! `SECRET_KEY`: required in production; a debug build makes and keeps its own.

use std::{io::Write, net::SocketAddr, os::unix::fs::OpenOptionsExt, path::Path};

use data_encoding::BASE64;
use secrecy::{ExposeSecret, SecretString};

use super::parse::Reader;
use crate::{crypto::random_bytes, private_folder};

/// The shortest secret taken, in characters.
const MIN_LENGTH: usize = 32;
/// The fewest different characters a secret may have: `aaaa…` and `changeme…` are not secrets.
const MIN_DISTINCT: usize = 10;

/// The secret, and whether it was made here.
pub(super) fn read(
    read: &mut Reader<'_>,
    debug: bool,
    data_dir: &Path,
    bind: SocketAddr,
) -> (SecretString, bool) {
    if let Some(secret) = read.optional("SECRET_KEY") {
        if is_weak(&secret) {
            read.error(
                "SECRET_KEY",
                format!("is too weak: take at least {MIN_LENGTH} random characters, such as `openssl rand -base64 48` prints."),
            );
        }
        return (secret.into(), false);
    }
    if !debug {
        read.error(
            "SECRET_KEY",
            "is missing. With DEBUG=false the server does not start without one: set it to what `openssl rand -base64 48` prints.".to_owned(),
        );
        return (String::new().into(), false);
    }
    if !bind.ip().is_loopback() {
        read.error(
            "SECRET_KEY",
            format!("is missing: without one the server listens on loopback alone, and BIND_ADDR is {bind}."),
        );
    }
    match read_or_make(data_dir) {
        Ok(secret) => (secret.into(), true),
        Err(error) => {
            read.error(
                "SECRET_KEY",
                format!(
                    "is missing, and {} cannot hold one: {error}",
                    data_dir.join("secret_key").display()
                ),
            );
            (String::new().into(), true)
        }
    }
}

/// The other secret whose works are good: the one before, or in a roll-out the one to come.
pub(super) fn read_previous(read: &mut Reader<'_>, present: &SecretString) -> Option<SecretString> {
    let secret = read.optional("SECRET_KEY_PREVIOUS")?;
    if is_weak(&secret) {
        read.error(
            "SECRET_KEY_PREVIOUS",
            format!(
                "is too weak to be honoured: it has fewer than {MIN_LENGTH} random characters. Take it away."
            ),
        );
    } else if secret == present.expose_secret() {
        read.error(
            "SECRET_KEY_PREVIOUS",
            "is SECRET_KEY itself: `belle-house rotate-key` prints a new one, and what to do with it."
                .to_owned(),
        );
    }
    Some(secret.into())
}

fn is_weak(secret: &str) -> bool {
    let distinct: std::collections::HashSet<char> = secret.chars().collect();
    secret.chars().count() < MIN_LENGTH || distinct.len() < MIN_DISTINCT || secret.contains("your-secret-key")
}

fn read_or_make(data_dir: &Path) -> std::io::Result<String> {
    let path = data_dir.join("secret_key");
    match std::fs::read_to_string(&path) {
        Ok(kept) if !is_weak(kept.trim()) => return Ok(kept.trim().to_owned()),
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    private_folder::create(data_dir)?;
    let secret = BASE64.encode(&random_bytes::<48>());
    // Written aside and linked into place: two processes that start together agree on one secret.
    let aside = data_dir.join(format!(".secret_key.{}", std::process::id()));
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&aside)?;
    file.write_all(secret.as_bytes())?;
    file.sync_all()?;
    let linked = std::fs::hard_link(&aside, &path);
    std::fs::remove_file(&aside)?;
    match linked {
        Ok(()) => Ok(secret),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {
            Ok(std::fs::read_to_string(&path)?.trim().to_owned())
        }
        Err(error) => Err(error),
    }
}

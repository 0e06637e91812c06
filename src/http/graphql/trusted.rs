//! Trusted documents: the queries that the website and the app are known to send, by the SHA-256 of their text. A client
//! names one instead of sending it, in an address short enough for `GET` and the same for everybody, so that every cache
//! on the way understands it.
//!
//! The list is `operations/trusted/manifest.json`, built into the binary. Documents are added and never removed: an app
//! that was installed last year still names last year's. Unlike automatic persisted queries nothing is registered at run
//! time, so a list can't be filled by strangers. Free-form documents stay welcome within the limits.

use std::{collections::HashMap, sync::LazyLock};

use serde::Deserialize;

const MANIFEST: &str = include_str!("../../../operations/trusted/manifest.json");

/// One document.
#[derive(Debug, Clone, Deserialize)]
pub struct Trusted {
    /// Who sends it and what for.
    pub name: String,
    /// The text whose SHA-256, in hexadecimal, is its key in the manifest.
    pub document: String,
}

static TRUSTED: LazyLock<HashMap<String, Trusted>> = LazyLock::new(|| match parse(MANIFEST) {
    Ok(trusted) => trusted,
    Err(error) => {
        // A test keeps it from happening: the manifest is part of the source.
        tracing::error!(%error, "operations/trusted/manifest.json can't be read; no document is trusted");
        HashMap::new()
    }
});

fn parse(manifest: &str) -> serde_json::Result<HashMap<String, Trusted>> {
    serde_json::from_str(manifest)
}

/// A trusted document, by its hash in hexadecimal (either case), with or without `sha256:` before it.
#[must_use]
pub fn find(hash: &str) -> Option<&'static Trusted> {
    let hash = hash.strip_prefix("sha256:").unwrap_or(hash);
    TRUSTED
        .get(hash)
        .or_else(|| TRUSTED.get(&hash.to_ascii_lowercase()))
}

/// All trusted documents by their hashes.
#[must_use]
pub fn all() -> &'static HashMap<String, Trusted> {
    &TRUSTED
}

//! All catalogues: what everybody is told, in French and English. Each stands beside the code that names its texts.

use anyhow::Result;

use platform::messages::{Catalogues, PLATFORM, Source};

macro_rules! source {
    ($name:literal, $folder:expr) => {
        Source {
            name: $name,
            fr: include_str!(concat!($folder, "/messages.fr.ftl")),
            en: include_str!(concat!($folder, "/messages.en.ftl")),
        }
    };
}

macro_rules! features {
    ($($name:literal),+ $(,)?) => {
        [PLATFORM, source!("http", "http"), $(source!($name, concat!("features/", $name))),+]
    };
}

/// The texts of the platform, of the transports and of each feature that has some.
pub const SOURCES: [Source; 17] = features![
    "accounts",
    "backups",
    "billing",
    "clients",
    "content",
    "deliveries",
    "devices",
    "leads",
    "media",
    "notifications",
    "preferences",
    "privacy",
    "projects",
    "records",
    "staff",
];

/// Reads them.
///
/// # Errors
/// When one is malformed, which a test would have found.
pub fn catalogues() -> Result<Catalogues> {
    Catalogues::new(&SOURCES)
}

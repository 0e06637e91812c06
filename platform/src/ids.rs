//! Typed ids: a UUIDv7 in the tables, a prefixed opaque string (`prj_01h455vb4pex5vsknk084sn02q`) in the API.
//!
//! The text form is that of the TypeID specification 0.3: a prefix, an underscore, and the 128 bits in 26
//! characters of Crockford's base32, lower case. A wrong kind of id is therefore an error that says so, never a
//! look-up in the wrong table.

use chrono::{DateTime, Utc};
use uuid::{ContextV7, Timestamp, Uuid};

use crate::{
    message,
    messages::{Message, Noun},
};

const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const SUFFIX_LENGTH: usize = 26;

/// Why a text is not the id that was expected.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The prefix belongs to another kind of record.
    #[error("expected {prefix}_… ({expected}), got {found}_…")]
    WrongKind {
        /// The kind that was expected.
        expected: Noun,
        /// Its prefix.
        prefix: &'static str,
        /// The prefix found.
        found: String,
    },
    /// Not an id at all.
    #[error("expected {prefix}_… ({expected}), got no id")]
    Malformed {
        /// The kind that was expected.
        expected: Noun,
        /// Its prefix.
        prefix: &'static str,
    },
}

impl IdError {
    /// What the caller is told.
    #[must_use]
    pub fn message(&self) -> Message {
        match self {
            Self::WrongKind {
                expected,
                prefix,
                found,
            } => message!(
                "id-of-another-kind",
                kind = *expected,
                prefix = *prefix,
                found = found.clone()
            ),
            Self::Malformed { expected, prefix } => {
                message!("id-malformed", kind = *expected, prefix = *prefix)
            }
        }
    }
}

/// A new UUIDv7 (RFC 9562) for the moment `now`: ids of one process rise in the order they were made.
#[must_use]
pub fn new_uuid(now: DateTime<Utc>) -> Uuid {
    static CONTEXT: std::sync::Mutex<ContextV7> = std::sync::Mutex::new(ContextV7::new());
    let seconds = u64::try_from(now.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        &CONTEXT,
        seconds,
        now.timestamp_subsec_nanos(),
    ))
}

/// The TypeID text of `uuid` under `prefix`.
#[must_use]
pub fn encode(prefix: &str, uuid: Uuid) -> String {
    let mut bits = uuid.as_u128();
    let mut suffix = [b'0'; SUFFIX_LENGTH];
    for place in suffix.iter_mut().rev() {
        *place = ALPHABET[(bits & 31) as usize];
        bits >>= 5;
    }
    let mut text = String::with_capacity(prefix.len() + 1 + SUFFIX_LENGTH);
    text.push_str(prefix);
    text.push('_');
    text.extend(suffix.iter().map(|&byte| char::from(byte)));
    text
}

/// Splits a TypeID text into prefix and UUID; `None` when it is not one.
#[must_use]
pub fn decode(text: &str) -> Option<(&str, Uuid)> {
    let (prefix, suffix) = text.rsplit_once('_')?;
    if prefix.is_empty() || suffix.len() != SUFFIX_LENGTH || suffix.as_bytes()[0] > b'7' {
        return None;
    }
    let mut bits: u128 = 0;
    for byte in suffix.bytes() {
        let digit = ALPHABET.iter().position(|&letter| letter == byte)?;
        bits = (bits << 5) | digit as u128;
    }
    Some((prefix, Uuid::from_u128(bits)))
}

/// Reads a TypeID that must carry `prefix`.
///
/// # Errors
/// [`IdError`].
pub fn parse(text: &str, prefix: &'static str, expected: Noun) -> Result<Uuid, IdError> {
    match decode(text) {
        Some((found, uuid)) if found == prefix => Ok(uuid),
        Some((found, _)) => Err(IdError::WrongKind {
            expected,
            prefix,
            found: found.to_owned(),
        }),
        None => Err(IdError::Malformed { expected, prefix }),
    }
}

/// Declares a typed id: `typed_id!(/** docs */ ProjectId, "prj", "project");`.
#[macro_export]
macro_rules! typed_id {
    ($(#[$doc:meta])* $name:ident, $prefix:literal, $kind:literal) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, sea_orm::DeriveValueType,
        )]
        pub struct $name(pub uuid::Uuid);

        impl $name {
            /// The prefix of the text form.
            pub const PREFIX: &'static str = $prefix;
            /// What people call what it is the id of.
            pub const NOUN: $crate::messages::Noun = $crate::messages::Noun($kind);

            /// A new id for the moment `now`.
            #[must_use]
            pub fn generate(now: chrono::DateTime<chrono::Utc>) -> Self {
                Self($crate::ids::new_uuid(now))
            }

            /// Reads the text form.
            ///
            /// # Errors
            /// Says what kind of id was expected.
            pub fn parse(text: &str) -> Result<Self, $crate::ids::IdError> {
                $crate::ids::parse(text, $prefix, Self::NOUN).map(Self)
            }
        }

        impl sea_orm::TryFromU64 for $name {
            fn try_from_u64(_: u64) -> Result<Self, sea_orm::DbErr> {
                Err(sea_orm::DbErr::ConvertFromU64(stringify!($name)))
            }
        }

        impl From<$name> for uuid::Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&$crate::ids::encode($prefix, self.0))
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::ids::IdError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Self::parse(text)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn agrees_with_the_published_examples() {
        // https://github.com/jetify-com/typeid/blob/main/spec/valid.yml
        let uuid: Uuid = "0188bac7-4afa-78aa-bc3b-bd1eef28d881".parse().unwrap();
        assert_eq!(encode("prefix", uuid), "prefix_01h2xcejqtf2nbrexx3vqjhp41");
        assert_eq!(
            decode("prefix_01h2xcejqtf2nbrexx3vqjhp41"),
            Some(("prefix", uuid))
        );
        assert_eq!(encode("a", Uuid::max()), "a_7zzzzzzzzzzzzzzzzzzzzzzzzz");
    }

    #[test]
    fn refuses_what_is_not_an_id() {
        for text in [
            "",
            "prj",
            "prj_",
            "_01h2xcejqtf2nbrexx3vqjhp41",
            "prj_8zzzzzzzzzzzzzzzzzzzzzzzzz",
            "prj_01h2xcejqtf2nbrexx3vqjhp4u",
            "prj_é1h2xcejqtf2nbrexx3vqjhp4",
        ] {
            assert!(parse(text, "prj", Noun("project")).is_err(), "{text}");
        }
    }

    #[test]
    fn says_which_kind_was_expected() {
        let error = parse("cli_01h2xcejqtf2nbrexx3vqjhp41", "prj", Noun("project")).unwrap_err();
        assert_eq!(
            error.message(),
            message!(
                "id-of-another-kind",
                kind = Noun("project"),
                prefix = "prj",
                found = "cli"
            )
        );
    }
}

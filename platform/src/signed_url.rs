//! URLs that carry their own right, for places where no token can: image widgets and plain `PUT`s.
//!
//! The signature covers the action, the path, the audience and the expiry, so no part of a URL can be exchanged.

use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE64URL_NOPAD;

use super::crypto::{Keys, Purpose};
use crate::message;
use crate::messages::Message;

/// Bytes of the HMAC that a URL carries: 144 bits, 24 characters.
const SIGNATURE_LENGTH: usize = 18;
const HALF_DAY: i64 = 12 * 60 * 60;

/// What a signed URL allows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Reading a file.
    Read,
    /// Sending a file.
    Upload,
    /// Taking a list home.
    Export,
    /// Reading a printed document.
    Paper,
}

/// The parts of a URL that its signature covers.
#[derive(Debug, Clone, Copy)]
pub struct Grant<'a> {
    /// What it allows.
    pub action: Action,
    /// The path, such as `/media/img_…/640.webp`.
    pub path: &'a str,
    /// For whom it was made; empty where that doesn't matter.
    pub audience: &'a str,
    /// Until when, in seconds since 1970.
    pub expires: i64,
}

/// Why a signed URL isn't honoured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Not made by this server, or changed since.
    #[error("the signature doesn't match")]
    Forged,
    /// It was good once.
    #[error("the URL has run out")]
    Expired,
}

impl From<Refusal> for Message {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Forged => message!("url-forged"),
            Refusal::Expired => message!("url-expired"),
        }
    }
}

impl Grant<'_> {
    fn message(&self) -> String {
        let action = match self.action {
            Action::Read => "read",
            Action::Upload => "upload",
            Action::Export => "export",
            Action::Paper => "paper",
        };
        format!("{action}\n{}\n{}\n{}", self.path, self.audience, self.expires)
    }

    /// The value of the `signature` parameter.
    #[must_use]
    pub fn sign(&self, keys: &Keys) -> String {
        let signature = keys.sign(Purpose::SignedUrl, self.message().as_bytes());
        BASE64URL_NOPAD.encode(&signature[..SIGNATURE_LENGTH])
    }

    /// Checks a signature, in constant time, and then the expiry: only who held a true URL learns that it is old.
    ///
    /// # Errors
    /// [`Refusal`].
    pub fn verify(&self, keys: &Keys, now: DateTime<Utc>, signature: &str) -> Result<(), Refusal> {
        let decoded = BASE64URL_NOPAD
            .decode(signature.as_bytes())
            .map_err(|_| Refusal::Forged)?;
        let whole = decoded.len() == SIGNATURE_LENGTH;
        if !whole || !keys.verify(Purpose::SignedUrl, self.message().as_bytes(), &decoded) {
            return Err(Refusal::Forged);
        }
        if now.timestamp() >= self.expires {
            Err(Refusal::Expired)
        } else {
            Ok(())
        }
    }
}

/// The parameters of a signed URL, as a request carries them. Whatever is missing or unreadable is empty or 0, which
/// no signature covers: a mangled URL is simply forged.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignedQuery {
    /// For whom it was made.
    pub audience: String,
    /// Until when.
    pub expires: i64,
    /// The signature.
    pub signature: String,
}

impl SignedQuery {
    /// Reads a query string.
    #[must_use]
    pub fn parse(query: Option<&str>) -> Self {
        let mut signed = Self::default();
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "audience" => signed.audience = value.into_owned(),
                "expires" => signed.expires = value.parse().unwrap_or(0),
                "signature" => signed.signature = value.into_owned(),
                _ => {}
            }
        }
        signed
    }
}

/// The end of the next half-day (UTC): 12 to 24 hours from now, and the same for everything that is signed until
/// the half-day is over, so that a phone finds in its cache what it loaded an hour ago.
#[must_use]
pub fn stable_expiry(now: DateTime<Utc>) -> i64 {
    (now.timestamp().div_euclid(HALF_DAY) + 2) * HALF_DAY
}

/// A one-off expiry.
#[must_use]
pub fn expiry_in(now: DateTime<Utc>, lifetime: TimeDelta) -> i64 {
    (now + lifetime).timestamp()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn expiries_are_stable_for_half_a_day() {
        let end = at("2026-11-22T00:00:00Z").timestamp();
        for now in [
            "2026-11-21T00:00:00Z",
            "2026-11-21T05:31:07Z",
            "2026-11-21T11:59:59.999Z",
        ] {
            assert_eq!(stable_expiry(at(now)), end, "{now}");
        }
        assert_eq!(stable_expiry(at("2026-11-21T12:00:00Z")), end + HALF_DAY);
    }

    #[test]
    fn a_mangled_query_is_merely_forged() {
        let whole = SignedQuery::parse(Some("audience=staff&expires=12&signature=x%2By&utm=1"));
        assert_eq!(
            whole,
            SignedQuery {
                audience: "staff".into(),
                expires: 12,
                signature: "x+y".into()
            }
        );
        for mangled in [
            None,
            Some(""),
            Some("expires=soon"),
            Some("%%%&&&==&expires=99999999999999999999"),
        ] {
            assert_eq!(SignedQuery::parse(mangled), SignedQuery::default(), "{mangled:?}");
        }
    }

    #[test]
    fn nothing_of_a_url_can_be_exchanged() {
        let keys = Keys::new("a secret");
        let now = at("2026-11-21T05:00:00Z");
        let expires = stable_expiry(now);
        let grant = Grant {
            action: Action::Read,
            path: "/media/a/320.webp",
            audience: "staff",
            expires,
        };
        let signature = grant.sign(&keys);
        assert_eq!(grant.verify(&keys, now, &signature), Ok(()));
        let others = [
            Grant {
                action: Action::Upload,
                ..grant
            },
            Grant {
                path: "/media/a/640.webp",
                ..grant
            },
            Grant {
                audience: "client",
                ..grant
            },
            Grant {
                expires: expires + 1,
                ..grant
            },
        ];
        for other in others {
            assert_eq!(
                other.verify(&keys, now, &signature),
                Err(Refusal::Forged),
                "{other:?}"
            );
        }
        assert_eq!(
            grant.verify(&Keys::new("another"), now, &signature),
            Err(Refusal::Forged)
        );
        for broken in ["", "x", &signature[..23], &format!("{signature}AAAA"), "é"] {
            assert_eq!(
                grant.verify(&keys, now, broken),
                Err(Refusal::Forged),
                "{broken:?}"
            );
        }
        let later = at("2026-11-22T00:00:00Z");
        assert_eq!(grant.verify(&keys, later, &signature), Err(Refusal::Expired));
    }
}

//! Cursors: which log, and how far.

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

/// A place in the log: its epoch and a position. Opaque to clients.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedCursor {
    /// Which log. A log that starts anew, as after a restored backup, has another epoch.
    pub epoch: Uuid,
    /// The last position seen.
    pub position: i64,
}

impl FeedCursor {
    /// Reads the text form; `None` when it isn't one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 24] = BASE64URL_NOPAD.decode(text.as_bytes()).ok()?.try_into().ok()?;
        let (epoch, position) = bytes.split_at(16);
        let position = i64::from_be_bytes(position.try_into().ok()?);
        (position >= 0).then_some(Self {
            epoch: Uuid::from_slice(epoch).ok()?,
            position,
        })
    }
}

impl std::fmt::Display for FeedCursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut bytes = [0_u8; 24];
        bytes[..16].copy_from_slice(self.epoch.as_bytes());
        bytes[16..].copy_from_slice(&self.position.to_be_bytes());
        f.write_str(&BASE64URL_NOPAD.encode(&bytes))
    }
}

/// The later of two texts that may be cursors; a text that isn't one wins, so that the stream says so.
#[must_use]
pub fn later_of(one: Option<&str>, other: Option<&str>) -> Option<String> {
    let (one, other) = match (one, other) {
        (Some(one), Some(other)) => (one, other),
        (one, other) => return one.or(other).map(str::to_owned),
    };
    let later = match (FeedCursor::parse(one), FeedCursor::parse(other)) {
        (None, _) => one,
        (_, None) => other,
        (Some(first), Some(second)) if first.epoch == second.epoch && first.position > second.position => one,
        // Of two logs, what a reconnecting client says last is the newer.
        _ => other,
    };
    Some(later.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes_and_nothing_else() {
        let cursor = FeedCursor {
            epoch: Uuid::from_u128(7),
            position: 42,
        };
        assert_eq!(FeedCursor::parse(&cursor.to_string()), Some(cursor));
        for text in ["", "42", "AAAA", &format!("{cursor}A")] {
            assert_eq!(FeedCursor::parse(text), None, "{text}");
        }
    }

    #[test]
    fn the_later_cursor_wins() {
        let at = |position| {
            FeedCursor {
                epoch: Uuid::from_u128(7),
                position,
            }
            .to_string()
        };
        assert_eq!(later_of(Some(&at(3)), Some(&at(9))), Some(at(9)));
        assert_eq!(later_of(Some(&at(9)), Some(&at(3))), Some(at(9)));
        assert_eq!(later_of(None, Some(&at(3))), Some(at(3)));
        assert_eq!(later_of(None, None), None);
    }
}

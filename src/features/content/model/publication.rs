//! From when something is shown.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};

/// The flag and the time of something that can be published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Publication {
    /// Whether it is meant to be shown.
    pub is_published: bool,
    /// From when; always there while `is_published` holds.
    pub published_at: Option<DateTime<Utc>>,
    /// Whether it has been shown at any time.
    pub was_published: bool,
}

impl Publication {
    /// Whether it is shown at the moment `now`.
    #[must_use]
    pub fn is_public(self, now: DateTime<Utc>) -> bool {
        self.is_published && self.published_at.is_some_and(|at| at <= now)
    }

    /// What follows when the flag and the time are set anew at the moment `now`: without a time it is shown at once.
    #[must_use]
    pub fn settled(
        self,
        is_published: bool,
        published_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        let after = Self {
            is_published,
            published_at: published_at.map(to_micros).or(is_published.then_some(now)),
            was_published: false,
        };
        Self {
            was_published: self.was_published || self.is_public(now) || after.is_public(now),
            ..after
        }
    }
}

/// What both databases keep of a time.
fn to_micros(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shown_from_its_time_on() {
        let now: DateTime<Utc> = "2026-11-21T05:00:00Z".parse().unwrap();
        let draft = Publication::default();
        let shown = draft.settled(true, None, now);
        assert_eq!((shown.published_at, shown.was_published), (Some(now), true));
        let later = now + TimeDelta::hours(1);
        let planned = draft.settled(true, Some(later), now);
        assert!(!planned.is_public(now) && planned.is_public(later) && !planned.was_published);
        // Nobody wrote anything when its time came: taking it back shows that it was public.
        assert!(planned.settled(false, planned.published_at, later).was_published);
        assert!(!planned.settled(false, planned.published_at, now).was_published);
    }
}

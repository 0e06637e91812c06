//! When a backup is due, and when there has been none for too long: pure.

use chrono::{DateTime, NaiveTime, TimeDelta, TimeZone, Utc};

use super::table::Model;

/// A day, and half of one in which somebody may mend what keeps the next from being made.
pub const STALE_AFTER: TimeDelta = TimeDelta::hours(36);
/// How long after a failure it is tried again.
const RETRY_AFTER: TimeDelta = TimeDelta::hours(1);
/// What is later than this lies in the future: the clock was set back.
const TOLERANCE: TimeDelta = TimeDelta::hours(1);
/// A lease that lasts longer was taken before the clock was set back.
pub const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Whether somebody is making one.
#[must_use]
pub fn is_running(state: &Model, now: DateTime<Utc>) -> bool {
    state
        .lease_until
        .is_some_and(|until| until > now && until - now <= LEASE)
}

/// Whether one should be made now: a person asked, today's hour has come, or the last one failed or was broken off an hour ago.
#[must_use]
pub fn is_due(state: &Model, hour: u32, time_zone: &impl TimeZone, now: DateTime<Utc>) -> bool {
    if is_running(state, now) {
        return false;
    }
    let Some(started) = state.started_at else {
        return true;
    };
    if state.requested_at.is_some() || started > now + TOLERANCE {
        return true;
    }
    // It failed, or whoever made it was ended in the middle: not at once, lest one that is too much for the machine ends
    // every server that comes up.
    if (state.problem.is_some() || state.lease_owner.is_some()) && now - started >= RETRY_AFTER {
        return true;
    }
    started < last_slot(hour, time_zone, now)
}

/// The last moment at which the daily one fell due.
fn last_slot(hour: u32, time_zone: &impl TimeZone, now: DateTime<Utc>) -> DateTime<Utc> {
    let today = now.with_timezone(time_zone).date_naive();
    let time = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
    [today, today - TimeDelta::days(1), today - TimeDelta::days(2)]
        .into_iter()
        // An hour that a change of clocks leaves out falls due with the day after.
        .filter_map(|day| {
            day.and_time(time)
                .and_local_timezone(time_zone.clone())
                .earliest()
        })
        .map(|slot| slot.with_timezone(&Utc))
        .find(|slot| *slot <= now)
        .unwrap_or(now)
}

/// Whether nothing proven is young enough. One from the future says nothing: the clock was set back.
#[must_use]
pub fn is_stale(proven_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> bool {
    proven_at.is_none_or(|at| now - at > STALE_AFTER || at > now + TOLERANCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn state(started: Option<&str>) -> Model {
        Model {
            id: 1,
            lease_owner: None,
            lease_until: None,
            requested_at: None,
            started_at: started.map(at),
            proven_at: None,
            problem: None,
        }
    }

    fn due(state: &Model, now: &str) -> bool {
        // Niamey is an hour ahead of UTC: two in the morning there is one here.
        is_due(state, 2, &chrono::FixedOffset::east_opt(3600).unwrap(), at(now))
    }

    #[test]
    fn one_a_day_once_its_hour_has_come() {
        assert!(due(&state(None), "2026-11-29T12:00:00Z"), "the first one at once");
        let last_night = state(Some("2026-11-28T01:00:10Z"));
        assert!(!due(&last_night, "2026-11-28T01:00:20Z"));
        assert!(!due(&last_night, "2026-11-29T00:59:59Z"));
        assert!(due(&last_night, "2026-11-29T01:00:00Z"));
        assert!(due(&last_night, "2026-12-05T00:00:00Z"), "after a time away");
    }

    #[test]
    fn on_request_after_a_failure_and_when_the_clock_was_set_back() {
        let now = "2026-11-29T12:00:00Z";
        let mut asked = state(Some("2026-11-29T11:59:00Z"));
        assert!(!due(&asked, now));
        asked.requested_at = Some(at(now));
        assert!(due(&asked, now));
        asked.lease_until = Some(at("2026-11-29T12:01:00Z"));
        assert!(!due(&asked, now), "it is being made");
        asked.lease_until = Some(at("2027-11-29T12:01:00Z"));
        assert!(due(&asked, now), "a lease from the future is nobody's");

        let mut failed = state(Some("2026-11-29T11:30:00Z"));
        failed.problem = Some("the disk is full".to_owned());
        assert!(!due(&failed, now));
        assert!(due(&failed, "2026-11-29T12:30:00Z"));
        assert!(due(&state(Some("2027-01-01T00:00:00Z")), now));

        let mut ended = state(Some("2026-11-29T11:59:00Z"));
        ended.lease_owner = Some(uuid::Uuid::nil());
        ended.lease_until = Some(at("2026-11-29T12:01:00Z"));
        assert!(!due(&ended, now));
        assert!(
            !due(&ended, "2026-11-29T12:01:01Z"),
            "it may have been too much for the machine"
        );
        assert!(
            due(&ended, "2026-11-29T12:59:00Z"),
            "nobody made the lease longer"
        );
    }

    #[test]
    fn stale_without_a_proven_one_of_the_last_day_and_a_half() {
        let now = at("2026-11-29T12:00:00Z");
        assert!(is_stale(None, now));
        assert!(!is_stale(Some(at("2026-11-28T01:00:00Z")), now));
        assert!(is_stale(Some(at("2026-11-27T23:59:00Z")), now));
        assert!(is_stale(Some(at("2026-12-24T00:00:00Z")), now));
    }
}

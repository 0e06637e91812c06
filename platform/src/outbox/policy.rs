//! When to try again, and when to give up: pure.

use std::time::Duration;

/// Attempts at most; with the waits between them about a day.
pub const MAX_ATTEMPTS: i32 = 12;

const FIRST_WAIT: Duration = Duration::from_secs(10);
const LONGEST_WAIT: Duration = Duration::from_secs(4 * 60 * 60);
/// No service may make a message wait for longer than this.
const LONGEST_ASKED_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// How long to wait after attempt number `attempts` failed: 10 s, then three times as long each time, up to 4 h. A
/// random half of it is left out, so that what failed together doesn't come back together; never sooner than the
/// other side asked.
#[must_use]
pub fn wait(attempts: i32, asked: Option<Duration>, random: u64) -> Duration {
    let exponent = u32::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    let full = 3_u32
        .checked_pow(exponent)
        .and_then(|factor| FIRST_WAIT.checked_mul(factor))
        .map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT));
    let half = full / 2;
    let spread = u64::try_from(half.as_millis()).unwrap_or(u64::MAX).max(1);
    let jittered = half + Duration::from_millis(random % spread);
    jittered.max(asked.unwrap_or_default().min(LONGEST_ASKED_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_longer_each_time_within_bounds() {
        for random in [0, 1, 4_999, u64::MAX] {
            let first = wait(1, None, random);
            assert!(
                (Duration::from_secs(5)..=Duration::from_secs(10)).contains(&first),
                "{first:?}"
            );
            let third = wait(3, None, random);
            assert!(
                (Duration::from_secs(45)..=Duration::from_secs(90)).contains(&third),
                "{third:?}"
            );
            assert!(wait(i32::MAX, None, random) <= LONGEST_WAIT);
        }
    }

    #[test]
    fn respects_what_the_other_side_asks() {
        assert_eq!(
            wait(1, Some(Duration::from_secs(600)), 0),
            Duration::from_secs(600)
        );
        assert_eq!(
            wait(1, Some(Duration::from_secs(1_000_000)), 0),
            LONGEST_ASKED_WAIT
        );
    }
}

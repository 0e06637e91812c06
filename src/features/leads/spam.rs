//! Telling programs from people without asking either: pure.
//!
//! A form carries a field that people don't see, and the moment it was shown. Who fills the field, or sends the form
//! faster than anybody writes, is a program; it is told that all went well, and nothing is kept. Everything else is kept:
//! a person with a wrong clock must not be lost, so what looks odd is flagged for the staff instead.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};

/// Nobody reads and fills a form in less.
const MINIMUM: TimeDelta = TimeDelta::seconds(3);
/// A tab stays open over a weekend; hardly longer.
const MAXIMUM: TimeDelta = TimeDelta::days(7);

/// Why a form that was kept may come from a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, EnumIter, DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum Doubt {
    /// It doesn't say when it was shown: the website always does.
    #[sea_orm(string_value = "NO_FORM_TIME")]
    NoFormTime,
    /// It says that it will be shown later: a wrong clock, or made up.
    #[sea_orm(string_value = "FORM_TIME_IN_FUTURE")]
    FormTimeInFuture,
    /// It was shown more than a week ago: a wrong clock, or sent again and again.
    #[sea_orm(string_value = "FORM_TIME_TOO_OLD")]
    FormTimeTooOld,
}

/// What a form says of how it was filled.
#[derive(Debug, Clone, Default)]
pub struct FormTraces {
    /// The field that people don't see.
    pub website: Option<String>,
    /// When it was shown, by the visitor's clock.
    pub rendered_at: Option<DateTime<Utc>>,
    /// When it was sent, by the same clock.
    pub submitted_at: Option<DateTime<Utc>>,
}

/// What a form is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A program's: nothing is kept.
    Program,
    /// Perhaps a person's.
    Keep(Option<Doubt>),
}

impl FormTraces {
    /// Checks a form that arrives at `now`. With both of its times the visitor's clock may be wrong by years: only what
    /// lies between them counts.
    #[must_use]
    pub fn check(&self, now: DateTime<Utc>) -> Verdict {
        if self.website.as_deref().is_some_and(|text| !text.is_empty()) {
            return Verdict::Program;
        }
        let Some(rendered_at) = self.rendered_at else {
            return Verdict::Keep(Some(Doubt::NoFormTime));
        };
        let taken = self.submitted_at.unwrap_or(now) - rendered_at;
        if taken < TimeDelta::zero() {
            Verdict::Keep(Some(Doubt::FormTimeInFuture))
        } else if taken < MINIMUM {
            Verdict::Program
        } else if taken > MAXIMUM {
            Verdict::Keep(Some(Doubt::FormTimeTooOld))
        } else {
            Verdict::Keep(None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000, 0).unwrap()
    }

    fn shown(ago: TimeDelta) -> FormTraces {
        FormTraces {
            rendered_at: Some(now() - ago),
            ..FormTraces::default()
        }
    }

    #[test]
    fn programs_fill_what_nobody_sees_and_write_faster_than_anybody() {
        let filled = FormTraces {
            website: Some("http://spam.example".into()),
            ..shown(TimeDelta::minutes(2))
        };
        assert_eq!(filled.check(now()), Verdict::Program);
        assert_eq!(shown(TimeDelta::zero()).check(now()), Verdict::Program);
        assert_eq!(
            shown(TimeDelta::milliseconds(2_999)).check(now()),
            Verdict::Program
        );
        assert_eq!(shown(TimeDelta::seconds(3)).check(now()), Verdict::Keep(None));
    }

    #[test]
    fn wrong_clocks_are_flagged_and_kept() {
        for (traces, doubt) in [
            (FormTraces::default(), Doubt::NoFormTime),
            (shown(TimeDelta::seconds(-20)), Doubt::FormTimeInFuture),
            (shown(TimeDelta::days(-400)), Doubt::FormTimeInFuture),
            (shown(TimeDelta::days(20_000)), Doubt::FormTimeTooOld),
        ] {
            assert_eq!(traces.check(now()), Verdict::Keep(Some(doubt)), "{traces:?}");
        }
        let empty = FormTraces {
            website: Some(String::new()),
            ..shown(TimeDelta::days(3))
        };
        assert_eq!(empty.check(now()), Verdict::Keep(None));
    }

    #[test]
    fn with_both_times_only_what_lies_between_counts() {
        let took = |seconds: i64, wrong_by: TimeDelta| {
            let submitted = now() + wrong_by;
            FormTraces {
                website: None,
                rendered_at: Some(submitted - TimeDelta::seconds(seconds)),
                submitted_at: Some(submitted),
            }
            .check(now())
        };
        for wrong_by in [TimeDelta::days(-9_000), TimeDelta::zero(), TimeDelta::seconds(39)] {
            assert_eq!(took(40, wrong_by), Verdict::Keep(None));
            assert_eq!(took(1, wrong_by), Verdict::Program);
        }
        assert_eq!(
            took(-5, TimeDelta::zero()),
            Verdict::Keep(Some(Doubt::FormTimeInFuture))
        );
    }
}

//! What is counted and timed while the server works, for whoever watches it.
//!
//! The names, with what they mean and the labels they have, are one table (`names.rs`). What counts says
//! `metrics::JOB_RUNS.count(["housekeeping", "done"])`; where the figures go is for the exporter to know, which is
//! `src/http/metrics.rs` and nobody else. Until it has begun ([`begin`]) nothing is computed.
//!
//! A label's values are texts of the program (`&'static str`): what people write, ids and addresses don't fit, so that
//! neither a secret nor an endless number of time series can come about.

mod names;

use std::{
    sync::atomic::{AtomicBool, Ordering},
    time::{Duration, Instant},
};

use ::metrics::{Key, Label, Level, Metadata, with_recorder};

pub use names::*;

static IS_ON: AtomicBool = AtomicBool::new(false);
static METADATA: Metadata<'static> = Metadata::new("belle_house", Level::INFO, None);

/// What a metric is for Prometheus.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// Only grows.
    Counter,
    /// Goes up and down.
    Gauge,
    /// Times, in seconds, counted up to each of these bounds.
    Histogram(&'static [f64]),
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
    /// What it tells, in English.
    pub help: &'static str,
    /// The names of its labels.
    pub labels: &'static [&'static str],
}

/// A metric with so many labels.
#[derive(Debug)]
pub struct Metric<const N: usize> {
    name: &'static str,
    labels: [&'static str; N],
}

impl<const N: usize> Metric<N> {
    const fn new(name: &'static str, labels: [&'static str; N]) -> Self {
        Self { name, labels }
    }

    /// One more.
    pub fn count(&self, values: [&'static str; N]) {
        self.add(1, values);
    }

    /// So many more. Zero lets the counter be seen before anything has happened.
    pub fn add(&self, more: u64, values: [&'static str; N]) {
        if is_on() {
            with_recorder(|recorder| {
                let counter = recorder.register_counter(&self.key(values), &METADATA);
                counter.increment(more);
            });
        }
    }

    /// What it is now. What isn't known is no number.
    pub fn set(&self, value: Option<f64>, values: [&'static str; N]) {
        if is_on() {
            with_recorder(|recorder| {
                let gauge = recorder.register_gauge(&self.key(values), &METADATA);
                gauge.set(value.unwrap_or(f64::NAN));
            });
        }
    }

    /// Something took so long.
    pub fn observe(&self, time: Duration, values: [&'static str; N]) {
        if is_on() {
            with_recorder(|recorder| {
                let histogram = recorder.register_histogram(&self.key(values), &METADATA);
                histogram.record(time.as_secs_f64());
            });
        }
    }

    /// Something that was begun at `started` ([`now`]) is over.
    pub fn observe_since(&self, started: Option<Instant>, values: [&'static str; N]) {
        if let Some(started) = started {
            self.observe(started.elapsed(), values);
        }
    }

    fn key(&self, values: [&'static str; N]) -> Key {
        let pairs = self.labels.iter().zip(values);
        let labels: Vec<Label> = pairs
            .map(|(label, value)| Label::from_static_parts(label, value))
            .collect();
        Key::from_parts(self.name, labels)
    }
}

/// Called by the exporter once it hears: from now on, everything is counted.
pub fn begin() {
    IS_ON.store(true, Ordering::Release);
}

/// Whether anybody hears.
#[must_use]
pub fn is_on() -> bool {
    IS_ON.load(Ordering::Relaxed)
}

/// When something begins that is timed; `None` where nobody wants to know.
#[must_use]
pub fn now() -> Option<Instant> {
    is_on().then(Instant::now)
}

/// A piece of work that the server does by itself now and then: how often, for how long, and whether it succeeded.
///
/// # Errors
/// Those of the work.
pub async fn job<T, E>(name: &'static str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let started = now();
    let outcome = work.await;
    JOB_SECONDS.observe_since(started, [name]);
    JOB_RUNS.count([name, if outcome.is_ok() { "done" } else { "failed" }]);
    outcome
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// <https://prometheus.io/docs/practices/naming/>
    #[test]
    fn names_follow_the_conventions() {
        let names: BTreeSet<_> = ALL.iter().map(|metric| metric.name).collect();
        assert_eq!(names.len(), ALL.len(), "a name stands twice");
        for metric in ALL {
            let name = metric.name;
            let ours = name.starts_with("belle_house_") || name.starts_with("process_");
            let plain = |text: &str| text.bytes().all(|it| it.is_ascii_lowercase() || it == b'_');
            assert!(ours && plain(name), "{name}");
            assert_eq!(metric.kind == Kind::Counter, name.ends_with("_total"), "{name}");
            if let Kind::Histogram(bounds) = metric.kind {
                assert!(name.ends_with("_seconds"), "{name}");
                assert!(bounds.is_sorted() && !bounds.is_empty(), "{name}");
            }
            assert!(metric.help.ends_with('.'), "{name}: {}", metric.help);
            assert!(metric.labels.iter().all(|label| plain(label)), "{name}");
        }
    }
}

//! How far long work is: a bar for whoever watches a terminal, a line now and then in a log.

use std::{
    io::IsTerminal as _,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};
use platform::backup::{Progress, Step};

/// How often a line is written.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// Shows the work that a command does, on standard error.
#[must_use]
pub fn shown() -> Progress {
    if std::io::stderr().is_terminal() {
        bars()
    } else {
        lines()
    }
}

fn bars() -> Progress {
    let present: Mutex<Option<(&'static str, ProgressBar)>> = Mutex::new(None);
    Arc::new(move |step: Step| {
        let mut present = present.lock().unwrap_or_else(PoisonError::into_inner);
        let bar = match present.as_ref() {
            Some((doing, bar)) if *doing == step.doing => bar,
            former => {
                if let Some((_, bar)) = former {
                    bar.finish_and_clear();
                }
                let bar = if step.of == 0 {
                    ProgressBar::new_spinner()
                } else {
                    ProgressBar::new(step.of)
                };
                let style = if step.of == 0 {
                    "{msg} {spinner} {pos}"
                } else {
                    "{msg:10} {wide_bar} {pos}/{len} {eta}"
                };
                if let Ok(style) = ProgressStyle::with_template(style) {
                    bar.set_style(style);
                }
                bar.set_message(step.doing);
                &present.insert((step.doing, bar)).1
            }
        };
        bar.set_position(step.done);
        if step.of > 0 && step.done >= step.of {
            bar.finish_and_clear();
        }
    })
}

fn lines() -> Progress {
    let last: Mutex<Option<Instant>> = Mutex::new(None);
    Arc::new(move |step: Step| {
        let mut last = last.lock().unwrap_or_else(PoisonError::into_inner);
        let began = *last.get_or_insert_with(Instant::now);
        if began.elapsed() >= LINE_EVERY {
            *last = Some(Instant::now());
            tracing::info!(doing = step.doing, done = step.done, of = step.of, "at work");
        }
    })
}

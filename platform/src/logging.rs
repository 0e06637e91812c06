//! Logs: for people in development, one JSON object a line otherwise. To standard error, so that what commands
//! print (`schema`, `doctor`) stays clean.
//!
//! What is logged names records by id and never holds credentials: secrets are types that don't print, bodies of
//! requests and messages are not logged at all, and libraries say nothing below `info`. The span of a request carries its id (`http::middleware`).

use std::io::IsTerminal;

use anyhow::{Context, Result};
use tracing::{Level, Metadata};
use tracing_subscriber::{
    EnvFilter,
    filter::{FilterFn, filter_fn},
    fmt,
    layer::SubscriberExt,
    util::SubscriberInitExt,
};

use super::config::Config;

/// Begins logging for the rest of the process. Call it once.
///
/// # Errors
/// When the filter is malformed or logging has begun already.
pub fn init(config: &Config) -> Result<()> {
    let filter = EnvFilter::try_new(&config.log).with_context(|| format!("LOG={}", config.log))?;
    let builder = fmt().with_env_filter(filter).with_writer(std::io::stderr);
    let outcome = if config.debug {
        builder
            .compact()
            .with_ansi(std::io::stderr().is_terminal())
            .finish()
            .with(without_libraries_secrets())
            .try_init()
    } else {
        builder
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .finish()
            .with(without_libraries_secrets())
            .try_init()
    };
    outcome.map_err(|error| anyhow::anyhow!("logging can't begin: {error}"))?;
    log_panics();
    Ok(())
}

/// The crates of this repository, as their log lines are marked.
const OWN: [&str; 5] = ["belle_house", "platform", "migration", "documents", "pictures"];

/// What libraries write below `info` holds whatever passes through them: tokens in WebSocket frames and headers,
/// passwords in SMTP dialogues, values in statements. It is written at no setting of `LOG`.
fn without_libraries_secrets() -> FilterFn<fn(&Metadata<'_>) -> bool> {
    filter_fn(|metadata| *metadata.level() <= Level::INFO || is_own(metadata.target()))
}

fn is_own(target: &str) -> bool {
    let krate = target.split("::").next().unwrap_or_default();
    OWN.contains(&krate)
}

/// A panic is one line of the log like any other error, with its place; the default hook would write text
/// between the JSON.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        let place = panic
            .location()
            .map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
        let message = panic.payload_as_str().unwrap_or("no message");
        let backtrace = std::backtrace::Backtrace::capture();
        tracing::error!(place, backtrace = %backtrace, "panic: {message}");
    }));
}

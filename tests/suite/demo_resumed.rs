//! A load of the demo company that is broken off goes on, however often, and comes to the same as one that isn't.

use belle_house::app::{App, AppOptions};
use belle_house::demo;
use chrono::TimeDelta;
use platform::clock::FixedClock;
use platform::config::Config;
use platform::mail::MemoryMail;
use platform::push::MemoryPush;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

use crate::permissions::fingerprint_of;
use crate::support::database::TestDatabase;
use crate::support::statements::Statements;

/// What a load gets before it is broken off, in statements.
const A_WHILE: usize = 300;
/// Pictures whose record wasn't made any more are swept a day later, and nothing else is left over.
const LEFT_OVER: [&str; 3] = ["images", "uploads", "sqlite_sequence"];

async fn start(database: &TestDatabase, folder: &Path, clock: &FixedClock, statements: &Statements) -> App {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let config = Config::load(|key| match key {
        "SECRET_KEY" => Some("Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk".to_owned()),
        "DATABASE_URL" => Some(database.url().to_owned()),
        "DATA_DIR" => Some(folder.display().to_string()),
        _ => None,
    });
    let options = AppOptions {
        config: config.unwrap(),
        clock: Arc::new(clock.clone()),
        mail: Arc::new(MemoryMail::default()),
        push: Arc::new(MemoryPush::default()),
        random: Arc::new(|| 7),
        on_statement: Some(statements.listener()),
    };
    App::init(options).await.unwrap()
}

/// Loads for a while; whether it came to an end.
async fn load_for_a_while(app: &App, statements: &Statements) -> bool {
    let (left, over) = (AtomicUsize::new(A_WHILE), Arc::new(Notify::new()));
    let ends = Arc::clone(&over);
    statements.on_each(Some(Arc::new(move |_: &str| {
        if left.fetch_sub(1, Ordering::SeqCst) == 1 {
            ends.notify_one();
        }
    })));
    let whole = tokio::select! {
        biased;
        () = over.notified() => false,
        loaded = demo::load(app) => {
            loaded.unwrap();
            true
        }
    };
    statements.on_each(None);
    whole
}

async fn counts(app: &App) -> BTreeMap<String, (i64, i64)> {
    let mut counts = fingerprint_of(&app.ctx.db).await;
    counts.retain(|table, _| !LEFT_OVER.contains(&table.as_str()));
    counts
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_demo_that_was_broken_off_goes_on() {
    let clock = FixedClock::new("2026-11-21T05:00:00Z".parse().unwrap());
    let (folder, database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await);
    let statements = Statements::default();
    let app = start(&database, folder.path(), &clock, &statements).await;
    let mut broken_off = 0;
    while !load_for_a_while(&app, &statements).await {
        broken_off += 1;
        assert!(broken_off < 60, "it doesn't get on");
        // Somebody looks after it the day after.
        if broken_off % 2 == 0 {
            clock.advance(TimeDelta::days(1));
        }
    }
    assert!(broken_off >= 2, "it was broken off {broken_off} times");
    let again = demo::load(&app).await.unwrap_err().to_string();
    assert!(again.contains("loaded already"), "{again}");

    let (other_folder, other_database) = (tempfile::tempdir().unwrap(), TestDatabase::create().await);
    let other = start(
        &other_database,
        other_folder.path(),
        &clock,
        &Statements::default(),
    )
    .await;
    demo::load(&other).await.unwrap();
    assert_eq!(counts(&app).await, counts(&other).await);
}

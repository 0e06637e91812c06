//! Storms over real processes: twenty writers at once while subscribers connect, drop and resume at random, and
//! servers are killed in the middle. Whatever happens, each subscriber gets every update of its client exactly
//! once, with cursors that only grow.
//!
//! `STORM_UPDATES`, `STORM_WRITERS` and `STORM_KILLS` lengthen or shorten it (`scripts/soak`); `STORM_SEED`
//! repeats what chance did, as far as the machine's timing allows.

use crate::support::storm::{Plan, storm};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_with_one_server() {
    storm(Plan { servers: 1, kills: 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_with_two_servers_on_one_database() {
    // SQLite has one serving process, kept so by a lock file: `storm` runs this on PostgreSQL alone.
    storm(Plan { servers: 2, kills: 0 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_with_kill_9() {
    storm(Plan { servers: 1, kills: 3 }).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_with_two_servers_and_kill_9() {
    storm(Plan { servers: 2, kills: 3 }).await;
}

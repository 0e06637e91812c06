//! No job looks through a whole table for its work: at a million rows it would never end, and hold up what it works for.
//!
//! Each statement of each job is planned again with every index at hand and whole tables forbidden: a plan that reads one
//! all the same has no index for its conditions, however few rows there are today.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use belle_house::app::PURGES;
use belle_house::features::billing::reminders;
use chrono::TimeDelta;
use platform::clock::{Clock, SystemClock};
use platform::db::{Db, heartbeat};
use platform::housekeeping;
use platform::outbox;
use sea_orm::{ConnectionTrait, DbErr, QueryResult, Statement};
use serde_json::json;

use crate::support::app::TestApp;

/// What grows for as long as the company works.
const GROWING: &[&str] = &[
    "accounts",
    "audit_entries",
    "blog_posts",
    "clients",
    "contact_inquiries",
    "construction_leads",
    "deliveries",
    "devices",
    "events",
    "idempotency_keys",
    "images",
    "invoice_items",
    "invoices",
    "known_addresses",
    "notifications",
    "password_resets",
    "payments",
    "portfolio_gallery_images",
    "portfolio_items",
    "project_update_images",
    "project_updates",
    "projects",
    "sessions",
    "uploads",
];

const DASHBOARD: &str = include_str!("../../operations/dashboard.graphql");
const DESK: &str = "{ deliveries(first: 20, filter: { status: DEAD }) { totalCount nodes { id } } \
    auditLog(first: 20) { nodes { id } } invoices(first: 20) { nodes { id } } leads(first: 20) { nodes { id } } \
    projectUpdates(first: 20) { nodes { id } } payments(first: 20) { nodes { id } } }";

const SITE: &str = r#"{ portfolioItem(slug: "villa") { id } blogPost(slug: "villa") { id } }"#;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_job_finds_its_work_by_an_index() {
    let app = TestApp::builder()
        .with_demo()
        .leaves_deliveries_pending()
        .start()
        .await;
    let ran: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let noted = Arc::clone(&ran);
    app.statements.on_each(Some(Arc::new(move |sql: &str| {
        noted.lock().unwrap().insert(sql.to_owned());
    })));
    app.run_jobs().await;
    for days in [0, 40, 400] {
        app.advance(TimeDelta::days(days));
        reminders::catch_up(app.ctx()).await.unwrap();
        app.run_jobs().await;
        app.media().sweep().await.unwrap();
        app.media().remove_files().await.unwrap();
        housekeeping::purge(app.ctx(), PURGES).await.unwrap();
        heartbeat::beat(&app.ctx().db, app.clock.now()).await.unwrap();
        // What Prometheus has looked up.
        outbox::backlog(app.ctx().db.reader()).await.unwrap();
        app.feed().oldest_undelivered().await.unwrap();
    }
    let admin = app.admin().await;
    for document in [DASHBOARD, DESK, SITE] {
        app.graphql(&admin, document, json!({})).await.data();
    }
    app.statements.on_each(None);

    let ran = std::mem::take(&mut *ran.lock().unwrap());
    assert!(ran.len() > 60, "only {} statements ran", ran.len());
    let db = app.database().connect().await;
    let mut slow = Vec::new();
    let mut unplanned = Vec::new();
    for sql in ran.iter().filter(|sql| !asks_for_none(sql)) {
        let Some(steps) = plan(&db, sql).await else {
            unplanned.push(sql.as_str());
            continue;
        };
        for step in steps {
            if GROWING.iter().any(|table| reads_whole(&step, table)) {
                slow.push(format!("{}\n    {sql}", step.trim()));
            }
        }
    }
    // PostgreSQL can't tell the types of values that a CASE only returns; SQLite doesn't ask.
    assert!(
        unplanned.len() <= 1,
        "these could not be planned:\n{}",
        unplanned.join("\n")
    );
    assert!(
        slow.is_empty(),
        "{} read a whole table:\n{}",
        slow.len(),
        slow.join("\n")
    );
}

const LISTS: &str =
    "{ portfolio(first: 20) { totalCount nodes { id } } blogPosts(first: 20) { totalCount nodes { id } } }";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_website_s_lists_are_read_in_their_order_and_counted_in_an_index() {
    let app = TestApp::start().await;
    let ran: Arc<Mutex<BTreeSet<String>>> = Arc::default();
    let noted = Arc::clone(&ran);
    app.statements.on_each(Some(Arc::new(move |sql: &str| {
        noted.lock().unwrap().insert(sql.to_owned());
    })));
    app.graphql(None, LISTS, json!({})).await.data();
    app.statements.on_each(None);

    let ran = std::mem::take(&mut *ran.lock().unwrap());
    let of_lists =
        |sql: &&String| sql.contains("FROM \"portfolio_items\"") || sql.contains("FROM \"blog_posts\"");
    let lists: Vec<&String> = ran.iter().filter(of_lists).collect();
    assert!(lists.len() >= 4, "{ran:?}");
    let db = app.database().connect().await;
    for sql in lists {
        let steps = plan(&db, sql).await.unwrap().join("\n");
        let sorts = steps.contains("Sort") || steps.contains("TEMP B-TREE");
        let reads_all = ["portfolio_items", "blog_posts"]
            .iter()
            .any(|table| steps.lines().any(|step| reads_whole(step, table)));
        assert!(!sorts && !reads_all, "{sql}\n{steps}");
        // PostgreSQL chooses among its indexes by how many rows there are; here there are none.
        let is_sqlite = db.reader().get_database_backend() == sea_orm::DbBackend::Sqlite;
        if is_sqlite && sql.contains("COUNT(*)") {
            assert!(steps.contains("COVERING INDEX"), "{sql}\n{steps}");
        }
    }
}

/// Whether a condition compares two values that were sent: `1 = 2` is how the query builder says «none of these», when a
/// job finds its list empty. Nothing is read then, whatever the plan says.
fn asks_for_none(sql: &str) -> bool {
    let value = |word: &str| word.trim_matches(['(', ')']).starts_with(['?', '$']);
    let words: Vec<&str> = sql.split(' ').collect();
    words.windows(4).any(
        |words| matches!(words, ["WHERE" | "AND" | "(", left, "=", right] if value(left) && value(right)),
    )
}

/// Whether a step of a plan goes through all rows of a table.
fn reads_whole(step: &str, table: &str) -> bool {
    let step = step.trim().trim_start_matches("-> ").trim();
    let rest = step
        .strip_prefix("Seq Scan on ")
        .or_else(|| step.strip_prefix("SCAN "));
    rest.is_some_and(|rest| rest.split(' ').next() == Some(table) && !rest.contains(" USING "))
}

/// The steps of the plan, which forbids whole tables wherever there is another way.
async fn plan(db: &Db, sql: &str) -> Option<Vec<String>> {
    let begins = |word: &str| sql.trim_start().starts_with(word);
    if !["SELECT", "UPDATE", "DELETE", "INSERT", "WITH"]
        .iter()
        .any(|word| begins(word))
    {
        return Some(Vec::new());
    }
    let tx = db.begin_write(SystemClock.now()).await.unwrap();
    let steps = explain(tx.conn(), sql).await;
    drop(tx);
    steps.ok()
}

async fn explain(conn: &impl ConnectionTrait, sql: &str) -> Result<Vec<String>, DbErr> {
    let backend = conn.get_database_backend();
    if backend == sea_orm::DbBackend::Sqlite {
        let explain = Statement::from_string(backend, format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = conn.query_all_raw(explain).await?;
        return rows.iter().map(|row| row.try_get("", "detail")).collect();
    }
    conn.execute_unprepared(&format!(
        "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL plan_cache_mode = force_generic_plan; PREPARE planned AS {sql}"
    ))
    .await?;
    let count = (1..).find(|n| !sql.contains(&format!("${n}"))).unwrap_or(1) - 1;
    let nulls = vec!["NULL"; count].join(", ");
    let values = if count == 0 {
        String::new()
    } else {
        format!("({nulls})")
    };
    let explain = Statement::from_string(backend, format!("EXPLAIN EXECUTE planned{values}"));
    let rows: Result<Vec<QueryResult>, DbErr> = conn.query_all_raw(explain).await;
    conn.execute_unprepared("DEALLOCATE planned").await?;
    rows?.iter().map(|row| row.try_get_by_index(0)).collect()
}

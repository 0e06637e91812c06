//! What is acknowledged is kept, what is refused is not there, and the next write works without a restart: whatever the
//! disk, the server or the caller does in the middle.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use platform::clock::{Clock, SystemClock};
use platform::db::{Db, heartbeat};
use sea_orm::{ConnectionTrait, DbErr, Statement};
use serde_json::json;

use crate::project_world::{CREATE_UPDATE, errors, mutate};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::faulty_vfs::{self, Fault, Lasting};
use crate::support::people::Person;

/// A server, its people, and what was told of each title.
struct Journal {
    app: TestApp,
    staff: Person,
    project: String,
    number: u32,
    acknowledged: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Journal {
    async fn open(builder: crate::support::app::Builder) -> Self {
        let app = builder.leaves_deliveries_pending().start().await;
        let (staff, client) = (app.staff().await, app.client().await);
        let project = app.project(&staff, &client).await;
        Self {
            app,
            staff,
            project,
            number: 0,
            acknowledged: BTreeSet::new(),
            refused: BTreeSet::new(),
        }
    }

    /// Posts an update, which writes to some ten tables. Whether it was acknowledged.
    async fn post(&mut self) -> bool {
        self.number += 1;
        let title = format!("title-{:04}", self.number);
        let input = json!({ "projectId": self.project, "title": title, "post": true,
            "description": "Long. ".repeat(500), "idempotencyKey": title });
        let answer = self
            .app
            .graphql(&self.staff, CREATE_UPDATE, json!({ "input": input }))
            .await;
        // What fails below the payload fails while the answer is read: the write itself is done by then.
        let path = answer.body["errors"][0]["path"].as_array().map_or(0, Vec::len);
        let done = answer.body["data"]["createProjectUpdate"]["projectUpdate"]["title"] == title.as_str()
            || path > 1;
        if done {
            self.acknowledged.insert(title);
        } else {
            assert!(
                ["INTERNAL", "UNAVAILABLE"].contains(&answer.code()),
                "refused as our own trouble: {}",
                answer.body
            );
            self.refused.insert(title);
        }
        done
    }

    /// After trouble: an ordinary refusal rolls back, an ordinary write goes through, and nobody restarted anything.
    async fn goes_on(&mut self, after: &str) {
        let input = json!({ "projectId": self.project, "title": "", "post": true });
        let payload = mutate(&self.app, &self.staff, CREATE_UPDATE, input).await;
        assert_eq!(errors(&payload), ["REQUIRED input.title"], "{after}");
        assert!(self.post().await, "{after}: the next write works");
    }

    /// Reads the database as a server that starts now would.
    async fn check(&self) {
        let db = self.app.database().connect().await;
        let sql = "SELECT title FROM project_updates WHERE title LIKE 'title-%' ORDER BY title";
        let rows = db
            .reader()
            .query_all_raw(Statement::from_string(db.backend(), sql))
            .await
            .unwrap();
        let there: Vec<String> = rows.iter().map(|row| row.try_get("", "title").unwrap()).collect();
        let there: BTreeSet<String> = there.into_iter().collect();
        db.close().await.unwrap();
        let lost: Vec<_> = self.acknowledged.difference(&there).collect();
        let resurrected: Vec<_> = self.refused.intersection(&there).collect();
        assert!(lost.is_empty(), "acknowledged and not there: {lost:?}");
        assert!(resurrected.is_empty(), "refused and there: {resurrected:?}");
        assert_eq!(there.len(), self.acknowledged.len());
    }
}

/// Every n at first, then ever larger steps: `FAULTS_EVERY=1` (scripts/soak) takes every one.
fn next(n: i64) -> i64 {
    let every = std::env::var_os("FAULTS_EVERY").is_some();
    n + if every { 1 } else { 1 + n / 4 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_at_any_moment_loses_nothing_acknowledged() {
    if TestDatabase::on_postgres() {
        return;
    }
    faulty_vfs::register();
    let mut journal = Journal::open(TestApp::builder().sqlite_layer(faulty_vfs::NAME)).await;
    for fault in [Fault::Full, Fault::Write, Fault::Sync, Fault::Read] {
        for lasting in [Lasting::Once, Lasting::On] {
            let mut n = 1;
            let mut refusals = 0;
            loop {
                faulty_vfs::arm(fault, n, lasting);
                let done = journal.post().await;
                if !faulty_vfs::disarm() {
                    assert!(done, "{fault:?} {lasting:?}: nothing failed before operation {n}");
                    break;
                }
                refusals += u32::from(!done);
                journal.goes_on(&format!("{fault:?} {lasting:?} at {n}")).await;
                n = next(n);
            }
            // Reads come from memory, mostly; of the others, each one matters.
            assert!(
                refusals > 0 || fault == Fault::Read,
                "{fault:?} {lasting:?} refused nothing"
            );
        }
    }
    journal.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_may_not_grow_loses_nothing_acknowledged() {
    if TestDatabase::on_postgres() {
        return;
    }
    let mut journal = Journal::open(TestApp::builder()).await;
    let writer = journal.app.ctx().db.migrator().clone();
    for _ in 0..3 {
        // The limit is this connection's: it goes with it when the server closes it.
        writer
            .execute_unprepared("PRAGMA max_page_count = 1")
            .await
            .unwrap();
        let mut tried = 0;
        while journal.post().await {
            tried += 1;
            assert!(tried < 500, "the file still grows");
        }
        journal.goes_on("a full file").await;
    }
    journal.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_ends_any_statement_of_a_command_loses_nothing_acknowledged() {
    if !TestDatabase::on_postgres() {
        return;
    }
    let mut journal = Journal::open(TestApp::builder()).await;
    let killer = Killer::start(journal.app.database().url());
    let mut n = 1;
    let mut refused = 0;
    // A posted update takes some fifteen statements, its request's own and the feed's included: each of them is hit.
    while n < 30 {
        let left = Arc::new(AtomicI64::new(n));
        let hit = Arc::new(AtomicI64::new(0));
        let (ask, hits) = (killer.ask.clone(), Arc::clone(&hit));
        journal.app.statements.on_each(Some(Arc::new(move |_: &str| {
            if left.fetch_sub(1, Ordering::SeqCst) == 1 {
                let (answer, ended) = std::sync::mpsc::channel();
                ask.send(answer).unwrap();
                hits.fetch_add(ended.recv().unwrap(), Ordering::SeqCst);
            }
        })));
        let done = journal.post().await;
        journal.app.statements.on_each(None);
        refused += u32::from(!done);
        if hit.load(Ordering::SeqCst) > 0 {
            journal
                .goes_on(&format!("a connection ended at statement {n}"))
                .await;
        }
        n += 1;
    }
    assert!(refused > 5, "only {refused} commands were hit in the middle");
    journal.check().await;
}

/// Ends every connection of a database that is inside a transaction, when asked, and answers how many.
struct Killer {
    ask: std::sync::mpsc::Sender<std::sync::mpsc::Sender<i64>>,
}

impl Killer {
    fn start(url: &str) -> Self {
        let (ask, asked) = std::sync::mpsc::channel::<std::sync::mpsc::Sender<i64>>();
        let url = url.to_owned();
        // A thread with a runtime of its own: whoever asks blocks the server's.
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let control = sea_orm::Database::connect(&url).await.unwrap();
                let sql = "SELECT count(*) AS ended FROM (SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity \
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND state LIKE 'idle in transaction%') AS it";
                while let Ok(answer) = asked.recv() {
                    let statement = Statement::from_string(sea_orm::DbBackend::Postgres, sql);
                    let row = control.query_one_raw(statement).await.unwrap().unwrap();
                    answer.send(row.try_get("", "ended").unwrap()).unwrap();
                }
                control.close().await.unwrap();
            });
        });
        Self { ask }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_comes_out_of_its_pool_inside_a_transaction_is_replaced() {
    let mut journal = Journal::open(TestApp::builder()).await;
    let pool = journal.app.ctx().db.migrator().clone();
    for _ in 0..6 {
        // As something left it that began and didn't end. On PostgreSQL these are several connections.
        pool.execute_unprepared("BEGIN").await.unwrap();
        journal.goes_on("a connection left in a transaction").await;
    }
    journal.check().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_who_hang_up_leave_each_update_once_or_not_at_all() {
    let mut journal = Journal::open(TestApp::builder()).await;
    let address = format!("http://{}/graphql", journal.app.address());
    let mut keys = Vec::new();
    for wait in 0..40_u64 {
        let title = format!("title-h{wait:03}");
        let input =
            json!({ "projectId": journal.project, "title": title, "post": true, "idempotencyKey": title });
        let body = json!({ "query": CREATE_UPDATE, "variables": { "input": input } });
        let request = journal
            .app
            .http()
            .post(&address)
            .bearer_auth(&journal.staff.token)
            .json(&body);
        // Some are over before they begin, some in the middle, some after their answer.
        let _ = request.timeout(Duration::from_millis(1 + wait)).send().await;
        keys.push((title, input));
    }
    for (title, input) in keys {
        let payload = mutate(&journal.app, &journal.staff, CREATE_UPDATE, input).await;
        assert_eq!(errors(&payload), Vec::<String>::new());
        assert_eq!(payload["projectUpdate"]["title"], title.as_str());
        journal.acknowledged.insert(title);
    }
    journal.goes_on("hanging up").await;
    journal.check().await;
}

/// The row that the tests below change; any that is there.
async fn change(db: &Db, beat: i64) -> Result<(), DbErr> {
    let tx = db.begin_write(SystemClock.now()).await?;
    tx.conn()
        .execute_unprepared(&format!("UPDATE heartbeat SET beat = {beat}"))
        .await?;
    tx.commit().await
}

async fn beat_of(db: &Db) -> i64 {
    let read = Statement::from_string(db.backend(), "SELECT beat FROM heartbeat");
    db.reader()
        .query_one_raw(read)
        .await
        .unwrap()
        .unwrap()
        .try_get("", "beat")
        .unwrap()
}

#[tokio::test]
async fn a_transaction_in_which_a_statement_failed_is_not_committed_by_anybody() {
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    let tx = db.begin_write(SystemClock.now()).await.unwrap();
    tx.conn()
        .execute_unprepared("UPDATE heartbeat SET beat = 7")
        .await
        .unwrap();
    tx.conn()
        .execute_unprepared("INSERT INTO heartbeat (id, beat) VALUES (2, 2)")
        .await
        .unwrap_err();
    let after = tx
        .conn()
        .execute_unprepared("UPDATE heartbeat SET beat = 8")
        .await
        .unwrap_err();
    assert!(after.to_string().contains("failed before"), "{after}");
    let error = tx.commit().await.unwrap_err();
    assert!(error.to_string().contains("failed before"), "{error}");
    assert_eq!(beat_of(&db).await, 0);
    change(&db, 3).await.unwrap();
    assert_eq!(beat_of(&database.connect().await).await, 3);
}

#[tokio::test]
async fn a_statement_that_nobody_waited_for_ends_its_transaction() {
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    // SQLite's own thread may have answered already when it is looked at: then the next one is tried.
    let mut tried = 0;
    let tx = loop {
        let tx = db.begin_write(SystemClock.now()).await.unwrap();
        let broken_off = {
            let statement = tx.conn().execute_unprepared("UPDATE heartbeat SET beat = 7");
            futures_util::pin_mut!(statement);
            futures_util::poll!(statement.as_mut()).is_pending()
        };
        if broken_off {
            break tx;
        }
        tx.rollback().await.unwrap();
        tried += 1;
        assert!(tried < 1_000, "every statement was over at once");
    };
    let error = tx.commit().await.unwrap_err();
    assert!(error.to_string().contains("broken off"), "{error}");
    change(&db, 3).await.unwrap();
    assert_eq!(beat_of(&db).await, 3);
}

#[tokio::test]
async fn a_commit_that_nobody_waited_for_does_not_harm_the_next_one() {
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    for round in 1..=5 {
        let tx = db.begin_write(SystemClock.now()).await.unwrap();
        tx.conn()
            .execute_unprepared("UPDATE heartbeat SET beat = -1")
            .await
            .unwrap();
        {
            // Sent, whether or not it is answered already.
            let commit = tx.commit();
            futures_util::pin_mut!(commit);
            let _ = futures_util::poll!(commit.as_mut());
        }
        change(&db, round).await.unwrap();
        assert_eq!(beat_of(&database.connect().await).await, round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn readers_that_are_left_behind_are_found_told_and_replaced() {
    let app = TestApp::start().await;
    let db = &app.ctx().db;
    let ready = async || {
        let answer = app
            .http()
            .get(format!("http://{}/readyz", app.address()))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert!(heartbeat::beat(db, SystemClock.now()).await.unwrap());
    assert_eq!(ready().await.0, 200);
    if app.database().is_postgres() {
        // One set of connections for both: whoever writes next meets it, and replaces it before anything is written.
        let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT beat FROM heartbeat";
        db.reader().execute_unprepared(begin).await.unwrap();
        assert!(heartbeat::beat(db, SystemClock.now()).await.unwrap());
        assert_eq!(beat_of(db).await, beat_of(&app.database().connect().await).await);
        return;
    }
    let begin = "BEGIN; SELECT beat FROM heartbeat";
    db.reader().execute_unprepared(begin).await.unwrap();
    // A beat looks at connections that are free, and the feed may have this one just then: a later beat finds it.
    let mut found = false;
    for _ in 0..500 {
        found = !heartbeat::beat(db, SystemClock.now()).await.unwrap();
        if found {
            break;
        }
    }
    assert!(found, "one reader sees what was");
    let (status, told) = ready().await;
    assert_eq!(status, 503);
    assert!(told.contains("not read"), "{told}");
    assert!(
        heartbeat::beat(db, SystemClock.now()).await.unwrap(),
        "it was replaced"
    );
    assert_eq!(ready().await.0, 200);
}

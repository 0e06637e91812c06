//! Two hundred invoices issued at the same instant over real processes, a third of them failing on purpose, the year
//! turning over in the middle, servers killed without warning: per year and series the numbers are exactly 1 to k, and
//! dates never run backwards.
//!
//! `STORM_INVOICES` and `STORM_KILLS` lengthen or shorten it; `STORM_SEED` repeats what chance did, as far as the machine's
//! timing allows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use belle_house::features::billing::{InvoiceState, Invoices};
use belle_house_bench::api::{self, call};
use belle_house_bench::http::Connection;
use belle_house_bench::process::{Launch, Server};
use chrono::{DateTime, Datelike, Utc};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use sea_orm::{ConnectionTrait, EntityTrait};
use serde_json::json;

use crate::support::database::TestDatabase;

const ADMIN: &str = "admin@storm.example";
const PATIENCE: Duration = Duration::from_secs(60);
const WRITERS: usize = 20;
const CREATE: &str = "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id } \
    userErrors { code message field } } }";
const ISSUE: &str = "mutation($input: IssueInvoiceInput!) { issueInvoice(input: $input) { invoice { number } \
    userErrors { code message field } } }";

/// What is to become of a draft.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is issued.
    Issued,
    /// The rules refuse it: its advance isn't covered.
    Refused,
    /// The database fails after the number was taken.
    Broken,
}

struct Draft {
    id: String,
    fate: Fate,
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name}={value}"))
    })
}

/// Moves a server's clock to `moment`.
#[expect(
    clippy::disallowed_methods,
    reason = "the real binary's clock is the machine's, moved"
)]
fn set_clock(file: &Path, moment: DateTime<Utc>) {
    let seconds = (moment - Utc::now()).num_seconds();
    let new = file.with_extension("new");
    std::fs::write(&new, seconds.to_string()).unwrap();
    std::fs::rename(new, file).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_of_invoices_with_one_server() {
    storm(1, 0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_of_invoices_with_kill_9() {
    storm(1, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn storm_of_invoices_with_two_servers_and_kill_9() {
    // SQLite has one serving process: this runs on PostgreSQL alone.
    storm(2, 2).await;
}

async fn storm(servers: usize, kills: usize) {
    let database = TestDatabase::create().await;
    if servers > 1 && !database.is_postgres() {
        return;
    }
    let seed = setting("STORM_SEED", rand::random_range(0..1_000_000));
    let invoices = setting("STORM_INVOICES", 200);
    let kills = if kills == 0 {
        0
    } else {
        setting("STORM_KILLS", kills)
    };
    println!("STORM_SEED={seed}: {invoices} invoices, {servers} servers, {kills} kills");
    let mut chance = StdRng::seed_from_u64(seed as u64);
    let folder = tempfile::tempdir().unwrap();
    let clocks: Vec<PathBuf> = (0..servers)
        .map(|number| folder.path().join(format!("clock-{number}")))
        .collect();
    // Niamey is an hour ahead of UTC: five minutes to midnight. The second server's clock is slow.
    let eve: DateTime<Utc> = "2026-12-31T22:55:00Z".parse().unwrap();
    for (number, clock) in clocks.iter().enumerate() {
        set_clock(clock, eve - chrono::TimeDelta::minutes(number as i64));
    }
    let first = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path())
        .unwrap()
        .env("DATABASE_URL", database.url());
    let mut launches: Vec<Launch> = Vec::new();
    for clock in &clocks {
        let launch = match launches.first() {
            None => first.clone(),
            Some(first) => first.sibling().unwrap(),
        };
        launches.push(launch.env("TEST_CLOCK", clock.display().to_string()));
    }
    api::create_admin(&launches[0], ADMIN).unwrap();
    let mut running = Vec::new();
    for launch in &launches {
        running.push(launch.start().await.unwrap());
    }
    let mut connection = Connection::open(launches[0].address()).await.unwrap();
    let staff = api::login(&mut connection, ADMIN, api::PASSWORD).await.unwrap();
    let drafts = Arc::new(world(&mut connection, &launches, &staff, invoices).await);
    break_some(&database).await;

    let addresses: Arc<Vec<_>> = Arc::new(launches.iter().map(Launch::address).collect());
    let acknowledged = Arc::new(AtomicUsize::new(0));
    let writing: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let (drafts, addresses, acknowledged) = (
                Arc::clone(&drafts),
                Arc::clone(&addresses),
                Arc::clone(&acknowledged),
            );
            let staff = staff.clone();
            let mut chance = StdRng::seed_from_u64(chance.random());
            tokio::spawn(async move {
                for draft in drafts.iter().skip(writer).step_by(WRITERS) {
                    issue(&addresses, &staff, draft, &mut chance).await;
                    acknowledged.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    meddle(
        &launches,
        &mut running,
        &clocks,
        &acknowledged,
        invoices,
        kills,
        &mut chance,
    )
    .await;
    for writer in writing {
        if let Err(error) = writer.await {
            let logs: Vec<String> = launches.iter().map(Launch::log).collect();
            let log = logs.join("\n----\n");
            let lines: Vec<&str> = log.lines().collect();
            panic!(
                "a writer failed: {error}\n{}",
                lines[lines.len().saturating_sub(60)..].join("\n")
            );
        }
    }
    for server in running {
        server.stop().await.unwrap();
    }
    judge(&database, &drafts).await;
}

/// People, projects and drafts.
async fn world(connection: &mut Connection, launches: &[Launch], staff: &str, invoices: usize) -> Vec<Draft> {
    let client = api::create_client(connection, staff, &launches[0].data_dir(), "client@storm.example")
        .await
        .unwrap();
    let mut projects = Vec::new();
    for villa in 0..8 {
        let name = format!("Villa {villa}");
        projects.push(
            api::create_project(connection, staff, &client.id, &name)
                .await
                .unwrap(),
        );
    }
    let mut drafts = Vec::new();
    for number in 0..invoices {
        let fate = match number % 6 {
            1 => Fate::Refused,
            4 => Fate::Broken,
            _ => Fate::Issued,
        };
        let input = json!({
            "projectId": projects[number % projects.len()], "subject": format!("{fate:?} {number}"),
            "advancePayment": if fate == Fate::Refused { "1" } else { "0" }, "idempotencyKey": format!("draft {number}"),
            "items": [{ "description": "Lot", "quantity": "1", "unitPrice": format!("{}", 100 + number) }],
        });
        let data = call(connection, Some(staff), CREATE, json!({ "input": input }))
            .await
            .unwrap();
        let id = data["createInvoice"]["invoice"]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        drafts.push(Draft { id, fate });
    }
    drafts
}

/// From now on the database refuses, after it has taken its number, what is meant to break.
async fn break_some(database: &TestDatabase) {
    let db = database.connect().await;
    let sql = if database.is_postgres() {
        "CREATE FUNCTION break_it() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'broken on purpose'; END $$; \
         CREATE TRIGGER break_it BEFORE UPDATE ON invoices FOR EACH ROW \
         WHEN (NEW.number IS NOT NULL AND NEW.subject LIKE 'Broken%') EXECUTE FUNCTION break_it();"
    } else {
        "CREATE TRIGGER break_it BEFORE UPDATE ON invoices WHEN NEW.number IS NOT NULL AND NEW.subject LIKE 'Broken%' \
         BEGIN SELECT RAISE(ABORT, 'broken on purpose'); END;"
    };
    db.migrator().execute_unprepared(sql).await.unwrap();
    db.close().await.unwrap();
}

/// Asks until there is an answer: whoever isn't answered asks again with the same key, on any server.
async fn issue(addresses: &[std::net::SocketAddr], staff: &str, draft: &Draft, chance: &mut StdRng) {
    let begin = Instant::now();
    let input = json!({ "id": draft.id, "expectedVersion": 1, "idempotencyKey": draft.id });
    loop {
        let address = addresses[chance.random_range(0..addresses.len())];
        let attempt = async {
            let mut connection = Connection::open(address).await?;
            call(&mut connection, Some(staff), ISSUE, json!({ "input": input })).await
        };
        let error = match attempt.await {
            Ok(_) => {
                assert_eq!(draft.fate, Fate::Issued, "went through");
                return;
            }
            Err(error) => error,
        };
        let network = error.chain().any(|cause| cause.is::<std::io::Error>());
        let text = format!("{error:#}");
        if !network && !text.contains("closed the connection") {
            let expected = match draft.fate {
                Fate::Refused => text.contains("L’avance"),
                Fate::Broken => text.contains("INTERNAL"),
                Fate::Issued => false,
            };
            assert!(expected, "{:?} was answered: {text}", draft.fate);
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "never answered: {text}");
        tokio::time::sleep(Duration::from_millis(chance.random_range(5..80))).await;
    }
}

/// Kills servers, and turns the year over in the middle.
async fn meddle(
    launches: &[Launch],
    running: &mut [Server],
    clocks: &[PathBuf],
    acknowledged: &AtomicUsize,
    invoices: usize,
    kills: usize,
    chance: &mut StdRng,
) {
    let wait_for = async |count: usize| {
        while acknowledged.load(Ordering::Relaxed) < count {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    };
    let mut turned = false;
    for number in 0..=kills {
        let due = invoices * (2 * number + 1) / (2 * (kills + 1));
        if !turned && due * 2 >= invoices {
            wait_for(invoices / 2).await;
            turned = true;
            // A minute past midnight on the first server, four to midnight still on the second.
            let midnight: DateTime<Utc> = "2026-12-31T23:01:00Z".parse().unwrap();
            for (number, clock) in clocks.iter().enumerate() {
                set_clock(clock, midnight - chrono::TimeDelta::minutes(5 * number as i64));
            }
        }
        if number < kills {
            wait_for(due).await;
            let victim = number % running.len();
            running[victim].kill().unwrap();
            tokio::time::sleep(Duration::from_millis(chance.random_range(0..200))).await;
            running[victim] = launches[victim].start().await.unwrap();
        }
    }
}

/// Exactly the numbers 1 to k, per year and series, each issued invoice one of them, in the order of the dates.
async fn judge(database: &TestDatabase, drafts: &[Draft]) {
    let db = database.connect().await;
    let rows = Invoices::find().all(db.reader()).await.unwrap();
    db.close().await.unwrap();
    assert_eq!(rows.len(), drafts.len());
    let mut series: BTreeMap<(String, i32), Vec<(i64, chrono::NaiveDate)>> = BTreeMap::new();
    for row in &rows {
        let fate = drafts
            .iter()
            .find(|draft| draft.id == row.id.to_string())
            .unwrap()
            .fate;
        if fate != Fate::Issued {
            assert_eq!(row.state, InvoiceState::Draft, "{fate:?}");
            assert_eq!((row.number.as_ref(), row.version), (None, 1), "{fate:?}");
            continue;
        }
        assert_eq!(row.state, InvoiceState::Issued);
        let (year, sequence, date) = (row.year.unwrap(), row.sequence.unwrap(), row.issue_date.unwrap());
        assert_eq!(row.number, Some(format!("BH/{year}/{sequence}")));
        assert_eq!(date.year(), year);
        series
            .entry((row.series.clone().unwrap(), year))
            .or_default()
            .push((sequence, date));
    }
    let mut last = None;
    for ((name, year), mut given) in series {
        given.sort_unstable();
        println!("{name}/{year}: 1 to {}", given.len());
        let numbers: Vec<i64> = given.iter().map(|(number, _)| *number).collect();
        let expected: Vec<i64> = (1..=i64::try_from(given.len()).unwrap()).collect();
        assert_eq!(numbers, expected, "{name}/{year}");
        for (_, date) in given {
            assert!(
                last.is_none_or(|last| last <= date),
                "dates ran backwards: {last:?} {date}"
            );
            last = Some(date);
        }
    }
    assert_eq!(last.map(|date| date.year()), Some(2027), "the year has turned");
}

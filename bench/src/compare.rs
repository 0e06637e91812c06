//! `scripts/bench http`: what requests cost, at two sizes, beside an older binary and beside another server over the same tables.
//! All of them run at once and take turns; what is compared was measured within the same minute.

use crate::company::{self, Company, ITEMS, PROJECTS, UPDATES};
use crate::database::Database;
use crate::load::{self, Counted, Figures, Lane};
use crate::report::{self, Row};
use crate::workloads::{self, Workload};
use crate::{instructions, peer, world};
use anyhow::{Context as _, Result, ensure};
use belle_house_bench::process::{Launch, Server};
use belle_house_bench::processor;
use belle_house_bench::round_trips::RoundTrips;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Connections that ask at once.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds for each turn of each workload.
    #[arg(long, default_value_t = 4)]
    seconds: u64,
    /// Turns, in which the servers take their places one after the other.
    #[arg(long, default_value_t = 2)]
    rounds: usize,
    /// The second size: so many times the rows. 1 leaves it out.
    #[arg(long, default_value_t = 100)]
    times: usize,
    /// An older server to compare with.
    #[arg(long)]
    before: Option<PathBuf>,
    /// The folder of the other server, with its packages installed. On PostgreSQL alone.
    #[arg(long)]
    peer: Option<PathBuf>,
    /// Requests of each workload whose instructions valgrind counts; 0 leaves it out.
    #[arg(long, default_value_t = 10)]
    instructions: usize,
}

/// A server of ours with its data.
struct Ours {
    name: &'static str,
    binary: PathBuf,
    database: Database,
    company: Company,
}

/// A server that takes part.
struct Contestant {
    name: &'static str,
    /// Keeps answers, and so takes part in what is kept.
    keeps: bool,
    server: Server,
    counted: Counted,
    database: Database,
    workloads: Vec<Workload>,
    at_rest: u64,
}

/// Measures and prints.
pub async fn run(binary: &Path, folder: &Path, cluster: Option<&str>, options: &Options) -> Result<()> {
    let mut ours = vec![found("this", binary, folder, cluster).await?];
    if let Some(before) = &options.before {
        ours.push(found("before", before, folder, cluster).await?);
    }
    let costs = costs(&ours, folder, options).await?;
    let sizes = [1, options.times];
    for &times in &sizes[..if options.times > 1 { 2 } else { 1 }] {
        report::title(&format!(
            "{}, {times} ×: {} items, {} pictures, {} projects with {} updates",
            if cluster.is_some() { "PostgreSQL" } else { "SQLite" },
            ITEMS * times,
            (ITEMS * 6 + PROJECTS * UPDATES) * times,
            PROJECTS * times,
            PROJECTS * UPDATES * times
        ));
        size(&ours, folder, times, &costs, options).await?;
    }
    Ok(())
}

async fn found(name: &'static str, binary: &Path, folder: &Path, cluster: Option<&str>) -> Result<Ours> {
    let database = Database::create(cluster, folder, name)?;
    let launch = world::launch(binary, &folder.join(name), Some(&database.url()))?;
    let company = company::found(&launch, &database).await?;
    database.settle()?;
    Ok(Ours {
        name,
        binary: binary.to_owned(),
        database,
        company,
    })
}

/// What one request costs, counted.
struct Cost {
    server: String,
    workload: &'static str,
    trips: Option<(usize, usize)>,
    instructions: Option<u64>,
}

/// Counts statements and round trips of everybody, and instructions of ours.
async fn costs(ours: &[Ours], folder: &Path, options: &Options) -> Result<Vec<Cost>> {
    let mut costs = Vec::new();
    for one in ours {
        let database = one.database.copy(&format!("{}_counted", one.name))?;
        let launch = world::launch(&one.binary, &folder.join("counted"), Some(&database.url()))?;
        let workloads = workloads::all(&one.company);
        let counts = if options.instructions > 0 {
            instructions::count(&launch, folder, &workloads, options.instructions).await?
        } else {
            Vec::new()
        };
        let mut trips = Vec::new();
        if let Database::Postgres(url) = &database {
            let (counter, url) = RoundTrips::before(url).await?;
            let server = launch.clone().env("DATABASE_URL", url).start().await?;
            trips = round_trips(&server, &counter, &workloads).await?;
            server.stop().await?;
        }
        for (at, workload) in workloads.iter().enumerate() {
            costs.push(Cost {
                server: one.name.to_owned(),
                workload: workload.name,
                trips: trips.get(at).copied(),
                instructions: counts.get(at).copied(),
            });
        }
    }
    if let (Some(folder), Database::Postgres(_)) = (&options.peer, &ours[0].database) {
        let Database::Postgres(url) = ours[0].database.copy("peer_counted")? else {
            return Ok(costs);
        };
        let (counter, url) = RoundTrips::before(&url).await?;
        let server = peer::start(folder, &url, 1, "http://127.0.0.1").await?;
        let workloads = workloads::all(&ours[0].company);
        let trips = round_trips(&server, &counter, &workloads).await?;
        for (workload, trips) in workloads.iter().zip(trips) {
            costs.push(Cost {
                server: "yoga".to_owned(),
                workload: workload.name,
                trips: Some(trips),
                instructions: None,
            });
        }
    }
    Ok(costs)
}

/// Round trips and statements of each workload: the fewest of several requests, since the feed and the jobs work beside them.
async fn round_trips(
    server: &Server,
    counter: &RoundTrips,
    workloads: &[Workload],
) -> Result<Vec<(usize, usize)>> {
    let mut lane = Lane::open(server.address()).await?;
    let mut all = Vec::new();
    let mut number = 800_000_000;
    for workload in workloads {
        let mut fewest: Option<Vec<String>> = None;
        for _ in 0..16 {
            // What a posted update sends is sent by then.
            let pause = if workload.writes { 300 } else { 60 };
            tokio::time::sleep(Duration::from_millis(pause)).await;
            counter.take();
            // What is kept is asked again, the same each time.
            number += usize::from(!workload.kept);
            lane.ask(workload, number).await?;
            let mut trips = counter.take();
            // The relay's numbering comes beside whoever asks; a round trip to prepare and no more is once a connection.
            let prepares = |trip: &str| trip.starts_with("prepare ") && !trip.contains("; ");
            trips.retain(|trip| !trip.starts_with("DO $relay$") && !prepares(trip));
            if fewest.as_ref().is_none_or(|fewest| trips.len() < fewest.len()) {
                fewest = Some(trips);
            }
        }
        let fewest = fewest.unwrap_or_default();
        let around = ["BEGIN", "COMMIT"];
        let statements = fewest
            .iter()
            .filter(|trip| !around.contains(&trip.as_str()))
            .count();
        all.push((fewest.len(), statements));
    }
    Ok(all)
}

async fn size(ours: &[Ours], folder: &Path, times: usize, costs: &[Cost], options: &Options) -> Result<()> {
    let mut contestants = Vec::new();
    for one in ours {
        contestants.push(contestant(one, folder, times).await?);
    }
    if let (Some(folder), Database::Postgres(_)) = (&options.peer, &ours[0].database) {
        for (name, processes) in [("yoga, 1 process", 1), ("yoga, 2 processes", 2)] {
            contestants.push(rival(&ours[0], folder, times, name, processes, &contestants[0]).await?);
        }
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    for one in &mut contestants {
        one.at_rest = processor::memory_kib(one.server.pid())?;
    }
    alike(&contestants).await?;

    let workloads = contestants[0].workloads.len();
    let mut figures = vec![vec![Figures::default(); contestants.len()]; workloads];
    let mut alone = figures.clone();
    let seconds = Duration::from_secs(options.seconds);
    for round in 0..options.rounds {
        for workload in 0..workloads {
            for (at, one) in contestants.iter().enumerate() {
                let asked = &one.workloads[workload];
                if asked.writes || asked.kept && !one.keeps {
                    continue;
                }
                let address = one.server.address();
                if round == 0 {
                    let warm = Duration::from_millis(1500);
                    load::run(address, asked, options.connections, warm, one.counted).await?;
                }
                figures[workload][at]
                    .merge(load::run(address, asked, options.connections, seconds, one.counted).await?);
                if round == 0 && !asked.kept {
                    alone[workload][at] =
                        load::run(address, asked, 1, Duration::from_secs(1), one.counted).await?;
                }
            }
        }
    }
    let loaded: Vec<u64> = contestants
        .iter()
        .map(|one| processor::memory_kib(one.server.pid()))
        .collect::<Result<_>>()?;
    report::memory(
        contestants
            .iter()
            .zip(&loaded)
            .map(|(one, loaded)| (one.name, one.server.first_answer, one.at_rest, *loaded)),
    );
    // Writing comes last: each server ends with it, so that its messages aren't sent while the next one writes.
    let mut names = Vec::new();
    let mut ahead = Vec::new();
    for (at, one) in contestants.into_iter().enumerate() {
        for (workload, asked) in one.workloads.iter().enumerate().filter(|(_, asked)| asked.writes) {
            let address = one.server.address();
            let warm = Duration::from_millis(1500);
            load::run(address, asked, options.connections, warm, one.counted).await?;
            let before = one.database.written_ahead()?;
            let time = seconds * u32::try_from(options.rounds)?;
            figures[workload][at] = load::run(address, asked, options.connections, time, one.counted).await?;
            if let (Some(before), Some(after)) = (before, one.database.written_ahead()?) {
                ahead.push((
                    one.name,
                    (after - before) as f64 / figures[workload][at].latency.len() as f64,
                ));
            }
            alone[workload][at] = load::run(address, asked, 1, Duration::from_secs(1), one.counted).await?;
        }
        names.push(one.name);
        one.server.stop().await?;
    }
    let cost = |server: &str, workload: &str| {
        costs
            .iter()
            .find(|cost| server.starts_with(&cost.server) && cost.workload == workload)
    };
    let asked = workloads::all(&ours[0].company);
    for (workload, row) in asked.iter().zip(figures.iter().zip(&alone)) {
        let rows = names
            .iter()
            .zip(row.0.iter().zip(row.1))
            .map(|(name, (figures, alone))| {
                let cost = cost(name, workload.name);
                Row {
                    name,
                    figures,
                    alone,
                    trips: cost.and_then(|cost| cost.trips),
                    instructions: cost.and_then(|cost| cost.instructions),
                }
            });
        report::workload(workload.name, &rows.collect::<Vec<_>>());
    }
    report::written_ahead(&ahead);
    Ok(())
}

/// Starts ours on a database of this size.
async fn contestant(one: &Ours, folder: &Path, times: usize) -> Result<Contestant> {
    let database = one.database.copy(&format!("{}_{times}", one.name))?;
    if times > 1 {
        company::multiply(&database, times)?;
    }
    let launch: Launch = world::launch(
        &one.binary,
        &folder.join(format!("{}-{times}", one.name)),
        Some(&database.url()),
    )?;
    let server = launch.start().await?;
    Ok(Contestant {
        name: one.name,
        keeps: true,
        counted: Counted {
            server: server.pid(),
            database: database.postmaster()?,
        },
        server,
        database,
        workloads: workloads::all(&one.company),
        at_rest: 0,
    })
}

/// Starts the peer on a database of its own with the same rows.
async fn rival(
    ours: &Ours,
    folder: &Path,
    times: usize,
    name: &'static str,
    processes: usize,
    beside: &Contestant,
) -> Result<Contestant> {
    let database = ours.database.copy(&format!("peer_{times}_{processes}"))?;
    if times > 1 {
        company::multiply(&database, times)?;
    }
    let public_url = format!("http://{}", beside.server.address());
    let server = peer::start(folder, &database.url(), processes, &public_url).await?;
    Ok(Contestant {
        name,
        keeps: false,
        counted: Counted {
            server: server.pid(),
            database: database.postmaster()?,
        },
        server,
        database,
        workloads: workloads::all(&ours.company),
        at_rest: 0,
    })
}

/// The peer's answers are ours, word for word, but for what only we can sign.
async fn alike(contestants: &[Contestant]) -> Result<()> {
    let Some((ours, others)) = contestants.split_first() else {
        return Ok(());
    };
    for one in others.iter().filter(|one| !one.keeps) {
        for (own, asked) in ours.workloads.iter().zip(&one.workloads) {
            if asked.writes {
                continue;
            }
            for number in 0..10 {
                let expected = answer(&ours.server, own, number).await?;
                let got = answer(&one.server, asked, number).await?;
                ensure!(
                    expected == got,
                    "{}: the answers differ\nours: {expected}\n{}: {got}",
                    asked.name,
                    one.name
                );
            }
        }
    }
    Ok(())
}

async fn answer(server: &Server, workload: &Workload, number: usize) -> Result<Value> {
    let mut lane = Lane::open(server.address()).await?;
    let mut value = serde_json::from_slice(lane.ask(workload, number).await?).context("no JSON")?;
    unsigned(&mut value);
    Ok(value)
}

/// Takes the signatures off addresses, and writes instants in one way: trailing zeros say nothing.
fn unsigned(value: &mut Value) {
    match value {
        Value::String(text) if chrono::DateTime::parse_from_rfc3339(text).is_ok() => {
            if let Ok(instant) = chrono::DateTime::parse_from_rfc3339(text) {
                *text = instant.to_rfc3339_opts(chrono::SecondsFormat::Micros, true);
            }
        }
        Value::String(text) if text.starts_with("http://127.0.0.1") => {
            if let Some((path, _)) = text.split_once('?') {
                *text = path.to_owned();
            }
        }
        Value::Array(values) => values.iter_mut().for_each(unsigned),
        Value::Object(fields) => fields.values_mut().for_each(unsigned),
        _ => {}
    }
}

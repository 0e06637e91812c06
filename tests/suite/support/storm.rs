//! What a storm is made of: writers, subscribers and a killer, over real server processes.

use super::database::TestDatabase;
use belle_house_bench::api::{self, ClientAccount};
use belle_house_bench::http::Connection;
use belle_house_bench::process::{Launch, Server};
use belle_house_bench::ws::{Incoming, Socket};
use platform::feed::FeedCursor;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How a storm differs from others.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Server processes on one database; more than one needs PostgreSQL.
    pub servers: usize,
    /// How often a server is killed (`STORM_KILLS` says otherwise, unless it is 0).
    pub kills: usize,
}

const CLIENTS: usize = 4;
const PROJECTS_OF_EACH: usize = 2;
const SUBSCRIBERS_OF_EACH: usize = 3;
const ADMIN: &str = "admin@storm.example";

/// How long a subscriber may take to have everything after the last write was acknowledged.
const PATIENCE: Duration = Duration::from_secs(30);

const SUBSCRIPTION: &str = "subscription($after: String) { viewerEvents(after: $after) { __typename \
    ... on StreamEvent { id cursor replayed } \
    ... on ProjectUpdatePosted { projectUpdate { title } } } }";

/// What everybody in the storm knows.
struct Storm {
    addresses: Vec<SocketAddr>,
    staff: String,
    clients: Vec<ClientAccount>,
    /// Project id and the index of the client who owns it.
    projects: Vec<(String, usize)>,
    updates: usize,
    acknowledged: AtomicUsize,
}

impl Storm {
    fn any_address(&self, chance: &mut StdRng) -> SocketAddr {
        self.addresses[chance.random_range(0..self.addresses.len())]
    }

    /// The project that update `number` goes to: fixed by the number, so that everybody knows who must see it.
    fn project_of(&self, number: usize) -> &(String, usize) {
        &self.projects[number * 31 % self.projects.len()]
    }

    fn titles_for(&self, client: usize) -> BTreeSet<String> {
        (0..self.updates)
            .filter(|number| self.project_of(*number).1 == client)
            .map(title)
            .collect()
    }
}

fn title(number: usize) -> String {
    format!("update-{number}")
}

fn setting(name: &str, default: usize) -> usize {
    std::env::var(name).ok().map_or(default, |value| {
        value.parse().unwrap_or_else(|_| panic!("{name}={value}"))
    })
}

/// One storm at a time, for runners that keep all tests in one process.
static WEATHER: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Runs a storm and asserts that nothing was lost, repeated or out of order.
pub async fn storm(plan: Plan) {
    let _alone = WEATHER.lock().await;
    let database = TestDatabase::create().await;
    if plan.servers > 1 && !database.is_postgres() {
        return;
    }
    let seed = setting("STORM_SEED", rand::random_range(0..1_000_000));
    let updates = setting("STORM_UPDATES", 1_000);
    let writers = setting("STORM_WRITERS", 20);
    let kills = if plan.kills == 0 {
        0
    } else {
        setting("STORM_KILLS", plan.kills)
    };
    println!(
        "STORM_SEED={seed}: {updates} updates by {writers} writers, {} servers, {kills} kills",
        plan.servers
    );
    let mut chance = StdRng::seed_from_u64(seed as u64);

    let folder = tempfile::tempdir().unwrap();
    let first = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path())
        .unwrap()
        .env("DATABASE_URL", database.url());
    let mut launches = vec![first];
    while launches.len() < plan.servers {
        launches.push(launches[0].sibling().unwrap());
    }
    api::create_admin(&launches[0], ADMIN).unwrap();
    let mut servers = Vec::new();
    for launch in &launches {
        servers.push(launch.start().await.unwrap());
    }
    let storm = Arc::new(world(&launches, updates).await);
    let starts = starting_points(&storm).await;

    let begin = Instant::now();
    let subscribers: Vec<_> = (0..CLIENTS * SUBSCRIBERS_OF_EACH)
        .map(|number| {
            let client = number % CLIENTS;
            let (storm, after) = (Arc::clone(&storm), starts[client].clone());
            let chance = StdRng::seed_from_u64(chance.random());
            tokio::spawn(async move { subscribe(&storm, client, after, chance).await })
        })
        .collect();
    let writing: Vec<_> = (0..writers)
        .map(|writer| {
            let storm = Arc::clone(&storm);
            let chance = StdRng::seed_from_u64(chance.random());
            tokio::spawn(async move { write(&storm, (writer..updates).step_by(writers), chance).await })
        })
        .collect();
    kill(&storm, &launches, &mut servers, kills, &mut chance).await;

    let logs = || {
        launches
            .iter()
            .map(Launch::log)
            .collect::<Vec<_>>()
            .join("\n----\n")
    };
    for writer in writing {
        writer
            .await
            .unwrap_or_else(|error| panic!("a writer failed: {error}\n{}", tail(&logs())));
    }
    let written = begin.elapsed();
    for subscriber in subscribers {
        subscriber
            .await
            .unwrap_or_else(|error| panic!("STORM_SEED={seed}: {error}\n{}", tail(&logs())));
    }
    println!(
        "written in {:.1} s, received in {:.1} s",
        written.as_secs_f64(),
        begin.elapsed().as_secs_f64()
    );
    for server in servers {
        server.stop().await.unwrap();
    }
}

fn tail(log: &str) -> String {
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(60)..].join("\n")
}

/// Makes the people and projects.
async fn world(launches: &[Launch], updates: usize) -> Storm {
    let mut connection = Connection::open(launches[0].address()).await.unwrap();
    let staff = api::login(&mut connection, ADMIN, api::PASSWORD).await.unwrap();
    let mut clients = Vec::new();
    let mut projects = Vec::new();
    for number in 0..CLIENTS {
        let email = format!("client{number}@storm.example");
        let client = api::create_client(&mut connection, &staff, &launches[0].data_dir(), &email)
            .await
            .unwrap();
        for villa in 0..PROJECTS_OF_EACH {
            let name = format!("Villa {number}-{villa}");
            let id = api::create_project(&mut connection, &staff, &client.id, &name)
                .await
                .unwrap();
            projects.push((id, number));
        }
        clients.push(client);
    }
    Storm {
        addresses: launches.iter().map(Launch::address).collect(),
        staff,
        clients,
        projects,
        updates,
        acknowledged: AtomicUsize::new(0),
    }
}

/// Each client's cursor before the storm, as an app takes it with its first load.
async fn starting_points(storm: &Storm) -> Vec<String> {
    let mut connection = Connection::open(storm.addresses[0]).await.unwrap();
    let mut cursors = Vec::new();
    for client in &storm.clients {
        let data = api::call(&mut connection, Some(&client.token), "{ eventCursor }", json!({}))
            .await
            .unwrap();
        cursors.push(data["eventCursor"].as_str().unwrap().to_owned());
    }
    cursors
}

/// Posts its share of the updates, each until it is acknowledged: whoever isn't answered asks again with the
/// same idempotency key, on any server.
async fn write(storm: &Storm, numbers: impl Iterator<Item = usize>, mut chance: StdRng) {
    let mut connection = None;
    for number in numbers {
        let (project, _) = storm.project_of(number);
        let begin = Instant::now();
        loop {
            let attempt = async {
                let mut open = match connection.take() {
                    Some(open) => open,
                    None => Connection::open(storm.any_address(&mut chance)).await?,
                };
                api::post_update(&mut open, &storm.staff, project, &title(number)).await?;
                anyhow::Ok(open)
            };
            match attempt.await {
                Ok(open) => {
                    connection = Some(open);
                    break;
                }
                Err(error) => {
                    // A killed server is a refused or broken connection. Anything it said is another matter.
                    let network = error.chain().any(|cause| cause.is::<std::io::Error>());
                    let closed = error.to_string().contains("closed the connection");
                    assert!(network || closed, "update {number} was refused: {error:#}");
                    assert!(
                        begin.elapsed() < PATIENCE,
                        "update {number} was never acknowledged: {error:#}"
                    );
                    tokio::time::sleep(Duration::from_millis(chance.random_range(5..80))).await;
                }
            }
        }
        storm.acknowledged.fetch_add(1, Ordering::Relaxed);
    }
}

/// Kills and restarts servers in turn, spread over the storm.
async fn kill(storm: &Storm, launches: &[Launch], servers: &mut [Server], kills: usize, chance: &mut StdRng) {
    for number in 0..kills {
        let share = storm.updates / (kills + 1);
        let due = share * number + chance.random_range(share / 2..=share);
        while storm.acknowledged.load(Ordering::Relaxed) < due {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        let victim = number % servers.len();
        servers[victim].kill().unwrap();
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..200))).await;
        servers[victim] = launches[victim].start().await.unwrap();
    }
}

/// What one subscriber saw, over all its connections.
#[derive(Default)]
struct Seen {
    titles: BTreeMap<String, usize>,
    positions: Vec<(String, i64)>,
    connections: usize,
}

/// Follows a client's events through drops and resumptions until everything is there.
async fn subscribe(storm: &Storm, client: usize, start: String, mut chance: StdRng) {
    let wanted = storm.titles_for(client);
    let mut after = start;
    let mut seen = Seen::default();
    let mut complete_since = None;
    while seen.titles.len() < wanted.len() {
        let stay = Duration::from_millis(chance.random_range(20..1_500));
        let polite = chance.random_bool(0.5);
        let address = storm.any_address(&mut chance);
        // A server that is down is met again later, as an app does.
        let _ = visit(
            storm,
            client,
            address,
            &mut after,
            &mut seen,
            stay,
            polite,
            wanted.len(),
        )
        .await;
        if storm.acknowledged.load(Ordering::Relaxed) == storm.updates {
            let since = *complete_since.get_or_insert_with(Instant::now);
            let missing: Vec<_> = wanted
                .iter()
                .filter(|title| !seen.titles.contains_key(*title))
                .collect();
            assert!(
                since.elapsed() < PATIENCE || missing.is_empty(),
                "{} of {} updates never came to client {client}: {missing:?}",
                missing.len(),
                wanted.len()
            );
        }
        tokio::time::sleep(Duration::from_millis(chance.random_range(0..150))).await;
    }
    let strangers: Vec<_> = seen
        .titles
        .keys()
        .filter(|title| !wanted.contains(*title))
        .collect();
    assert!(
        strangers.is_empty(),
        "client {client} saw what isn't theirs: {strangers:?}"
    );
    let repeated: Vec<_> = seen.titles.iter().filter(|(_, times)| **times > 1).collect();
    assert!(repeated.is_empty(), "came more than once: {repeated:?}");
    for pair in seen.positions.windows(2) {
        assert!(
            pair[0].1 < pair[1].1,
            "cursors went from {:?} to {:?}",
            pair[0],
            pair[1]
        );
    }
    println!(
        "a subscriber of client {client}: {} events over {} connections",
        seen.positions.len(),
        seen.connections
    );
}

/// One connection: resumes after the last cursor, takes what comes for a while, and goes, politely or not.
#[expect(
    clippy::too_many_arguments,
    reason = "one call site, and a struct would only rename the arguments"
)]
async fn visit(
    storm: &Storm,
    client: usize,
    address: SocketAddr,
    after: &mut String,
    seen: &mut Seen,
    stay: Duration,
    polite: bool,
    enough: usize,
) -> anyhow::Result<()> {
    let mut socket = Socket::open_with_token(address, &storm.clients[client].token).await?;
    socket
        .subscribe("1", SUBSCRIPTION, json!({ "after": after }))
        .await?;
    seen.connections += 1;
    let begin = Instant::now();
    let mut live = false;
    while seen.titles.len() < enough {
        let Some(left) = stay.checked_sub(begin.elapsed()) else {
            break;
        };
        let Some(incoming) = socket.receive_within(left).await? else {
            break;
        };
        let Incoming::Message(message) = incoming else {
            return Ok(());
        };
        assert_eq!(message["type"], "next", "the stream must go on: {message}");
        let event = &message["payload"]["data"]["viewerEvents"];
        assert!(event["cursor"].is_string(), "an event without cursor: {message}");
        assert_ne!(
            event["__typename"], "StreamReset",
            "nothing has expired: {message}"
        );
        // What happened before we came is replayed, all of it before anything new.
        let replayed = event["replayed"].as_bool().unwrap();
        assert!(
            !(live && replayed),
            "a replayed event after a live one: {message}"
        );
        live |= !replayed;
        take(seen, event);
        after.clear();
        after.push_str(event["cursor"].as_str().unwrap());
    }
    if polite {
        socket.close().await?;
    }
    Ok(())
}

fn take(seen: &mut Seen, event: &Value) {
    let cursor = event["cursor"].as_str().unwrap().to_owned();
    let position = FeedCursor::parse(&cursor).unwrap().position;
    seen.positions.push((cursor, position));
    if event["__typename"] == "ProjectUpdatePosted" {
        let title = event["projectUpdate"]["title"].as_str().unwrap().to_owned();
        *seen.titles.entry(title).or_default() += 1;
    }
}

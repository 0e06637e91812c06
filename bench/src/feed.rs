//! The live feed under load: memory of a subscriber, one post to one reader, one post to a thousand.

use crate::peer;
use crate::world::{self, ADMIN, People};
use anyhow::{Context as _, Result, bail, ensure};
use belle_house_bench::api;
use belle_house_bench::http::Connection;
use belle_house_bench::process::{Launch, Server};
use belle_house_bench::stats::Samples;
use belle_house_bench::ws::Socket;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::mpsc;

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Subscribers at once, each on a project of its own.
    #[arg(long, default_value_t = 5_000)]
    subscribers: usize,
    /// Accounts that the subscribers are spread over.
    #[arg(long, default_value_t = 100)]
    clients: usize,
    /// Posts a second, each to another project.
    #[arg(long, default_value_t = 200)]
    rate: u32,
    /// For so many seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Subscribers of the one project that everybody watches.
    #[arg(long, default_value_t = 1_000)]
    audience: usize,
    /// Posts to that one project.
    #[arg(long, default_value_t = 20)]
    broadcasts: usize,
    /// The folder of another server (bench/peer), which does the same on the same rows afterwards. On PostgreSQL alone.
    #[arg(long)]
    peer: Option<PathBuf>,
}

const SUBSCRIPTION: &str = "subscription($project: ID) { viewerEvents(projectId: $project) { \
    __typename ... on ProjectUpdatePosted { occurredAt projectUpdate { title } } } }";

/// What a subscriber got, and when. Text is parsed after the measurement.
#[derive(Debug)]
struct Receipt {
    at: Instant,
    text: String,
}

/// The moments of one post as the poster saw them.
#[derive(Debug, Clone, Copy)]
struct Post {
    sent: Instant,
    answered: Instant,
}

/// The three latencies of a receipt: none is the commit's own instant, but it lies between the second and third.
#[derive(Debug, Default)]
struct Latencies {
    from_request: Samples,
    from_occurred_at: Samples,
    from_answer: Samples,
}

impl Latencies {
    fn print(&self) {
        println!("  request sent → event received:       {}", self.from_request);
        println!("  event's occurredAt → event received: {}", self.from_occurred_at);
        println!("  request answered → event received:   {}", self.from_answer);
    }
}

/// Instants on the clock of the wall, which the server's `occurredAt` is on.
#[derive(Debug, Clone, Copy)]
struct Wall {
    instant: Instant,
    since_epoch: Duration,
}

impl Wall {
    #[expect(
        clippy::disallowed_methods,
        reason = "the server's occurredAt is on this clock"
    )]
    fn now() -> Result<Self> {
        Ok(Self {
            instant: Instant::now(),
            since_epoch: SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?,
        })
    }

    fn since(&self, occurred_at: &str, received: Instant) -> Result<Duration> {
        let occurred = chrono::DateTime::parse_from_rfc3339(occurred_at)?;
        let occurred = Duration::from_micros(u64::try_from(occurred.timestamp_micros())?);
        Ok((self.since_epoch + received.duration_since(self.instant)).saturating_sub(occurred))
    }
}

/// Measures and prints.
pub async fn run(launch: &Launch, database: Option<&str>, options: &Options) -> Result<()> {
    launch.run(&["migrate"], "")?;
    api::create_admin(launch, ADMIN)?;
    let server = launch.start().await?;
    let address = server.address();
    println!(
        "feed: {} clients with {} projects are made",
        options.clients, options.subscribers
    );
    let people = world::people(launch, address, options.clients).await?;
    let mut projects = world::projects(address, &people, options.subscribers + 1).await?;
    let watched = projects.pop().context("no project for all to watch")?;
    measure(&server, &people, &projects, &watched, options).await?;
    stop(server).await?;
    if let Some(folder) = &options.peer {
        let url = database.context("the peer needs PostgreSQL: --database-url")?;
        let server = peer::start(folder, url, 1, "http://127.0.0.1").await?;
        println!("\nthe peer, in one process, which keeps no event for those who weren't there:");
        measure(&server, &people, &projects, &watched, options).await?;
        stop(server).await?;
    }
    Ok(())
}

/// One subscriber a project first, then everybody on one project.
async fn measure(
    server: &Server,
    people: &People,
    projects: &[(String, usize)],
    watched: &(String, usize),
    options: &Options,
) -> Result<()> {
    let address = server.address();
    let (receipts, mut inbox) = mpsc::unbounded_channel();
    // A few connections come and go first, so that what a first connection alone costs isn't counted as theirs.
    for _ in 0..50 {
        let socket = Socket::open_with_token(address, &people.clients[0].token).await?;
        socket.close().await?;
    }
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = server.resident_kib()?;
    let connecting = Instant::now();
    world::each(options.subscribers, 16, |number| {
        let (project, owner) = projects[number].clone();
        subscriber(
            address,
            people.clients[owner].token.clone(),
            project,
            receipts.clone(),
        )
    })
    .await?;
    let connected = connecting.elapsed();
    tokio::time::sleep(Duration::from_secs(3)).await;
    let after = server.resident_kib()?;
    println!(
        "{} subscribers on one process, connected in {:.1} s",
        options.subscribers,
        connected.as_secs_f64()
    );
    println!(
        "  resident memory (VmRSS): {before} KiB before, {after} KiB with them: {:.1} KiB each (target 20)",
        after.saturating_sub(before) as f64 / options.subscribers as f64
    );

    let wall = Wall::now()?;
    let posts = steady(address, people, projects, options).await?;
    let latencies = collect(&mut inbox, &posts, posts.len(), &wall).await?;
    println!(
        "{} posts a second for {} s, each to another project's one subscriber",
        options.rate, options.seconds
    );
    latencies.print();
    println!(
        "  target: p99 from commit to receipt under 10 ms; the commit lies between occurredAt and answer"
    );
    println!("  resident memory afterwards: {} KiB", server.resident_kib()?);

    broadcast(address, people, watched, options).await?;
    println!("  resident memory at the end: {} KiB", server.resident_kib()?);
    Ok(())
}

async fn stop(server: Server) -> Result<()> {
    let asked = Instant::now();
    server.stop().await?;
    println!("stopped in {:.1} s", asked.elapsed().as_secs_f64());
    Ok(())
}

/// Connects and subscribes, then hands on whatever comes until the connection ends.
async fn subscriber(
    address: SocketAddr,
    token: String,
    project: String,
    receipts: mpsc::UnboundedSender<Receipt>,
) -> Result<()> {
    let mut socket = Socket::open_with_token(address, &token).await?;
    socket
        .subscribe("1", SUBSCRIPTION, json!({ "project": project }))
        .await?;
    tokio::spawn(async move {
        while let Ok(Ok(text)) = socket.receive_text().await {
            let at = Instant::now();
            if text.contains("\"ping\"") {
                if socket.send(&json!({ "type": "pong" })).await.is_err() {
                    break;
                }
            } else if receipts.send(Receipt { at, text }).is_err() {
                break;
            }
        }
    });
    Ok(())
}

/// Posts at a steady rate, whatever the answers take; each post has a title of its own.
async fn steady(
    address: SocketAddr,
    people: &People,
    projects: &[(String, usize)],
    options: &Options,
) -> Result<HashMap<String, Post>> {
    const CONNECTIONS: usize = 16;
    let count = usize::try_from(options.rate * options.seconds)?;
    let begin = Instant::now() + Duration::from_millis(100);
    let lanes = (0..CONNECTIONS).map(|lane| {
        let staff = people.staff.clone();
        async move {
            let mut connection = Connection::open(address).await?;
            let mut posts = Vec::new();
            for number in (lane..count).step_by(CONNECTIONS) {
                let due = begin + Duration::from_secs(1) / options.rate * u32::try_from(number)?;
                tokio::time::sleep_until(due.into()).await;
                // Neighbours in time are far apart in the list: different clients, different projects.
                let (project, _) = &projects[number * 7919 % projects.len()];
                let title = format!("steady-{number}");
                let sent = Instant::now();
                api::post_update(&mut connection, &staff, project, &title).await?;
                posts.push((
                    title,
                    Post {
                        sent,
                        answered: Instant::now(),
                    },
                ));
            }
            anyhow::Ok(posts)
        }
    });
    let lanes = futures_util::future::try_join_all(lanes).await?;
    Ok(lanes.into_iter().flatten().collect())
}

/// One project, a thousand readers, one post at a time.
async fn broadcast(
    address: SocketAddr,
    people: &People,
    (project, owner): &(String, usize),
    options: &Options,
) -> Result<()> {
    let owner = &people.clients[*owner];
    let mut connection = Connection::open(address).await?;
    let (receipts, mut inbox) = mpsc::unbounded_channel();
    world::each(options.audience, 16, |_| {
        subscriber(address, owner.token.clone(), project.clone(), receipts.clone())
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let wall = Wall::now()?;
    let mut all = Latencies::default();
    let mut last = Samples::default();
    for number in 0..options.broadcasts {
        let title = format!("broadcast-{number}");
        let sent = Instant::now();
        api::post_update(&mut connection, &people.staff, project, &title).await?;
        let post = HashMap::from([(
            title,
            Post {
                sent,
                answered: Instant::now(),
            },
        )]);
        let one = collect(&mut inbox, &post, options.audience, &wall).await?;
        last.push(one.from_occurred_at.per_mille(1000));
        for (sum, part) in [
            (&mut all.from_request, one.from_request),
            (&mut all.from_occurred_at, one.from_occurred_at),
            (&mut all.from_answer, one.from_answer),
        ] {
            sum.merge(part);
        }
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    println!(
        "{} posts, one at a time, to the {} subscribers of one project",
        options.broadcasts, options.audience
    );
    all.print();
    println!("  occurredAt → received by the last of them: {last}");
    println!("  target: p99 under 75 ms");
    Ok(())
}

/// Waits for `expected` receipts of the posts and measures each.
async fn collect(
    inbox: &mut mpsc::UnboundedReceiver<Receipt>,
    posts: &HashMap<String, Post>,
    expected: usize,
    wall: &Wall,
) -> Result<Latencies> {
    let mut received = Vec::with_capacity(expected);
    while received.len() < expected {
        let next = tokio::time::timeout(Duration::from_secs(20), inbox.recv()).await;
        let Ok(Some(receipt)) = next else {
            bail!(
                "{} of {expected} events came, then nothing for 20 s",
                received.len()
            );
        };
        received.push(receipt);
    }
    let mut latencies = Latencies::default();
    for Receipt { at, text } in received {
        let message: Value = serde_json::from_str(&text)?;
        ensure!(
            message["type"] == "next" && message["payload"]["errors"].is_null(),
            "unexpected: {text}"
        );
        let event = &message["payload"]["data"]["viewerEvents"];
        let title = event["projectUpdate"]["title"]
            .as_str()
            .with_context(|| text.clone())?;
        let post = posts
            .get(title)
            .with_context(|| format!("an event nobody posted: {text}"))?;
        let occurred_at = event["occurredAt"].as_str().with_context(|| text.clone())?;
        latencies.from_request.push(at.duration_since(post.sent));
        latencies
            .from_answer
            .push(at.saturating_duration_since(post.answered));
        latencies.from_occurred_at.push(wall.since(occurred_at, at)?);
    }
    Ok(latencies)
}

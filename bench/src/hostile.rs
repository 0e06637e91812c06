//! Documents made to hurt, a hundred a second, and an innocent query beside them.

use crate::world::{self, ADMIN};
use anyhow::{Result, bail};
use belle_house_bench::api;
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use belle_house_bench::stats::Samples;
use serde_json::json;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Hostile documents a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// For so many seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
}

const INNOCENT: &str = "{ viewer { email projects(first: 20) { nodes { name progressPercentage } } } }";

/// The attacks by name.
fn documents() -> Vec<(&'static str, String)> {
    let mut doubling = String::from("query { ...f0 }");
    let mut widening = String::from("query { ...g0 }");
    for level in 0..30 {
        let _ = write!(
            doubling,
            " fragment f{level} on Query {{ ...f{0} ...f{0} }}",
            level + 1
        );
        let next = format!(" ...g{}", level + 1).repeat(10);
        let _ = write!(widening, " fragment g{level} on Query {{{next} }}");
    }
    doubling.push_str(" fragment f30 on Query { __typename }");
    widening.push_str(" fragment g30 on Query { __typename }");
    let cycle = "query { ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned();
    let mut aliases = String::from("{");
    for number in 0..5_000 {
        let _ = write!(aliases, " a{number}: __typename");
    }
    aliases.push('}');
    let directives = format!("{{ __typename {} }}", "@include(if: true) ".repeat(5_000));
    let operation_directives = format!("query {} {{ __typename }}", "@skip(if: false) ".repeat(5_000));
    let deep = format!(
        "{}{{ __typename }}{}",
        "{ viewer ".repeat(3_000),
        "}".repeat(3_000)
    );
    let lists = "{ viewer { projects(first: 100) { nodes { updates(first: 100) { nodes { project { updates(first: 100) \
        { nodes { project { updates(first: 100) { nodes { title } } } } } } } } } } } }"
        .to_owned();
    let pages = "{ viewer { projects(first: 2000000000) { nodes { name } } } }".to_owned();
    let nested_value = format!(
        "{{ viewer {{ projects(filter: {}1{}) {{ nodes {{ id }} }} }} }}",
        "[".repeat(5_000),
        "]".repeat(5_000)
    );
    let introspection = format!(
        "{{ __schema {{ types {{ {} name {} }} }} }}",
        "fields { type { ofType { fields { type { ".repeat(6),
        "} } } } }".repeat(6)
    );
    vec![
        ("fragment bomb, doubling", doubling),
        ("fragment bomb, ten wide", widening),
        ("fragment cycle", cycle),
        ("5,000 aliases", aliases),
        ("5,000 directives on a field", directives),
        ("5,000 directives on the operation", operation_directives),
        ("3,000 levels deep", deep),
        ("lists of lists", lists),
        ("a page of two thousand million", pages),
        ("a value nested 5,000 deep", nested_value),
        ("introspection of introspection", introspection),
    ]
}

/// Measures and prints.
pub async fn run(launch: &Launch, options: &Options) -> Result<()> {
    launch.run(&["migrate"], "")?;
    api::create_admin(launch, ADMIN)?;
    let server = launch.start().await?;
    let address = server.address();
    let people = world::people(launch, address, 1).await?;
    world::projects(address, &people, 20).await?;
    let token = people.clients[0].token.clone();

    let alone = innocent(address, &token, Duration::from_secs(3)).await?;
    println!("innocent query alone:\n  {alone}");
    let time = Duration::from_secs(options.seconds.into());
    let (beside, refusals) =
        tokio::try_join!(innocent(address, &token, time), attack(address, &token, options))?;
    println!(
        "innocent query during {} hostile documents a second:\n  {beside}",
        options.rate
    );
    println!("  target: p99 under 20 ms");
    println!("refusals, sent → answered (target 50 ms each):");
    for ((name, _), samples) in documents().iter().zip(refusals) {
        println!("  {name}: {samples}");
    }
    server.stop().await
}

/// Asks the innocent query fifty times a second.
async fn innocent(address: SocketAddr, token: &str, time: Duration) -> Result<Samples> {
    let mut connection = Connection::open(address).await?;
    let mut samples = Samples::default();
    let mut ticks = tokio::time::interval(Duration::from_millis(20));
    let begin = Instant::now();
    while begin.elapsed() < time {
        ticks.tick().await;
        let sent = Instant::now();
        api::call(&mut connection, Some(token), INNOCENT, json!({})).await?;
        samples.push(sent.elapsed());
    }
    Ok(samples)
}

/// Sends the attacks in turn at a steady rate, each on a connection of its own kind.
async fn attack(address: SocketAddr, token: &str, options: &Options) -> Result<Vec<Samples>> {
    let documents = documents();
    let begin = Instant::now();
    let lanes = documents.iter().enumerate().map(|(lane, (name, document))| {
        let lanes = documents.len();
        async move {
            let mut connection = Connection::open(address).await?;
            let mut samples = Samples::default();
            for number in (lane..usize::try_from(options.rate * options.seconds)?).step_by(lanes) {
                let due = begin + Duration::from_secs(1) / options.rate * u32::try_from(number)?;
                tokio::time::sleep_until(due.into()).await;
                let sent = Instant::now();
                let answer = connection.graphql(Some(token), document, &json!({})).await?;
                samples.push(sent.elapsed());
                let json = answer.json()?;
                if json["errors"].is_null() {
                    let text = json.to_string();
                    bail!(
                        "{name} was not refused: {}",
                        text.chars().take(200).collect::<String>()
                    );
                }
            }
            Ok(samples)
        }
    });
    futures_util::future::try_join_all(lanes).await
}

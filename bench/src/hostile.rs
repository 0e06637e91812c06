//! Requests made to hurt, and an innocent query beside them: at a steady rate, then twenty of each at once in a process
//! that may not grow.

use crate::world::{self, ADMIN};
use anyhow::{Result, bail};
use belle_house_bench::api;
use belle_house_bench::attacks::{self, Attack};
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use belle_house_bench::stats::Samples;
use serde_json::json;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Hostile requests a second.
    #[arg(long, default_value_t = 100)]
    rate: u32,
    /// For so many seconds.
    #[arg(long, default_value_t = 15)]
    seconds: u32,
    /// Of each request at once.
    #[arg(long, default_value_t = 20)]
    at_once: usize,
    /// Address space beyond rest, in MiB.
    #[arg(long, default_value_t = 512)]
    memory: u64,
}

const INNOCENT: &str = "{ viewer { email projects(first: 20) { nodes { name progressPercentage } } } }";

/// Measures and prints.
pub async fn run(launch: &Launch, options: &Options) -> Result<()> {
    launch.run(&["migrate"], "")?;
    api::create_admin(launch, ADMIN)?;
    let mut server = launch.start().await?;
    let address = server.address();
    let people = world::people(launch, address, 1).await?;
    world::projects(address, &people, 20).await?;
    let token = people.clients[0].token.clone();

    let calm = innocent(address, &token, Duration::from_secs(5)).await?;
    println!("innocent query alone:\n  {calm}");
    let time = Duration::from_secs(options.seconds.into());
    let (beside, refusals) = tokio::try_join!(
        innocent(address, &token, time),
        steadily(address, &token, options)
    )?;
    println!(
        "innocent query during {} hostile requests a second:\n  {beside}",
        options.rate
    );
    println!("  target: p99 within twice its calm value ({:?})", calm.p99() * 2);
    println!("refusals, sent → answered (target 50 ms each):");
    for (attack, samples) in attacks::all().iter().zip(refusals) {
        println!("  {}: {samples}", attack.name);
    }

    let rest = server.resident_kib()?;
    server.limit_memory(options.memory * 1024)?;
    println!(
        "{} of each at once, {} MiB of address space beyond rest ({} MiB resident): the innocent query meanwhile",
        options.at_once,
        options.memory,
        rest / 1024
    );
    // What so many requests at once cost by themselves, generator included: the measure of the others.
    let (beside, _) = tokio::try_join!(
        innocent(address, &token, Duration::from_secs(1)),
        harmless_at_once(address, &token, options.at_once)
    )?;
    println!("  (harmless requests, to compare): {beside}");
    let (mut all, mut slowest) = (Samples::default(), Duration::ZERO);
    for attack in attacks::all() {
        let (beside, refusals) = tokio::try_join!(
            innocent(address, &token, Duration::from_secs(1)),
            at_once(address, &token, &attack, options.at_once)
        )?;
        if !server.lives()? {
            bail!("{} ended the server:\n{}", attack.name, launch.log());
        }
        println!(
            "  {}: {beside}, last refusal after {:?}, peak {} MiB",
            attack.name,
            refusals.per_mille(1000),
            server.peak_kib()? / 1024
        );
        slowest = slowest.max(refusals.per_mille(1000));
        all.merge(beside);
    }
    let grown = server.peak_kib()?.saturating_sub(rest) / 1024;
    println!("  all of it: {all}");
    judge("p99 of the innocent query", all.p99(), calm.p99() * 2);
    judge("slowest refusal", slowest, Duration::from_millis(250));
    judge("MiB resident above rest", grown, 100);
    server.stop().await
}

/// Says whether a figure is within its target.
fn judge<T: std::fmt::Debug + PartialOrd>(what: &str, measured: T, target: T) {
    let verdict = if measured <= target { "within" } else { "MISSED" };
    println!("  {verdict}: {what} {measured:?}, target {target:?} at most");
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
async fn steadily(address: SocketAddr, token: &str, options: &Options) -> Result<Vec<Samples>> {
    let attacks = attacks::all();
    let begin = Instant::now();
    let lanes = attacks.iter().enumerate().map(|(lane, attack)| {
        let lanes = attacks.len();
        async move {
            let mut connection = Connection::open(address).await?;
            let mut samples = Samples::default();
            for number in (lane..usize::try_from(options.rate * options.seconds)?).step_by(lanes) {
                let due = begin + Duration::from_secs(1) / options.rate * u32::try_from(number)?;
                tokio::time::sleep_until(due.into()).await;
                let sent = Instant::now();
                send(&mut connection, token, attack).await?;
                samples.push(sent.elapsed());
            }
            Ok(samples)
        }
    });
    futures_util::future::try_join_all(lanes).await
}

/// Sends one attack many times at once.
async fn at_once(address: SocketAddr, token: &str, attack: &Attack, times: usize) -> Result<Samples> {
    let all = (0..times).map(|_| async move {
        let mut connection = Connection::open(address).await?;
        let sent = Instant::now();
        send(&mut connection, token, attack).await?;
        Ok::<_, anyhow::Error>(sent.elapsed())
    });
    let mut refusals = Samples::default();
    for took in futures_util::future::try_join_all(all).await? {
        refusals.push(took);
    }
    Ok(refusals)
}

/// Sends as many requests at once that ask for next to nothing.
async fn harmless_at_once(address: SocketAddr, token: &str, times: usize) -> Result<()> {
    let all = (0..times).map(|_| async move {
        let mut connection = Connection::open(address).await?;
        api::call(&mut connection, Some(token), "{ viewer { email } }", json!({})).await
    });
    futures_util::future::try_join_all(all).await.map(drop)
}

async fn send(connection: &mut Connection, token: &str, attack: &Attack) -> Result<()> {
    let answer = connection.graphql_body(Some(token), &attack.body).await?.json()?;
    if !attacks::is_refused(&answer) {
        let text = answer.to_string();
        bail!(
            "{} was not refused: {}",
            attack.name,
            text.chars().take(200).collect::<String>()
        );
    }
    Ok(())
}

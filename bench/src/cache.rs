//! How fast visitors are answered: cached answers beside `/healthz`, by the same connections in the same run.

use crate::workloads;
use crate::world::{self, ADMIN};
use anyhow::{Context as _, Result, bail};
use belle_house_bench::api;
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use belle_house_bench::stats::Samples;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Connections that ask at once.
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Seconds for each round of each address.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// Rounds, in which the addresses take turns.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Items in the portfolio; a page shows 20.
    #[arg(long, default_value_t = 40)]
    items: usize,
}

const PAGE: &str = "{ portfolio(first: 20) { nodes { slug title category city country year \
    mainImage { width height thumbHash url(width: 640) } } totalCount } }";
/// One kind of request.
struct Asked {
    name: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    status: u16,
    answered: usize,
    spent: Duration,
    latency: Samples,
    bytes: usize,
}

/// Measures and prints.
pub async fn run(launch: &Launch, options: &Options) -> Result<()> {
    launch.run(&["migrate"], "")?;
    api::create_admin(launch, ADMIN)?;
    let server = launch.start().await?;
    let address = server.address();
    let people = world::people(launch, address, 0).await?;
    world::each(options.items, 2, |number| {
        let staff = people.staff.clone();
        async move { publish(address, &staff, number).await }
    })
    .await?;

    let path = format!("/graphql?query={}", workloads::escaped(PAGE));
    let tag = etag(address, &path).await?;
    let asked = |name, path: &str, headers: Vec<(&'static str, String)>, status| Asked {
        name,
        path: path.to_owned(),
        headers,
        status,
        answered: 0,
        spent: Duration::ZERO,
        latency: Samples::default(),
        bytes: 0,
    };
    let mut all = [
        asked("/healthz", "/healthz", Vec::new(), 200),
        asked(
            "cached page, as a browser asks (br)",
            &path,
            vec![("Accept-Encoding", "gzip, deflate, br".to_owned())],
            200,
        ),
        asked("cached page, not compressed", &path, Vec::new(), 200),
        asked(
            "cached page, unchanged (304)",
            &path,
            vec![("If-None-Match", tag)],
            304,
        ),
    ];
    for _ in 0..options.rounds {
        for asked in &mut all {
            round(address, asked, options).await?;
        }
    }

    println!(
        "{} connections, {} rounds of {} s each, a portfolio of {}",
        options.connections, options.rounds, options.seconds, options.items
    );
    let rate = |asked: &Asked| asked.answered as f64 / asked.spent.as_secs_f64();
    let healthz = rate(&all[0]);
    for asked in &all {
        println!(
            "  {}: {:.0} a second, {:.2} of /healthz, {} bytes; {}",
            asked.name,
            rate(asked),
            rate(asked) / healthz,
            asked.bytes,
            asked.latency
        );
    }
    println!("  target: cached pages at no less than 0.50 of /healthz");
    server.stop().await
}

async fn round(address: SocketAddr, asked: &mut Asked, options: &Options) -> Result<()> {
    let headers: Vec<(&str, &str)> = asked
        .headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect();
    let (path, status) = (asked.path.as_str(), asked.status);
    let time = Duration::from_secs(options.seconds);
    let begin = Instant::now();
    let lanes = (0..options.connections).map(|_| {
        let headers = &headers;
        async move {
            let mut connection = Connection::open(address).await?;
            let mut samples = Samples::default();
            let mut bytes = 0;
            while begin.elapsed() < time {
                let sent = Instant::now();
                let answer = connection.request("GET", path, headers, b"").await?;
                samples.push(sent.elapsed());
                if answer.status != status {
                    bail!("{path}: {}", answer.status);
                }
                bytes = answer.body.len();
            }
            anyhow::Ok((samples, bytes))
        }
    });
    for (samples, bytes) in futures_util::future::try_join_all(lanes).await? {
        asked.answered += samples.len();
        asked.latency.merge(samples);
        asked.bytes = bytes;
    }
    asked.spent += begin.elapsed();
    Ok(())
}

/// The tag of an answer, which the small client doesn't keep.
async fn etag(address: SocketAddr, path: &str) -> Result<String> {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    let mut stream = tokio::net::TcpStream::connect(address).await?;
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    String::from_utf8_lossy(&answer)
        .lines()
        .find_map(|line| line.strip_prefix("etag: ").map(str::to_owned))
        .context("the page has no ETag: is it cached at all?")
}

/// Publishes one item with a picture.
async fn publish(address: SocketAddr, staff: &str, number: usize) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    let upload = world::upload(&mut connection, staff).await?;
    let _: Value = api::call(
        &mut connection,
        Some(staff),
        "mutation($input: CreatePortfolioItemInput!) { createPortfolioItem(input: $input) { userErrors { code message field } } }",
        json!({ "input": {
            "title": format!("Villa {number}"), "category": "REALIZATION", "description": "Une villa au bord du fleuve.",
            "city": "Niamey", "country": "Niger", "year": 2026, "mainImageUploadId": upload, "isPublished": true,
        } }),
    )
    .await?;
    Ok(())
}

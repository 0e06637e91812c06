//! From start to first answer, and memory at rest.

use anyhow::Result;
use belle_house_bench::process::Launch;
use belle_house_bench::stats::Samples;
use std::time::Duration;

/// What is measured.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// How often the server is started.
    #[arg(long, default_value_t = 10)]
    times: usize,
}

/// Measures and prints.
pub async fn run(launch: &Launch, options: &Options) -> Result<()> {
    launch.run(&["migrate"], "")?;
    launch.run(&["demo", "--into-production"], "")?;
    let mut answers = Samples::default();
    let mut resident = Vec::new();
    for _ in 0..options.times {
        let server = launch.start().await?;
        answers.push(server.first_answer);
        tokio::time::sleep(Duration::from_secs(2)).await;
        resident.push(server.resident_kib()?);
        server.stop().await?;
    }
    println!("start of the release binary on an existing database with the demo company");
    println!("  process spawned → first GraphQL answer received: {answers} (target 150 ms)");
    println!(
        "  resident memory (VmRSS) 2 s later, nobody connected: at most {} KiB (target {})",
        resident.iter().max().copied().unwrap_or_default(),
        40 * 1024
    );
    Ok(())
}

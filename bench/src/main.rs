//! The load generator behind `scripts/bench`: real connections to a release build, figures on standard output.
//!
//! Server and load share the machine, so every figure includes the load generator's own work; it says what it
//! measured and from where to where.

#![expect(clippy::print_stdout, reason = "printing figures is what it is for")]

mod cache;
mod company;
mod compare;
mod database;
mod feed;
mod hostile;
mod instructions;
mod load;
mod peer;
mod report;
mod start;
mod workloads;
mod world;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::path::PathBuf;

/// Measures a server.
#[derive(Debug, Parser)]
struct Arguments {
    /// The server's binary.
    #[arg(long, default_value = "target/release/belle-house")]
    binary: PathBuf,
    /// A PostgreSQL database of its own for the server; without it, SQLite in a temporary folder.
    #[arg(long)]
    database_url: Option<String>,
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Cached answers to visitors beside `/healthz`.
    Cache(cache::Options),
    /// Memory of a subscriber; from commit to receipt, one by one and to many at once.
    Feed(feed::Options),
    /// What requests cost, beside an older binary and another server over the same tables.
    Http(compare::Options),
    /// How long an innocent query takes while hostile documents come in.
    Hostile(hostile::Options),
    /// From start to first answer, and memory at rest.
    Start(start::Options),
}

fn main() -> Result<()> {
    let arguments = Arguments::parse();
    // One thread: on a small machine the server needs the other core.
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let folder = world::Folder::new()?;
    runtime.block_on(async {
        let database = arguments.database_url.as_deref();
        if let What::Http(options) = &arguments.what {
            return compare::run(&arguments.binary, folder.path(), database, options).await;
        }
        let launch = world::launch(&arguments.binary, folder.path(), database)?;
        match &arguments.what {
            What::Cache(options) => cache::run(&launch, options).await,
            What::Http(_) => Ok(()),
            What::Feed(options) => feed::run(&launch, database, options).await,
            What::Hostile(options) => hostile::run(&launch, options).await,
            What::Start(options) => start::run(&launch, options).await,
        }
    })
}

//! Another server over the same tables (`bench/peer`), as a process.

use anyhow::{Result, ensure};
use belle_house_bench::process::Server;
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};

/// Starts it on a database of Belle House's; pictures have addresses below `public_url`.
pub async fn start(folder: &Path, database_url: &str, processes: usize, public_url: &str) -> Result<Server> {
    ensure!(
        folder.join("node_modules").is_dir(),
        "the peer's packages are missing: npm ci --prefix {}",
        folder.display()
    );
    let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
    let mut command = Command::new("node");
    command
        .arg(folder.join("server.mjs"))
        .env("NODE_ENV", "production")
        .env("DATABASE_URL", database_url)
        .env("PORT", address.port().to_string())
        .env("PROCESSES", processes.to_string())
        .env("PUBLIC_URL", public_url)
        .stdout(Stdio::null());
    Server::start(command, address).await
}

//! What every measurement needs first: a folder, a server, people and projects.

use anyhow::{Context as _, Result};
use belle_house_bench::api::{self, ClientAccount};
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// A temporary folder below `target`, on the disk that the project is on; deleted at the end.
#[derive(Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// Creates it.
    pub fn new() -> Result<Self> {
        let path = std::env::current_dir()?
            .join("target")
            .join(format!("bench-{}", std::process::id()));
        std::fs::create_dir_all(&path)?;
        Ok(Self(path))
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // What is left below target/ harms nobody.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The address of the admin that measurements act as.
pub const ADMIN: &str = "admin@bench.example";

/// How the measured server is started.
pub fn launch(binary: &Path, folder: &Path, database_url: Option<&str>) -> Result<Launch> {
    let binary = binary
        .canonicalize()
        .with_context(|| format!("no server at {}: cargo build --release", binary.display()))?;
    let mut launch = Launch::new(binary, folder)?;
    if let Some(url) = database_url {
        launch = launch.env("DATABASE_URL", url);
    }
    Ok(launch)
}

/// Signed-in people.
#[derive(Debug)]
pub struct People {
    /// The admin's access token.
    pub staff: String,
    /// Clients with their tokens.
    pub clients: Vec<ClientAccount>,
}

/// Signs the admin in and creates `clients` clients, four at a time.
pub async fn people(launch: &Launch, address: SocketAddr, clients: usize) -> Result<People> {
    let mut connection = Connection::open(address).await?;
    let staff = api::login(&mut connection, ADMIN, api::PASSWORD).await?;
    let created = each(clients, 4, |number| {
        let (staff, mail) = (staff.clone(), launch.data_dir());
        async move {
            let mut connection = Connection::open(address).await?;
            api::create_client(
                &mut connection,
                &staff,
                &mail,
                &format!("client{number}@bench.example"),
            )
            .await
        }
    })
    .await?;
    Ok(People {
        staff,
        clients: created,
    })
}

/// Creates `count` projects, spread over the clients; returns each with the index of its owner.
pub async fn projects(address: SocketAddr, people: &People, count: usize) -> Result<Vec<(String, usize)>> {
    each(count, 4, |number| {
        let owner = number % people.clients.len();
        let (staff, client) = (people.staff.clone(), people.clients[owner].id.clone());
        async move {
            let mut connection = Connection::open(address).await?;
            let id =
                api::create_project(&mut connection, &staff, &client, &format!("Villa {number}")).await?;
            Ok((id, owner))
        }
    })
    .await
}

/// Runs a task for each number below `count`, `at_once` at a time, and returns what they made, in order.
pub async fn each<T, F>(count: usize, at_once: usize, make: impl Fn(usize) -> F) -> Result<Vec<T>>
where
    F: Future<Output = Result<T>>,
{
    use futures_util::{StreamExt as _, TryStreamExt as _};
    futures_util::stream::iter((0..count).map(make))
        .buffered(at_once)
        .try_collect()
        .await
}

//! What every measurement needs first: a folder, a server, people and projects.

use anyhow::{Context as _, Result, bail};
use belle_house_bench::api::{self, ClientAccount};
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use serde_json::json;
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

/// A picture of one pixel.
const PIXEL: &[u8] = &[
    0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0x00, 0x00, 0x00, 0x0D, 0x49, 0x48, 0x44, 0x52, 0x00,
    0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x01, 0x08, 0x02, 0x00, 0x00, 0x00, 0x90, 0x77, 0x53, 0xDE, 0x00,
    0x00, 0x00, 0x0C, 0x49, 0x44, 0x41, 0x54, 0x78, 0x9C, 0x63, 0xD8, 0x12, 0xA5, 0x01, 0x00, 0x02, 0xFC,
    0x01, 0x37, 0x79, 0xD8, 0xE1, 0x8F, 0x00, 0x00, 0x00, 0x00, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60,
    0x82,
];

/// Sends a picture in two steps, as apps do; the upload's id.
pub async fn upload(connection: &mut Connection, staff: &str) -> Result<String> {
    let data = api::call(
        connection,
        Some(staff),
        "mutation($input: CreateUploadInput!) { createUpload(input: $input) { upload { id uploadUrl } userErrors { code message } } }",
        json!({ "input": { "filename": "p.png", "contentType": "image/png", "byteSize": PIXEL.len() } }),
    )
    .await?;
    let upload = &data["createUpload"]["upload"];
    let url = upload["uploadUrl"].as_str().context("no uploadUrl")?;
    let path = url
        .find("/uploads/")
        .map(|at| &url[at..])
        .context("no path in uploadUrl")?;
    let sent = connection
        .request("PUT", path, &[("Content-Type", "image/png")], PIXEL)
        .await?;
    if sent.status != 200 {
        bail!(
            "the picture was not taken: {}",
            String::from_utf8_lossy(&sent.body)
        );
    }
    let id = upload["id"].as_str().context("no id of the upload")?;
    Ok(id.to_owned())
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

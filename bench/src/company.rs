//! The data behind the workloads: made through the API, then as many times over as asked for.

use crate::database::Database;
use crate::world::{self, ADMIN};
use anyhow::{Context as _, Result, bail, ensure};
use belle_house_bench::api;
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Published items, each with a main picture, five more and a video.
pub const ITEMS: usize = 40;
/// Clients with a project each.
pub const PROJECTS: usize = 8;
/// Posted updates of a project, each with a picture.
pub const UPDATES: usize = 20;
/// Issued invoices of a project.
pub const INVOICES: usize = 3;

/// Who and what the workloads name.
#[derive(Debug)]
pub struct Company {
    /// The admin's access token.
    pub staff: String,
    /// Slugs of published items.
    pub slugs: Vec<String>,
    /// Each with its client.
    pub projects: Vec<Project>,
}

/// A project.
#[derive(Debug)]
pub struct Project {
    /// Its id (`prj_…`).
    pub id: String,
    /// The access token of the client whose it is.
    pub client: String,
}

/// Makes the company through the API of the server that `launch` starts; ends it when its messages are on their way.
pub async fn found(launch: &Launch, database: &Database) -> Result<Company> {
    launch.run(&["migrate"], "")?;
    api::create_admin(launch, ADMIN)?;
    let server = launch.start().await?;
    let address = server.address();
    let people = world::people(launch, address, PROJECTS).await?;
    let staff = people.staff.as_str();
    let slugs = world::each(ITEMS, 2, |number| item(address, staff, number)).await?;
    let clients = &people.clients;
    let projects = world::each(PROJECTS, 2, |number| async move {
        let client = &clients[number];
        Ok(Project {
            id: project(address, staff, &client.id, &client.token).await?,
            client: client.token.clone(),
        })
    })
    .await?;
    let asked = Instant::now();
    while database.run("SELECT count(*) FROM deliveries WHERE status = 'PENDING'")? != "0" {
        ensure!(
            asked.elapsed() < Duration::from_secs(60),
            "the first messages are still pending after a minute"
        );
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    server.stop().await?;
    dress(database)?;
    Ok(Company {
        staff: people.staff,
        slugs,
        projects,
    })
}

async fn item(address: SocketAddr, staff: &str, number: usize) -> Result<String> {
    let mut connection = Connection::open(address).await?;
    let mut pictures = Vec::new();
    for _ in 0..6 {
        pictures.push(world::upload(&mut connection, staff).await?);
    }
    let main = pictures.pop();
    let gallery: Vec<Value> = pictures
        .iter()
        .map(|upload| json!({ "uploadId": upload }))
        .collect();
    let data = api::call(
        &mut connection,
        Some(staff),
        "mutation($input: CreatePortfolioItemInput!) { createPortfolioItem(input: $input) { portfolioItem { slug } \
         userErrors { code message field } } }",
        json!({ "input": {
            "title": format!("Villa {number}"), "category": "REALIZATION", "city": "Niamey", "country": "Niger", "year": 2026,
            "description": "Une villa de plain-pied au bord du fleuve, ombragée par de grands manguiers. ".repeat(6),
            "mainImageUploadId": main, "gallery": gallery,
            "videos": [{ "url": "https://www.youtube.com/watch?v=aqz-KE-bpKQ", "title": "Visite" }], "isPublished": true,
        } }),
    )
    .await?;
    text(&data["createPortfolioItem"]["portfolioItem"]["slug"])
}

async fn project(address: SocketAddr, staff: &str, client: &str, token: &str) -> Result<String> {
    let mut connection = Connection::open(address).await?;
    // A server of before there were devices refuses: its pushes reach nobody.
    connection
        .graphql(
            Some(token),
            "mutation($input: RegisterDeviceInput!) { registerDevice(input: $input) { userErrors { code } } }",
            &json!({ "input": { "token": format!("device-of-{client}"), "platform": "ANDROID" } }),
        )
        .await?;
    let data = api::call(
        &mut connection,
        Some(staff),
        "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } userErrors { code message field } } }",
        json!({ "input": { "clientId": client, "name": "Villa du fleuve", "totalQuote": "45000000", "progressPercentage": 40 } }),
    )
    .await?;
    let id = text(&data["createProject"]["project"]["id"])?;
    for number in 0..UPDATES {
        let picture = world::upload(&mut connection, staff).await?;
        api::call(
            &mut connection,
            Some(staff),
            "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { userErrors { code message field } } }",
            json!({ "input": {
                "projectId": id, "title": format!("Semaine {number}"), "post": true, "uploadIds": [picture],
                "description": "Le coffrage est posé, la dalle sera coulée demain matin.",
            } }),
        )
        .await?;
    }
    for number in 0..INVOICES {
        invoice(&mut connection, staff, &id, number).await?;
    }
    Ok(id)
}

/// An issued invoice; the first is paid in part.
async fn invoice(connection: &mut Connection, staff: &str, project: &str, number: usize) -> Result<()> {
    let key = format!("{project}-{number}");
    let data = api::call(
        connection,
        Some(staff),
        "mutation($input: CreateInvoiceInput!) { createInvoice(input: $input) { invoice { id } userErrors { code message field } } }",
        json!({ "input": {
            "projectId": project, "subject": "Plan et suivi", "taxPercentage": "0", "issue": true, "idempotencyKey": key,
            "items": [{ "description": "Étude", "quantity": "1", "unitPrice": "1500000" }],
        } }),
    )
    .await?;
    if number == 0 {
        api::call(
            connection,
            Some(staff),
            "mutation($input: RecordPaymentInput!) { recordPayment(input: $input) { userErrors { code message field } } }",
            json!({ "input": {
                "projectId": project, "invoiceId": data["createInvoice"]["invoice"]["id"], "amount": "500000",
                "paidOn": "2026-11-20", "mode": "TRANSFER", "reference": "VIR 12", "idempotencyKey": key,
            } }),
        )
        .await?;
    }
    Ok(())
}

/// Pictures were sent as single pixels, to be quick: their rows become those of photos, whose files nobody asks for here.
fn dress(database: &Database) -> Result<()> {
    let renditions: Vec<Value> = [320, 640, 1280, 1600]
        .into_iter()
        .flat_map(|width| ["webp", "jpeg"].map(|format| (width, format)))
        .map(|(width, format)| {
            json!({
                "bytes": width * 40, "format": format, "hash": format!("{:032x}", 0x9e37_79b9_7f4a_7c15_u64 ^ width),
                "height": width * 3 / 4, "width": width,
            })
        })
        .collect();
    database.run(&format!(
        "UPDATE images SET width = 1600, height = 1200, thumb_hash = 'aBgKTZB4d4d/iIhxd3d4eoeAdwiY', renditions = '{}'",
        Value::from(renditions)
    ))?;
    Ok(())
}

fn text(value: &Value) -> Result<String> {
    match value.as_str() {
        Some(text) => Ok(text.to_owned()),
        None => bail!("text expected, got {value}"),
    }
}

/// The rows of everything that grows with a company: whom they belong to is copied too, so that each copy stands for itself.
const COPIED: &[Copied] = &[
    Copied::whole("images"),
    Copied::whole("uploads"),
    Copied::with("portfolio_items", &[("slug", "slug || '-' || n")]),
    Copied::whole("portfolio_gallery_images"),
    Copied::whole("portfolio_videos"),
    Copied {
        only: "role = 'CLIENT'",
        ..Copied::with(
            "accounts",
            &[
                ("email", "n || '.' || email"),
                ("email_normalized", "n || '.' || email_normalized"),
            ],
        )
    },
    Copied::whole("clients"),
    Copied::whole("projects"),
    Copied::whole("project_updates"),
    Copied::whole("project_update_images"),
    // Before their invoices: no line is added to an issued one.
    Copied::whole("invoice_items"),
    Copied::with(
        "invoices",
        &[
            ("number", "number || '-' || n"),
            ("sequence", "sequence + n * 100000"),
        ],
    ),
    Copied::whole("payments"),
    Copied {
        only: "account_id IN (SELECT id FROM accounts WHERE role = 'CLIENT')",
        ..Copied::whole("notifications")
    },
    Copied::with(
        "deliveries",
        &[
            ("idempotency_key", "idempotency_key || '-' || n"),
            ("recipient_id", "recipient_id"),
        ],
    ),
    Copied::with("audit_entries", &[("account_id", "account_id")]),
    Copied {
        only: "position IS NOT NULL",
        ..Copied::with(
            "events",
            &[
                ("seq", ""),
                ("position", "position + n * (SELECT position FROM feed_head)"),
            ],
        )
    },
];

/// A table whose rows are copied: ids are mapped, columns that end in `_by` stay, and what is unique is made so.
#[derive(Debug)]
pub struct Copied {
    /// Its name.
    pub table: &'static str,
    /// Which rows.
    pub only: &'static str,
    /// Columns with what the `n`th copy has in them; nothing when the database gives it.
    pub set: &'static [(&'static str, &'static str)],
}

impl Copied {
    const fn whole(table: &'static str) -> Self {
        Self::with(table, &[])
    }

    const fn with(table: &'static str, set: &'static [(&'static str, &'static str)]) -> Self {
        Self {
            table,
            only: "1 = 1",
            set,
        }
    }
}

/// Makes the database hold `times` as many rows.
pub fn multiply(database: &Database, times: usize) -> Result<()> {
    for copied in COPIED {
        database
            .copy_rows(copied, times - 1)
            .with_context(|| copied.table)?;
    }
    database.run(&format!("UPDATE feed_head SET position = position * {times}"))?;
    database.settle()
}

//! The main road through the API, as a staff member's and a client's programs walk it.

use crate::http::Connection;
use crate::process::Launch;
use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};

/// The password of every account made here.
pub const PASSWORD: &str = "harmattan-lanterne-74-girafe";

/// Runs an operation and returns its `data`; errors and `userErrors` fail.
pub async fn call(
    connection: &mut Connection,
    token: Option<&str>,
    query: &str,
    variables: Value,
) -> Result<Value> {
    let answer = connection.graphql(token, query, &variables).await?.json()?;
    if !answer["errors"].is_null() {
        bail!("{query}: {}", answer["errors"]);
    }
    let data = answer["data"].clone();
    for (field, payload) in data.as_object().into_iter().flatten() {
        if payload["userErrors"]
            .as_array()
            .is_some_and(|errors| !errors.is_empty())
        {
            bail!("{field}: {}", payload["userErrors"]);
        }
    }
    Ok(data)
}

/// Signs in and returns the access token.
pub async fn login(connection: &mut Connection, email: &str, password: &str) -> Result<String> {
    let data = call(
        connection,
        None,
        "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code message } } }",
        json!({ "input": { "email": email, "password": password, "deviceName": "load" } }),
    )
    .await?;
    text(&data["login"]["session"]["accessToken"])
}

/// Creates an admin through the command line, as an operator would.
pub fn create_admin(launch: &Launch, email: &str) -> Result<()> {
    launch.run(
        &["create-admin", "--email", email, "--name", "Aïssa Admin"],
        &format!("{PASSWORD}\n"),
    )?;
    Ok(())
}

/// A client that was created, has signed in with the password from the mail, and has changed it.
#[derive(Debug, Clone)]
pub struct ClientAccount {
    /// The id of the client (`cli_…`).
    pub id: String,
    /// The address the account signs in with; the password is [`PASSWORD`].
    pub email: String,
    /// A valid access token.
    pub token: String,
}

/// Creates a client and takes it over: the temporary password is read from the mail that the server's file
/// transport wrote, and changed to [`PASSWORD`].
pub async fn create_client(
    connection: &mut Connection,
    staff: &str,
    data_dir: &Path,
    email: &str,
) -> Result<ClientAccount> {
    let data = call(
        connection,
        Some(staff),
        "mutation($input: CreateClientInput!) { createClient(input: $input) { client { id } userErrors { code message field } } }",
        json!({ "input": { "name": format!("Client {email}"), "email": email } }),
    )
    .await?;
    let id = text(&data["createClient"]["client"]["id"])?;
    let temporary = mailed_password(&data_dir.join("mail"), email).await?;
    let token = login(connection, email, &temporary).await?;
    let data = call(
        connection,
        Some(&token),
        "mutation($input: ChangePasswordInput!) { changePassword(input: $input) { session { accessToken } userErrors { code message field } } }",
        json!({ "input": { "currentPassword": temporary, "newPassword": PASSWORD } }),
    )
    .await?;
    let token = text(&data["changePassword"]["session"]["accessToken"])?;
    Ok(ClientAccount {
        id,
        email: email.to_owned(),
        token,
    })
}

/// Waits for the mail to an address and reads the password in it.
async fn mailed_password(folder: &Path, email: &str) -> Result<String> {
    let asked = Instant::now();
    loop {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let mail = std::fs::read_to_string(entry.path()).unwrap_or_default();
            if mail.contains(email)
                && let Some(password) = password_in(&mail)
            {
                return Ok(password);
            }
        }
        if asked.elapsed() > Duration::from_secs(20) {
            bail!("no mail with a password for {email} in {}", folder.display());
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// The temporary password in a mail: the word after the label, in French or English.
fn password_in(mail: &str) -> Option<String> {
    let (_, body) = mail.split_once("\r\n\r\n").or_else(|| mail.split_once("\n\n"))?;
    let plain = body
        .replace("=\r\n", "")
        .replace("=\n", "")
        .replace("=3D", "=")
        .replace("=C2=A0", " ");
    plain.lines().find_map(|line| {
        let (label, value) = line.split_once(':')?;
        let label = label.to_lowercase();
        let named = label.contains("password") || label.contains("mot de passe");
        let value = value.trim();
        (named && !value.is_empty() && !value.contains(' ')).then(|| value.to_owned())
    })
}

/// Creates a project for a client and returns its id.
pub async fn create_project(
    connection: &mut Connection,
    staff: &str,
    client: &str,
    name: &str,
) -> Result<String> {
    let data = call(
        connection,
        Some(staff),
        "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } userErrors { code message field } } }",
        json!({ "input": { "clientId": client, "name": name } }),
    )
    .await?;
    text(&data["createProject"]["project"]["id"])
}

/// Posts an update on a project and returns its id. The title is the idempotency key, too: an attempt whose
/// answer was lost may be repeated.
pub async fn post_update(
    connection: &mut Connection,
    staff: &str,
    project: &str,
    title: &str,
) -> Result<String> {
    let data = call(
        connection,
        Some(staff),
        "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { projectUpdate { id } userErrors { code message field } } }",
        json!({ "input": { "projectId": project, "title": title, "post": true, "idempotencyKey": title } }),
    )
    .await?;
    text(&data["createProjectUpdate"]["projectUpdate"]["id"])
}

fn text(value: &Value) -> Result<String> {
    Ok(value
        .as_str()
        .with_context(|| format!("text expected, got {value}"))?
        .to_owned())
}

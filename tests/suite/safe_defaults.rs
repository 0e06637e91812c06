//! What an operator forgets does no harm: the real binary refuses what would lay people's data open, and what it writes is
//! its owner's alone.

use belle_house_bench::process::Launch;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const BINARY: &str = env!("CARGO_BIN_EXE_belle-house");
const PASSWORD: &str = "tabouret lune girafe orage";

fn refusal(launch: &Launch, arguments: &[&str]) -> String {
    launch.run(arguments, "").unwrap_err().to_string()
}

#[test]
fn a_production_server_starts_only_with_a_way_for_mail_that_gives_nothing_away() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, folder.path()).unwrap();
    let told = refusal(&launch.clone().env("EMAIL_BACKEND", ""), &["migrate"]);
    assert!(told.contains("EMAIL_BACKEND: is missing"), "{told}");
    let smtp = launch
        .clone()
        .env("EMAIL_BACKEND", "smtp")
        .env("EMAIL_HOST", "smtp.example.ne")
        .env("EMAIL_HOST_USER", "contact")
        .env("EMAIL_HOST_PASSWORD", "hunter2");
    let told = refusal(&smtp, &["migrate"]);
    assert!(told.contains("EMAIL_USE_TLS: is false"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert!(!launch.data_dir().exists(), "nothing was begun");
    smtp.env("EMAIL_USE_TLS", "true").run(&["migrate"], "").unwrap();
}

#[test]
fn a_database_s_password_is_told_by_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, folder.path()).unwrap();
    for url in [
        "postgres://bh:hunter2@127.0.0.1:1/bh",
        "postgres://bh:12/hunter2@127.0.0.1:1/bh",
        "postgres://bh:hunter2@127.0.0.1:port/bh",
        "postgres://bh:hunter2@no-such-host.invalid/bh",
        "mysql://bh:hunter2@127.0.0.1/bh",
    ] {
        let launch = launch.clone().env("DATABASE_URL", url);
        for command in ["migrate", "doctor"] {
            let output = Command::new(BINARY)
                .arg(command)
                .current_dir(folder.path())
                .env_clear()
                .env("DATABASE_URL", url)
                .env("LOG", "trace")
                .output()
                .unwrap();
            assert!(!output.status.success(), "{url}");
            let told = [output.stdout, output.stderr].concat();
            let told = String::from_utf8_lossy(&told);
            assert!(
                told.contains("DATABASE_URL") && !told.contains("hunter2"),
                "{told}"
            );
        }
        assert!(!refusal(&launch, &["serve"]).contains("hunter2"));
    }
}

#[tokio::test]
async fn at_trace_the_log_holds_no_token_and_no_password() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, folder.path()).unwrap();
    let email = "admin@example.ne";
    let created = ["create-admin", "--email", email, "--name", "Aïssa"];
    launch.run(&created, &format!("{PASSWORD}\n")).unwrap();
    let launch = launch.env("LOG", "trace");
    let server = launch.start().await.unwrap();
    let session = login(server.address(), email, PASSWORD).await;
    let token = session["accessToken"].as_str().unwrap().to_owned();

    use futures_util::{SinkExt, StreamExt};
    use tokio_tungstenite::tungstenite::{Message, client::IntoClientRequest};
    let url = format!("ws://{}/graphql", server.address());
    let mut request = url.into_client_request().unwrap();
    let headers = request.headers_mut();
    headers.insert("sec-websocket-protocol", "graphql-transport-ws".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let init =
        json!({ "type": "connection_init", "payload": { "Authorization": format!("Bearer {token}") } });
    socket.send(Message::text(init.to_string())).await.unwrap();
    let answer = socket.next().await.unwrap().unwrap();
    assert!(answer.to_text().unwrap().contains("connection_ack"));
    drop(socket);
    server.stop().await.unwrap();

    let log = launch.log();
    assert!(log.contains("\"answered\""), "our own lines are there: {log}");
    for secret in [PASSWORD, &token, session["refreshToken"].as_str().unwrap()] {
        assert!(!log.contains(secret), "{secret} was logged");
    }
}

async fn login(address: std::net::SocketAddr, email: &str, password: &str) -> Value {
    let query =
        "mutation($input: LoginInput!) { login(input: $input) { session { accessToken refreshToken } } }";
    let variables = json!({ "input": { "email": email, "password": password } });
    let mut body = ask(address, None, query, variables).await;
    body["data"]["login"]["session"].take()
}

async fn ask(address: std::net::SocketAddr, token: Option<&str>, query: &str, variables: Value) -> Value {
    let mut request = reqwest::Client::new()
        .post(format!("http://{address}/graphql"))
        .json(&json!({ "query": query, "variables": variables }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    request.send().await.unwrap().json().await.unwrap()
}

/// A newcomer's first start that is ended in the middle, the next one, and what an operator then finds in the folder.
#[tokio::test]
async fn a_first_start_that_was_broken_off_is_begun_anew() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::bare(BINARY, folder.path()).unwrap();
    let (data, database) = (launch.data_dir(), launch.data_dir().join("belle-house.sqlite3"));
    let pictures = data.join("media/images");
    let mut first = Command::new(BINARY)
        .current_dir(folder.path())
        .env_clear()
        .env("BIND_ADDR", launch.address().to_string())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    while entries(&pictures).len() < 2 {
        assert!(begun.elapsed() < Duration::from_secs(120), "no picture was drawn");
        assert!(first.try_wait().unwrap().is_none(), "the first start ended");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    first.kill().unwrap();
    first.wait().unwrap();
    assert!(!database.exists(), "half a demo company must not be served");

    let server = launch.start().await.unwrap();
    let session = login(
        server.address(),
        "admin@demo.bellehouse.ne",
        "soleil-sur-le-fleuve",
    )
    .await;
    let token = session["accessToken"].as_str().unwrap();
    let counts = "{ projects { totalCount nodes { updates { totalCount } } } clients { totalCount } \
        portfolio { totalCount } invoices { totalCount } }";
    let counted = ask(server.address(), Some(token), counts, json!({})).await["data"].take();
    assert_eq!(
        (
            &counted["projects"]["totalCount"],
            &counted["clients"]["totalCount"]
        ),
        (&json!(4), &json!(3)),
        "{counted}"
    );
    for list in ["portfolio", "invoices"] {
        assert!(counted[list]["totalCount"].as_i64().unwrap() > 1, "{counted}");
    }
    assert!(database.exists());
    for leftover in entries(&data) {
        assert!(!leftover.to_string_lossy().contains("unfinished"), "{leftover:?}");
    }
    every_folder_is_private(&data);

    let gallery = "{ portfolio(first: 1) { nodes { mainImage { url(width: 320) } } } }";
    let shown = ask(server.address(), None, gallery, json!({})).await;
    let url = &shown["data"]["portfolio"]["nodes"][0]["mainImage"]["url"];
    let url = url.as_str().unwrap().to_owned();
    let id = url.split('/').find(|part| part.starts_with("img_")).unwrap();
    let doctor = launch.run(&["doctor"], "").unwrap();
    let all = entries(&pictures).len();
    assert!(
        doctor.contains(&format!(
            "ok      pictures: {all}, and all of their files are there"
        )),
        "the pictures of the first start are gone: {doctor}"
    );
    std::fs::remove_dir_all(pictures.join(id)).unwrap();
    let missing = reqwest::get(&url).await.unwrap();
    assert_eq!(missing.status(), 404);
    let body: Value = missing.json().await.unwrap();
    assert_eq!(body["code"], "FILE_MISSING", "{body}");
    server.stop().await.unwrap();

    let told = refusal(&launch, &["doctor"]);
    assert!(told.is_empty() || told.contains("failed"), "{told}");
    let production = launch
        .env("DEBUG", "false")
        .env("EMAIL_BACKEND", "file")
        .env("SECRET_KEY", "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk");
    std::fs::set_permissions(&data, PermissionsExt::from_mode(0o755)).unwrap();
    let doctor = doctor_of(folder.path(), &production);
    for expected in [
        format!("WRONG   pictures: 1 of {all} lack files"),
        "WRONG   accounts: 5 of the demo company can sign in".to_owned(),
        "admin@demo.bellehouse.ne".to_owned(),
        "WRONG   data: data can be read by others".to_owned(),
    ] {
        assert!(doctor.contains(&expected), "{expected} is missing from {doctor}");
    }
    let told = refusal(&production, &["demo"]);
    assert!(told.contains("--into-production"), "{told}");
}

#[test]
fn the_demo_company_is_not_loaded_among_real_people() {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::bare(BINARY, folder.path()).unwrap();
    let created = [
        "create-admin",
        "--email",
        "aissa@bellehouse.example",
        "--name",
        "Aïssa",
    ];
    launch.run(&created, &format!("{PASSWORD}\n")).unwrap();
    let told = refusal(&launch, &["demo"]);
    assert!(
        told.contains("real people") && told.contains("--into-production"),
        "{told}"
    );
}

/// What `doctor` prints when something is wrong.
fn doctor_of(folder: &Path, launch: &Launch) -> String {
    let output = Command::new(BINARY)
        .arg("doctor")
        .current_dir(folder)
        .env_clear()
        .env("BIND_ADDR", launch.address().to_string())
        .env("DEBUG", "false")
        .env("EMAIL_BACKEND", "file")
        .env("SECRET_KEY", "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk")
        .output()
        .unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stdout).unwrap()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

fn every_folder_is_private(folder: &Path) {
    let mode = std::fs::metadata(folder).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700, "{}", folder.display());
    for entry in entries(folder) {
        let metadata = std::fs::metadata(&entry).unwrap();
        if metadata.is_dir() {
            every_folder_is_private(&entry);
        } else {
            assert_eq!(metadata.permissions().mode() & 0o077, 0, "{}", entry.display());
        }
    }
}

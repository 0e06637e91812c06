//! The commands, as an operator types them: the real binary, a folder of its own.

use belle_house_bench::process::Launch;
use platform::clock::{Clock, SystemClock};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_belle-house");
const PASSWORD: &str = "tabouret lune girafe orage\n";

fn fresh() -> (tempfile::TempDir, Launch) {
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, folder.path()).unwrap();
    (folder, launch)
}

fn create_admin(launch: &Launch, email: &str, password: &str) -> anyhow::Result<String> {
    launch.run(
        &["create-admin", "--email", email, "--name", "Aïssa Maïga"],
        password,
    )
}

#[tokio::test]
async fn people_are_let_in_and_out_from_the_command_line() {
    let (_folder, launch) = fresh();
    create_admin(&launch, "aissa@bellehouse.example", PASSWORD).unwrap();
    let email = ["--email", "moussa@bellehouse.example"];
    let made = launch.run(
        &["create-staff", email[0], email[1], "--name", "Moussa"],
        PASSWORD,
    );
    assert!(
        made.unwrap()
            .contains("member of staff moussa@bellehouse.example")
    );

    let printed = launch.run(&["reset-password", email[0], email[1]], "").unwrap();
    let (until, temporary) = printed.trim().rsplit_once(": ").unwrap();
    assert!(until.starts_with("Temporary password, good until "), "{printed}");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = launch.start().await.unwrap();
    let answer = login(server.address(), email[1], temporary).await;
    assert_eq!(answer["viewer"]["mustChangePassword"], true, "{answer}");
    let former = login(server.address(), email[1], PASSWORD.trim_end()).await;
    assert_eq!(former["userErrors"][0]["code"], "INVALID");
    server.stop().await.unwrap();

    let out = launch.run(&["disable-account", email[0], email[1]], "").unwrap();
    assert!(out.contains("can't sign in any more"), "{out}");
    let server = launch.start().await.unwrap();
    let refused = login(server.address(), email[1], temporary).await;
    assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN");
    server.stop().await.unwrap();

    for (arguments, told) in [
        (
            ["disable-account", "--email", "aissa@bellehouse.example"],
            "last administrator",
        ),
        (
            ["disable-account", "--email", "nobody@example.ne"],
            "nobody signs in",
        ),
        (["reset-password", "--email", email[1]], "disabled"),
        (
            ["reset-password", "--email", "nobody@example.ne"],
            "no such account",
        ),
    ] {
        let error = launch.run(&arguments, "").unwrap_err().to_string();
        assert!(error.contains(told), "{arguments:?}: {error}");
    }
}

/// A GraphQL document of one root field, answered.
async fn ask(address: std::net::SocketAddr, token: Option<&str>, query: &str, input: Value) -> Value {
    let mut request = reqwest::Client::new()
        .post(format!("http://{address}/graphql"))
        .json(&json!({ "query": query, "variables": { "input": input } }));
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let mut body: Value = request.send().await.unwrap().json().await.unwrap();
    let data = body["data"].as_object_mut();
    let data = data.unwrap_or_else(|| panic!("{query} was refused"));
    data.values_mut().next().unwrap().take()
}

#[tokio::test]
async fn a_lost_second_factor_is_taken_off_from_the_command_line() {
    let (_folder, launch) = fresh();
    let email = "aissa@bellehouse.example";
    create_admin(&launch, email, PASSWORD).unwrap();
    let reset = |email: &str| launch.run(&["reset-totp", "--email", email], "");
    for (email, told) in [
        (email, "no second factor"),
        ("nobody@example.ne", "no such account"),
    ] {
        let error = reset(email).unwrap_err().to_string();
        assert!(error.contains(told), "{email}: {error}");
    }
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = launch.start().await.unwrap();
    let password = PASSWORD.trim_end();
    let sign_in = "mutation($input: LoginInput!) { login(input: $input) { session { accessToken } userErrors { code } } }";
    let credentials = json!({ "email": email, "password": password });
    let session = ask(server.address(), None, sign_in, credentials.clone()).await;
    let token = session["session"]["accessToken"].as_str().unwrap().to_owned();
    let begin = "mutation($input: BeginTotpInput!) { beginTotp(input: $input) { secret } }";
    let begun = ask(
        server.address(),
        Some(&token),
        begin,
        json!({ "password": password }),
    )
    .await;
    let secret = totp_rs::Secret::try_from_base32(begun["secret"].as_str().unwrap()).unwrap();
    let app = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = u64::try_from(SystemClock.now().timestamp()).unwrap();
    let confirm = "mutation($input: ConfirmTotpInput!) { confirmTotp(input: $input) { recoveryCodes } }";
    let code = json!({ "code": app.generate(now).to_string() });
    let confirmed = ask(server.address(), Some(&token), confirm, code).await;
    assert_eq!(confirmed["recoveryCodes"].as_array().unwrap().len(), 10);
    let asked = ask(server.address(), None, sign_in, credentials.clone()).await;
    assert_eq!(asked["userErrors"][0]["code"], "TOTP_REQUIRED");
    server.stop().await.unwrap();
    let done = reset(email).unwrap();
    assert!(done.contains("password alone"), "{done}");
    let server = launch.start().await.unwrap();
    let session = ask(server.address(), None, sign_in, credentials).await;
    assert!(session["session"].is_object(), "{session}");
    server.stop().await.unwrap();
}

async fn login(address: std::net::SocketAddr, email: &str, password: &str) -> serde_json::Value {
    let query = "mutation($input: LoginInput!) { login(input: $input) { viewer { mustChangePassword } \
        userErrors { code } } }";
    let login = serde_json::json!({ "query": query, "variables": { "input": { "email": email, "password": password } } });
    let answer = reqwest::Client::new()
        .post(format!("http://{address}/graphql"))
        .json(&login)
        .send()
        .await
        .unwrap();
    let mut body: serde_json::Value = answer.json().await.unwrap();
    body["data"]["login"].take()
}

#[test]
fn an_operator_sets_a_server_up() {
    let (_folder, launch) = fresh();
    assert!(launch.run(&["doctor"], "").unwrap().contains("doesn't exist yet"));
    assert!(launch.run(&["migrate"], "").unwrap().contains("up to date"));
    let made = create_admin(&launch, "aissa@bellehouse.example", PASSWORD).unwrap();
    assert!(
        made.contains("aissa@bellehouse.example") && made.contains("acc_"),
        "{made}"
    );
    let again = create_admin(&launch, "aissa@bellehouse.example", PASSWORD)
        .unwrap_err()
        .to_string();
    assert!(again.contains("email"), "{again}");
    let weak = create_admin(&launch, "other@bellehouse.example", "short\n")
        .unwrap_err()
        .to_string();
    assert!(weak.contains("password"), "{weak}");
    let doctor = launch.run(&["doctor"], "").unwrap();
    assert!(
        doctor.contains("schema is up to date") && doctor.contains("Nothing is wrong."),
        "{doctor}"
    );
}

#[tokio::test]
async fn doctor_looks_whether_prometheus_is_answered_and_the_world_is_not() {
    let (_folder, launch) = fresh();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = free.local_addr().unwrap().to_string();
    drop(free);
    let launch = launch.env("METRICS_ADDR", &address);
    assert!(launch.run(&["migrate"], "").unwrap().contains("up to date"));
    let nobody = launch.run(&["doctor"], "").unwrap();
    assert!(
        nobody.contains(&format!("note    metrics: nothing answers at {address}")),
        "{nobody}"
    );
    let server = launch.start().await.unwrap();
    let answered = launch.run(&["doctor"], "").unwrap();
    assert!(
        answered.contains(&format!("ok      metrics: answered at {address}")),
        "{answered}"
    );
    // A second server can't have the address, and says so.
    let second = launch
        .sibling()
        .unwrap()
        .env("DATA_DIR", launch.data_dir().join("second").display().to_string());
    let taken = second.run(&["serve"], "").unwrap_err().to_string();
    assert!(
        taken.contains(&format!("can't listen on {address}; METRICS_ADDR")),
        "{taken}"
    );
    server.stop().await.unwrap();
}

#[test]
fn doctor_names_what_is_wrong_and_how_to_mend_it() {
    let folder = tempfile::tempdir().unwrap();
    let output = std::process::Command::new(BINARY)
        .arg("doctor")
        .current_dir(folder.path())
        .env_clear()
        .env("DEBUG", "true")
        .env("EMAIL_BACKEND", "smtp")
        .env("EMAIL_HOST", "127.0.0.1")
        .env("EMAIL_PORT", "1")
        .env("FIREBASE_CREDENTIALS_PATH", "/nowhere.json")
        .env("CLOUDINARY_API_KEY", "kept")
        .env("METRICS_ADDR", "41.138.32.7:9464")
        .output()
        .unwrap();
    assert!(!output.status.success());
    let told = String::from_utf8(output.stdout).unwrap();
    for expected in [
        "WRONG   mail: 127.0.0.1:1",
        "EMAIL_HOST",
        "WRONG   push: FIREBASE_CREDENTIALS_PATH=/nowhere.json",
        "ok      storage",
        "note    configuration: CLOUDINARY_*",
        "WRONG   metrics: METRICS_ADDR=41.138.32.7:9464 is an address of the public Internet",
    ] {
        assert!(told.contains(expected), "{expected} is missing from {told}");
    }
}

#[test]
fn every_mistake_of_the_configuration_is_told_at_once() {
    let (_folder, launch) = fresh();
    let launch = launch
        .env("SECRET_KEY", "short")
        .env("TIME_ZONE", "Mars/Olympus")
        .env("LOG", "=/=");
    let error = launch.run(&["migrate"], "").unwrap_err().to_string();
    for key in ["SECRET_KEY", "TIME_ZONE", "LOG"] {
        assert!(error.contains(key), "{key} is missing from {error}");
    }
}

/// What a rotation is made with, typed as its page says.
#[tokio::test]
async fn an_operator_changes_the_key() {
    let (_folder, launch) = fresh();
    let printed = launch.run(&["rotate-key"], "").unwrap();
    let key = printed
        .lines()
        .map(str::trim)
        .find(|line| line.len() == 64 && !line.contains(' '))
        .unwrap_or_else(|| panic!("no key in {printed}"));
    assert!(printed.contains(&format!("SECRET_KEY={key}")), "{printed}");
    assert!(
        printed.contains(&format!("SECRET_KEY_PREVIOUS={key}")),
        "{printed}"
    );
    assert_ne!(
        printed,
        launch.run(&["rotate-key"], "").unwrap(),
        "fresh each time"
    );

    const OLD: &str = "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk";
    let launch = launch.env("SECRET_KEY", OLD);
    launch.start().await.unwrap().stop().await.unwrap();
    let launch = launch.env("SECRET_KEY_PREVIOUS", key);
    let told = launch.run(&["doctor"], "").unwrap();
    assert!(
        told.contains("note    keys: SECRET_KEY_PREVIOUS is set, and no server has signed with it"),
        "{told}"
    );
    let launch = launch.env("SECRET_KEY", key).env("SECRET_KEY_PREVIOUS", OLD);
    let told = launch.run(&["doctor"], "").unwrap();
    assert!(told.contains("signed with it less than two hours ago"), "{told}");
    let same = launch.env("SECRET_KEY_PREVIOUS", key);
    let error = same.run(&["doctor"], "").unwrap_err().to_string();
    assert!(
        error.contains("SECRET_KEY_PREVIOUS: is SECRET_KEY itself"),
        "{error}"
    );
}

#[test]
fn the_schema_is_printed_without_any_setting() {
    let (_folder, launch) = fresh();
    let launch = launch.env("SECRET_KEY", "");
    let schema = launch.run(&["schema"], "").unwrap();
    assert!(schema.contains("type Delivery"));
}

#[tokio::test]
async fn a_second_server_on_the_same_file_is_refused() {
    let (_folder, launch) = fresh();
    let server = launch.start().await.unwrap();
    let error = launch.sibling().unwrap().start().await.unwrap_err().to_string();
    assert!(
        error.contains("PostgreSQL") && error.contains(&server.pid().to_string()),
        "{error}"
    );
    server.stop().await.unwrap();
    launch.start().await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn production_logs_one_json_object_a_line_and_no_secret() {
    let (_folder, launch) = fresh();
    create_admin(&launch, "admin@example.ne", PASSWORD).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let launch = launch.env("LOG", "info,belle_house=debug,platform=debug");
    let server = launch.start().await.unwrap();
    let login = serde_json::json!({
        "query": "mutation($input: LoginInput!) { login(input: $input) { session { accessToken refreshToken } } }",
        "variables": { "input": { "email": "admin@example.ne", "password": PASSWORD.trim_end() } },
    });
    let answer = reqwest::Client::new()
        .post(format!("http://{}/graphql", server.address()))
        .header("Accept", "application/graphql-response+json")
        .json(&login)
        .send()
        .await
        .unwrap();
    let request_id = answer.headers()["x-request-id"].to_str().unwrap().to_owned();
    let body: serde_json::Value = answer.json().await.unwrap();
    let session = &body["data"]["login"]["session"];
    server.stop().await.unwrap();
    let log = launch.log();
    let entries: Vec<serde_json::Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(
        entries
            .iter()
            .any(|entry| entry.to_string().contains(&request_id)),
        "{log}"
    );
    for secret in [
        PASSWORD.trim_end(),
        session["accessToken"].as_str().unwrap(),
        session["refreshToken"].as_str().unwrap(),
    ] {
        assert!(!log.contains(secret), "{secret} was logged");
    }
}

#[tokio::test]
async fn a_clean_stop_leaves_the_whole_database_in_its_file() {
    let (_folder, launch) = fresh();
    create_admin(&launch, "aissa@bellehouse.example", PASSWORD).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = launch.start().await.unwrap();
    login(server.address(), "aissa@bellehouse.example", PASSWORD.trim_end()).await;
    let beside = |ending: &str| {
        let files = std::fs::read_dir(launch.data_dir()).unwrap().flatten();
        files
            .filter(|file| file.file_name().to_string_lossy().ends_with(ending))
            .count()
    };
    assert_eq!(
        beside("-wal"),
        1,
        "while it serves, what is new stands in the log"
    );
    server.stop().await.unwrap();
    assert_eq!((beside("-wal"), beside("-shm")), (0, 0));
    assert_eq!(beside(".sqlite3"), 1);
}

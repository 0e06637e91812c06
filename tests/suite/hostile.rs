//! Requests made to hurt: twenty of each at once against a server in a process of its own that may not grow. It refuses
//! them, goes on, and others don't notice. `scripts/bench hostile` measures the same on a release build.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use belle_house_bench::api;
use belle_house_bench::attacks::{self, Attack};
use belle_house_bench::http::Connection;
use belle_house_bench::process::{Launch, Server};
use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};

use crate::support::database::TestDatabase;

const AT_ONCE: usize = 20;
/// What the process may take beyond what it takes at rest, in KiB (issue 8).
const MEMORY: u64 = 512 * 1024;
/// What may be resident beyond what is at rest, in KiB (issue 10).
const GROWTH: u64 = 100 * 1024;
/// What a WebSocket message may be long, in bytes (DESIGN.md 6).
const MESSAGE: usize = 64 * 1024;

const ADMIN: &str = "admin@hostile.example";

struct World {
    launch: Launch,
    server: Server,
    token: String,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl World {
    async fn start() -> Self {
        let database = TestDatabase::create().await;
        let folder = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path())
            .unwrap()
            .env("DATABASE_URL", database.url())
            .env("TRUSTED_PROXIES", "127.0.0.1");
        api::create_admin(&launch, ADMIN).unwrap();
        let server = launch.start().await.unwrap();
        let mut connection = Connection::open(server.address()).await.unwrap();
        let staff = api::login(&mut connection, ADMIN, api::PASSWORD).await.unwrap();
        let mail = launch.data_dir();
        let client = api::create_client(&mut connection, &staff, &mail, "client@hostile.example");
        let token = client.await.unwrap().token;
        Self {
            launch,
            server,
            token,
            _folder: folder,
            _database: database,
        }
    }

    fn assert_lives(&mut self, attack: &str) {
        assert!(
            self.server.lives().unwrap(),
            "{attack} ended the server:\n{}",
            self.launch.log()
        );
    }
}

async fn post(address: SocketAddr, token: &str, body: &str) -> Value {
    let mut connection = Connection::open(address).await.unwrap();
    let answer = connection.graphql_body(Some(token), body).await.unwrap();
    answer.json().unwrap()
}

/// Runs the body over a WebSocket, and answers what comes back first.
async fn over_websocket(address: SocketAddr, token: &str, attack: &Attack) -> Value {
    let mut socket = Socket::open_with_token(address, token).await.unwrap();
    let message = format!(r#"{{"id":"1","type":"subscribe","payload":{}}}"#, attack.body);
    socket.send_text(message).await.unwrap();
    match socket.receive().await.unwrap() {
        Incoming::Message(message) if message["type"] == "error" => json!({ "errors": message["payload"] }),
        Incoming::Message(message) => message["payload"].clone(),
        closed => panic!("{}: {closed:?}", attack.name),
    }
}

/// Asks an innocent question again and again until it is told to stop; each must be answered.
async fn innocent(address: SocketAddr, token: String, stop: Arc<AtomicBool>) -> usize {
    let mut connection = Connection::open(address).await.unwrap();
    let mut answered = 0;
    while !stop.load(Ordering::Relaxed) || answered == 0 {
        let query = "{ viewer { email projects { totalCount } } }";
        api::call(&mut connection, Some(&token), query, json!({}))
            .await
            .unwrap();
        answered += 1;
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    answered
}

#[tokio::test]
async fn no_request_ends_the_process_or_makes_it_grow() {
    let mut world = World::start().await;
    let (address, token) = (world.server.address(), world.token.clone());
    let stop = Arc::new(AtomicBool::new(false));
    let asking = tokio::spawn(innocent(address, token.clone(), Arc::clone(&stop)));
    let rest = world.server.resident_kib().unwrap();
    world.server.limit_memory(MEMORY).unwrap();
    for attack in attacks::all() {
        let many = (0..AT_ONCE).map(|_| post(address, &token, &attack.body));
        for answer in futures_util::future::join_all(many).await {
            assert!(
                attacks::is_refused(&answer),
                "{}: {}",
                attack.name,
                start_of(&answer)
            );
            let errors = answer["errors"].as_array().map_or(0, Vec::len);
            assert!(
                errors <= 10 && answer.to_string().len() <= 16 * 1024,
                "{}",
                attack.name
            );
        }
        world.assert_lives(attack.name);
        if attack.body.len() + 100 < MESSAGE && serde_json::from_str::<Value>(&attack.body).is_ok() {
            let many = (0..AT_ONCE).map(|_| over_websocket(address, &token, &attack));
            for answer in futures_util::future::join_all(many).await {
                assert!(
                    attacks::is_refused(&answer),
                    "{}: {}",
                    attack.name,
                    start_of(&answer)
                );
            }
            world.assert_lives(attack.name);
        }
    }
    let peak = world.server.peak_kib().unwrap();
    assert!(peak < rest + GROWTH, "{rest} KiB at rest, {peak} KiB at most");
    stop.store(true, Ordering::Relaxed);
    assert!(asking.await.unwrap() > 0);
    println!("{} MiB at rest, {} MiB at most", rest / 1024, peak / 1024);
    world.server.stop().await.unwrap();
}

fn start_of(answer: &Value) -> String {
    answer.to_string().chars().take(400).collect()
}

/// What each way in says of a variable that is named too often: the limit, before anything is copied.
#[tokio::test]
async fn every_way_in_has_the_same_budget() {
    let mut world = World::start().await;
    let (address, token) = (world.server.address(), world.token.clone());
    let named: String = (0..55)
        .map(|number| format!("a{number}: projects(filter: {{ search: $a }}) {{ totalCount }} "))
        .collect();
    let query = format!("query($a: String) {{ viewer {{ {named} }} }}");
    let long = json!({ "a": "a".repeat(45_000) });
    let body = json!({ "query": query, "variables": long }).to_string();
    let code = |answer: &Value| answer["errors"][0]["extensions"]["code"].clone();

    assert_eq!(code(&post(address, &token, &body).await), "LIMIT_EXCEEDED");
    let attack = Attack {
        name: "over WebSocket",
        body,
    };
    assert_eq!(
        code(&over_websocket(address, &token, &attack).await),
        "LIMIT_EXCEEDED"
    );

    let mut connection = Connection::open(address).await.unwrap();
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("query", &query)
        .append_pair("variables", &long.to_string())
        .finish();
    let answer = connection.get(&format!("/graphql?{form}")).await.unwrap();
    assert_eq!(code(&answer.json().unwrap()), "LIMIT_EXCEEDED");

    // A trusted document names each variable a few times at most; its variables are counted all the same.
    let manifest = include_str!("../../operations/trusted/manifest.json");
    let manifest: Value = serde_json::from_str(manifest).unwrap();
    let known = manifest.as_object().unwrap().iter();
    let (hash, _) = known
        .into_iter()
        .find(|(_, it)| it["name"] == "site-portfolio")
        .unwrap();
    for filter in [
        json!({ "year": vec![0; 20_000] }),
        json!({ "year": vec!["a".repeat(20); 9_000] }),
    ] {
        let body = json!({ "documentId": format!("sha256:{hash}"), "variables": { "filter": filter } });
        let answer = post(address, &token, &body.to_string()).await;
        assert!(attacks::is_refused(&answer), "{}", start_of(&answer));
    }
    world.assert_lives("a variable named too often");
    world.server.stop().await.unwrap();
}

/// Documents are kept, with how they run: each of these is small, runs large, and is like no other.
#[tokio::test]
async fn documents_that_are_all_different_take_no_more_than_they_may() {
    let world = World::start().await;
    let (address, token) = (world.server.address(), world.token.clone());
    let aliases = |letter: char, count: usize, selected: &str| -> String {
        let many = (0..count).map(|number| format!("{letter}{number}: {selected} "));
        many.collect()
    };
    let viewers = aliases('v', 20, "viewer { ...V }");
    let projects = aliases('p', 10, "projects(first: 1) { nodes { ...P } }");
    let updates = aliases('u', 10, "updates(first: 1) { nodes { id title } }");
    let document = format!(
        "{{ {viewers} }} fragment V on Viewer {{ {projects} }} fragment P on Project {{ {updates} }}"
    );
    let rest = world.server.resident_kib().unwrap();
    let mut connection = Connection::open(address).await.unwrap();
    for number in 0..150 {
        let body = json!({ "query": format!("# {number}\n{document}") }).to_string();
        let answer = connection.graphql_body(Some(&token), &body).await.unwrap();
        let answer: Value = answer.json().unwrap();
        assert!(
            answer["data"]["v19"]["p9"]["nodes"].is_array(),
            "{}",
            start_of(&answer)
        );
    }
    let peak = world.server.peak_kib().unwrap();
    println!("{} MiB at rest, {} MiB at most", rest / 1024, peak / 1024);
    assert!(peak < rest + 96 * 1024, "{rest} KiB at rest, {peak} KiB at most");
    world.server.stop().await.unwrap();
}

/// Each takes 19 MiB while it is hashed: were a core free again as soon as its client is gone, sixty of them would take more than
/// a gigabyte.
#[tokio::test]
async fn sixty_logins_whose_sockets_close_at_once_are_hashed_a_few_at_a_time() {
    let mut world = World::start().await;
    let address = world.server.address();
    let rest = world.server.peak_kib().unwrap();
    let attempt = |number: usize| async move {
        let mut connection = Connection::open(address).await.unwrap();
        let query = "mutation($input: LoginInput!) { login(input: $input) { userErrors { code } } }";
        let input = json!({ "email": format!("somebody{number}@example.ne"), "password": "soleil" });
        let body = json!({ "query": query, "variables": { "input": input } }).to_string();
        let from = format!("198.51.{number}.1");
        let headers = [
            ("Content-Type", "application/json"),
            ("X-Forwarded-For", from.as_str()),
        ];
        connection
            .request("POST", "/graphql", &headers, body.as_bytes())
            .await
    };
    for wave in 0..5 {
        let attempts = (0..60).map(|number| Box::pin(attempt(wave * 40 + number % 200)));
        // The first is answered: the others are being hashed, or wait for it. All of them hang up.
        let (answered, _, others) = futures_util::future::select_all(attempts).await;
        assert_eq!(answered.unwrap().status, 200);
        drop(others);
    }
    // Whoever comes next is served.
    let mut connection = Connection::open(address).await.unwrap();
    let mut served = false;
    for _ in 0..1_000 {
        // The queue may be full of those of whom the server hasn't seen yet that they are gone.
        if !served {
            served = api::login(&mut connection, ADMIN, api::PASSWORD).await.is_ok();
        }
    }
    assert!(served);
    let cores = std::thread::available_parallelism().unwrap().get() as u64;
    let peak = world.server.peak_kib().unwrap();
    println!("{} MiB at most before, {} MiB after", rest / 1024, peak / 1024);
    assert!(
        peak < rest + (cores * 20 + 40) * 1024,
        "{rest} KiB before, {peak} KiB after"
    );
    world.assert_lives("sixty logins");
    world.server.stop().await.unwrap();
}

//! For every argument and input field of the schema the largest and the deepest values that the transport lets pass, as whoever
//! may do most: each is answered in time, in few words, and the server goes on.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use async_graphql::parser::types::{BaseType, InputObjectType, InputValueDefinition, Type, TypeKind};
use belle_house_bench::api;
use belle_house_bench::http::Connection;
use belle_house_bench::process::Launch;
use belle_house_bench::ws::{Incoming, Socket};
use serde_json::{Value, json};

use crate::permissions::{Ids, Schema, base_name};
use crate::support::database::TestDatabase;

const ADMIN: &str = "admin@hostile.example";
/// What may be resident beyond what is at rest, in KiB.
const GROWTH: u64 = 100 * 1024;
/// The largest body, and the largest message, less what stands around the value.
const BODY: usize = 250 * 1024;
const MESSAGE: usize = 60 * 1024;
/// As many values, and as deep, as are read.
const VALUES: usize = 9_900;
const DEPTH: usize = 36;
/// A debug build on a busy machine; what hangs or grows with the square of what is sent takes longer.
const TIME: Duration = Duration::from_secs(10);
/// The longest answer, in bytes.
const ANSWER: usize = 16 * 1024;

/// An argument, or an input field with the way to it.
type Way<'a> = Vec<&'a InputValueDefinition>;

struct Walker<'a> {
    schema: &'a Schema,
    /// Input fields that are on a way already.
    seen: BTreeSet<(String, String)>,
    ways: Vec<Way<'a>>,
}

impl<'a> Walker<'a> {
    fn walk(&mut self, way: Way<'a>) {
        let last = way[way.len() - 1];
        self.ways.push(way.clone());
        let name = base_name(&last.ty.node);
        for field in input(self.schema, name).into_iter().flat_map(|it| &it.fields) {
            let field = &field.node;
            if self.seen.insert((name.to_owned(), field.name.node.to_string())) {
                let mut longer = way.clone();
                longer.push(field);
                self.walk(longer);
            }
        }
    }
}

fn input<'a>(schema: &'a Schema, name: &str) -> Option<&'a InputObjectType> {
    match schema.0.get(name).map(|ty| &ty.kind) {
        Some(TypeKind::InputObject(object)) => Some(object),
        _ => None,
    }
}

/// A step with all that its input requires, and `value` at the end of the way.
fn written(schema: &Schema, field: &str, way: &[&InputValueDefinition], value: &str) -> String {
    let (step, rest) = (way[0], &way[1..]);
    let name = &step.name.node;
    let Some(next) = rest.first() else {
        return format!("{name}: {value}");
    };
    let object = input(schema, base_name(&step.ty.node)).unwrap();
    let others = object
        .fields
        .iter()
        .filter(|it| it.node.name.node != next.name.node);
    let members: Vec<String> = others
        .filter_map(|other| schema.required(field, &other.node, &Ids::unknown()))
        .chain([written(schema, field, rest, value)])
        .collect();
    let object = format!("{{ {} }}", members.join(", "));
    if matches!(step.ty.node.base, BaseType::List(_)) {
        format!("{name}: [{object}]")
    } else {
        format!("{name}: {object}")
    }
}

fn nested(open: &str, close: &str) -> String {
    format!("{}1{}", open.repeat(DEPTH), close.repeat(DEPTH))
}

fn list(value: &str, times: usize) -> String {
    format!("[{}]", vec![value; times].join(","))
}

/// What is sent in the variable, as JSON, in `room` bytes: the largest values that its type lets in, or that it doesn't; and
/// the deepest.
fn values(schema: &Schema, ty: &Type, room: usize) -> Vec<String> {
    let many = |value: &str| list(value, VALUES.min(room / (value.len() + 1)));
    let name = base_name(ty);
    let kind = schema.0.get(name).map(|ty| &ty.kind);
    let mut values = vec![nested("[", "]"), nested(r#"{"a":"#, "}")];
    match (&ty.base, kind, name) {
        (BaseType::List(_), Some(TypeKind::InputObject(_)), _) => values.push(many("{}")),
        (BaseType::List(_), Some(TypeKind::Enum(_)), _) => values.push(many(r#""PAID""#)),
        (BaseType::List(_), ..) => {
            values.push(many(r#""x""#));
            values.push(format!("[\"{}\"]", "é".repeat(room / 2)));
        }
        (_, _, "Int" | "Float") => values.push(format!("1{}", "0".repeat(room))),
        (_, _, "Boolean") | (_, Some(TypeKind::Enum(_)), _) => {
            values.push(format!("\"{}\"", "X".repeat(room)));
        }
        (_, Some(TypeKind::InputObject(_)), _) => {
            values.push(many("{}"));
            values.push(format!("{{\"{}\":1}}", "x".repeat(room)));
        }
        _ => {
            values.push(format!("\"{}\"", "é".repeat(room / 2)));
            values.push(format!("\"{}\"", "mot ".repeat(room / 4)));
        }
    }
    values
}

/// What is written into the document: deep, long, and a variable that is named again and again.
fn literals(schema: &Schema, ty: &Type, room: usize) -> Vec<(String, String)> {
    let variables = format!("($v: {ty})");
    let mut literals = vec![
        (String::new(), nested("[", "]")),
        (String::new(), nested("{a: ", "}")),
        (variables, list("$v", 700)),
    ];
    let is_text = !matches!(base_name(ty), "Int" | "Float" | "Boolean")
        && matches!(
            schema.0.get(base_name(ty)).map(|ty| &ty.kind),
            None | Some(TypeKind::Scalar)
        );
    if is_text {
        let text = format!("\"\"\"{}\"\"\"", "x".repeat(room));
        literals.push((String::new(), text));
    }
    literals
}

struct Sender {
    address: SocketAddr,
    connection: Connection,
    token: String,
    slowest: (Duration, String),
    sent: usize,
}

impl Sender {
    async fn new(address: SocketAddr) -> Self {
        let mut connection = Connection::open(address).await.unwrap();
        let token = api::login(&mut connection, ADMIN, api::PASSWORD).await.unwrap();
        Self {
            address,
            connection,
            token,
            slowest: (Duration::ZERO, String::new()),
            sent: 0,
        }
    }

    fn judge(&mut self, what: &str, answer: &str, took: Duration) {
        assert!(answer.len() <= ANSWER, "{what}: {} bytes", answer.len());
        let parsed: Value = serde_json::from_str(answer).unwrap_or_else(|_| panic!("{what}: {answer}"));
        let errors = parsed["errors"].as_array().cloned().unwrap_or_default();
        assert!(errors.len() <= 10, "{what}: {} errors", errors.len());
        assert!(!answer.contains("INTERNAL"), "{what}: {answer}");
        assert!(took < TIME, "{what}: {took:?}");
        self.sent += 1;
        if took > self.slowest.0 {
            self.slowest = (took, what.to_owned());
        }
    }

    async fn post(&mut self, what: &str, body: &str) {
        let begun = Instant::now();
        let mut answer = self
            .connection
            .graphql_body(Some(&self.token), body)
            .await
            .unwrap();
        if answer.status == 401 {
            // Signing out is among what was asked.
            let token = api::login(&mut self.connection, ADMIN, api::PASSWORD).await;
            self.token = token.unwrap();
            answer = self
                .connection
                .graphql_body(Some(&self.token), body)
                .await
                .unwrap();
        }
        assert!(answer.status < 500, "{what}: {}", answer.status);
        let text = String::from_utf8(answer.body).unwrap();
        self.judge(what, &text, begun.elapsed());
    }

    /// Starts it over WebSocket, and looks at everything that comes before the answer to a ping.
    async fn stream(&mut self, what: &str, body: &str) {
        // The sign-in may have been ended by what was asked before.
        self.post("a good token", r#"{"query":"{ __typename }"}"#).await;
        let begun = Instant::now();
        let mut socket = Socket::open_with_token(self.address, &self.token).await.unwrap();
        let start = format!(r#"{{"id":"1","type":"subscribe","payload":{body}}}"#);
        socket.send_text(start).await.unwrap();
        socket.send(&json!({ "type": "ping" })).await.unwrap();
        loop {
            match socket.receive().await.unwrap() {
                Incoming::Message(message) if message["type"] == "pong" => return,
                Incoming::Message(message) => {
                    let errors = match &message["payload"] {
                        errors @ Value::Array(_) => errors.clone(),
                        payload => payload["errors"].clone(),
                    };
                    self.judge(what, &json!({ "errors": errors }).to_string(), begun.elapsed());
                }
                closed => panic!("{what}: {closed:?}"),
            }
        }
    }
}

#[tokio::test]
async fn whatever_is_sent_for_any_argument_is_answered_in_time_and_in_few_words() {
    let database = TestDatabase::create().await;
    let folder = tempfile::tempdir().unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path())
        .unwrap()
        .env("DATABASE_URL", database.url());
    api::create_admin(&launch, ADMIN).unwrap();
    let mut server = launch.start().await.unwrap();
    let schema = Schema::read();
    let mut sender = Sender::new(server.address()).await;
    let rest = server.resident_kib().unwrap();
    server.limit_memory(512 * 1024).unwrap();
    let mut walker = Walker {
        schema: &schema,
        seen: BTreeSet::new(),
        ways: Vec::new(),
    };
    let mut places = 0;
    for (operation, root) in [
        ("query", "Query"),
        ("mutation", "Mutation"),
        ("subscription", "Subscription"),
    ] {
        for field in schema.fields(root) {
            let name = field.name.node.as_str();
            for argument in &field.arguments {
                walker.ways.clear();
                walker.walk(vec![&argument.node]);
                for way in std::mem::take(&mut walker.ways) {
                    places += 1;
                    let others = field
                        .arguments
                        .iter()
                        .filter(|it| it.node.name.node != argument.node.name.node);
                    let others: Vec<String> = others
                        .filter_map(|it| schema.required(name, &it.node, &Ids::unknown()))
                        .collect();
                    let document = |variables: &str, value: &str| {
                        let mut arguments = others.clone();
                        arguments.push(written(&schema, name, &way, value));
                        format!(
                            "{operation}{variables} {{ {name}({}) {{ __typename }} }}",
                            arguments.join(", ")
                        )
                    };
                    let ty = &way[way.len() - 1].ty.node;
                    let steps: Vec<&str> = way.iter().map(|it| it.name.node.as_str()).collect();
                    let what = format!("{name}({})", steps.join("."));
                    let room = if root == "Subscription" { MESSAGE } else { BODY };
                    let room = room - document("", "").len() - 200;
                    let mut bodies = Vec::new();
                    let query = Value::from(document(&format!("($v: {ty})"), "$v"));
                    for value in values(&schema, ty, room) {
                        bodies.push(format!(r#"{{"query":{query},"variables":{{"v":{value}}}}}"#));
                    }
                    for (variables, value) in literals(&schema, ty, room - 2_000) {
                        let query = Value::from(document(&variables, &value));
                        let copied = list("\"x\"", 400);
                        bodies.push(format!(r#"{{"query":{query},"variables":{{"v":{copied}}}}}"#));
                    }
                    for body in &bodies {
                        if root == "Subscription" {
                            sender.stream(&what, body).await;
                        } else {
                            sender.post(&what, body).await;
                        }
                    }
                    assert!(
                        server.lives().unwrap(),
                        "{what} ended the server:\n{}",
                        launch.log()
                    );
                }
            }
        }
    }
    let peak = server.peak_kib().unwrap();
    println!(
        "{places} places, {} requests; slowest {:?}",
        sender.sent, sender.slowest
    );
    println!("{} MiB at rest, {} MiB at most", rest / 1024, peak / 1024);
    assert!(places > 400, "{places} places");
    assert!(peak < rest + GROWTH, "{rest} KiB at rest, {peak} KiB at most");
    server.stop().await.unwrap();
}

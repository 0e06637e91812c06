//! The ready-made operations of the console (`operations/`): each is run against the demo company with its example
//! variables, through the front door, and none is missing.
//!
//! In the examples `{{client.id}}` and `{{client.version}}` stand for a client's. The console leaves them to the person;
//! here each is made for the operation that names it, by the operation that makes such a thing ([`MADE_BY`]).

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::Path;

use async_graphql::parser::parse_query;
use async_graphql::parser::types::{OperationType, Selection};
use belle_house::demo;
use belle_house::graphql::permissions::{MUTATION, QUERY, SUBSCRIPTION};
use platform::graphql::guard::Access;
use platform::send_error::SendError;
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::media_world::jpeg;
use crate::support::app::TestApp;
use crate::support::people::Person;
use crate::support::subscription::Subscription;

/// Which operation makes what an example's placeholder stands for.
const MADE_BY: &[(&str, &str)] = &[
    ("client", "client-create"),
    ("staffMember", "staff-create"),
    ("project", "project-create"),
    ("closedProject", "project-close"),
    ("update", "update-post-now"),
    ("draft", "update-draft"),
    ("deletedUpdate", "record-delete"),
    ("lead", "lead-create"),
    ("service", "service-create"),
    ("partner", "partner-create"),
    ("testimonial", "testimonial-create"),
    ("portfolioItem", "portfolio-create"),
    ("post", "post-create"),
    ("faq", "faq-create"),
    ("promotion", "promotion-create"),
    ("invoiceDraft", "invoice-create"),
    ("invoice", "invoice-create-issued"),
    ("payment", "payment-record"),
];

/// What [`Desk::make`] makes by itself, without an operation.
const MADE_BY_HAND: &[&str] = &[
    "company",
    "deadMessage",
    "heldMessage",
    "heldSeries",
    "inquiry",
    "me",
    "otherSession",
    "upload",
];

/// Mutations that the desk makes itself, so that no password, code or token stands in an editor.
const THE_CONSOLES_OWN: &[&str] = &[
    "beginTotp",
    "changePassword",
    "confirmTotp",
    "disableTotp",
    "login",
    "logout",
    "refreshSession",
    "regenerateRecoveryCodes",
];

/// Mutations that the app makes on a phone; nobody does it by hand.
const THE_APPS_OWN: &[&str] = &["registerDevice", "unregisterDevice"];

/// A ready-made operation.
struct Operation {
    name: String,
    text: String,
    kind: OperationType,
    roots: Vec<String>,
    variables: Value,
}

impl Operation {
    fn read(path: &Path) -> Self {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(path).unwrap();
        let document = parse_query(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut operations = document.operations.iter();
        let (_, operation) = operations.next().unwrap();
        assert!(
            operations.next().is_none(),
            "{name} holds more than one operation"
        );
        let roots = operation.node.selection_set.node.items.iter();
        let roots = roots.map(|item| match &item.node {
            Selection::Field(field) => field.node.name.node.to_string(),
            _ => panic!("{name}: write root fields out"),
        });
        let variables = fs::read_to_string(path.with_extension("json")).unwrap_or_else(|_| "{}".to_owned());
        Self {
            roots: roots.collect(),
            kind: operation.node.ty,
            variables: serde_json::from_str(&variables).unwrap_or_else(|error| panic!("{name}: {error}")),
            name,
            text,
        }
    }

    fn access(&self) -> Access {
        let table = match self.kind {
            OperationType::Query => QUERY,
            OperationType::Mutation => MUTATION,
            OperationType::Subscription => SUBSCRIPTION,
        };
        let of = |root: &String| {
            let found = table.iter().find(|(name, _)| name == root);
            found
                .unwrap_or_else(|| panic!("{}: no root field {root}", self.name))
                .1
        };
        let all: Vec<Access> = self.roots.iter().map(of).collect();
        if all.contains(&Access::Admin) {
            Access::Admin
        } else {
            all[0]
        }
    }
}

fn all() -> BTreeMap<String, Operation> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let graphql = paths.filter(|path| path.extension().is_some_and(|it| it == "graphql"));
    graphql
        .map(|path| Operation::read(&path))
        .map(|operation| (operation.name.clone(), operation))
        .collect()
}

/// The demo company, and who works there.
struct Desk {
    app: TestApp,
    staff: Person,
    admin: Person,
    operations: BTreeMap<String, Operation>,
    unique: u32,
}

impl Desk {
    async fn open() -> Self {
        let app = TestApp::builder()
            .with_demo()
            .setting(
                "BACKUP_RECIPIENT",
                "age1zvkyg2lqzraa2lnjvqej32nkuu0ues2s82hzrye869xeexvn73equnujwj",
            )
            .leaves_deliveries_pending()
            .start()
            .await;
        Self {
            staff: app.sign_in("staff@demo.bellehouse.ne", demo::PASSWORD).await,
            admin: app.sign_in("admin@demo.bellehouse.ne", demo::PASSWORD).await,
            app,
            operations: all(),
            unique: 0,
        }
    }

    /// What comes in from outside: the demo company has no leads and no messages of its own.
    async fn receive(&mut self) {
        Box::pin(self.make("lead", &mut HashMap::new())).await;
        let input = json!({
            "name": "Moctar Adamou",
            "email": "moctar@example.com",
            "subject": "Horaires",
            "message": "Quand peut-on vous rendre visite ?",
            "idempotencyKey": "a-visitor-asks-for-a-visit",
        });
        let form = "mutation($input: SubmitContactInquiryInput!) { submitContactInquiry(input: $input) { accepted \
                    userErrors { code message field } } }";
        self.app.run(None, form, input).await;
    }

    /// The example variables with everything filled in.
    async fn fill(&mut self, variables: &Value, made: &mut HashMap<String, Value>) -> Value {
        match variables {
            Value::Object(fields) => {
                let mut filled = serde_json::Map::new();
                for (name, value) in fields {
                    filled.insert(name.clone(), Box::pin(self.fill(value, made)).await);
                }
                Value::Object(filled)
            }
            Value::Array(items) => {
                let mut filled = Vec::new();
                for item in items {
                    filled.push(Box::pin(self.fill(item, made)).await);
                }
                Value::Array(filled)
            }
            Value::String(text) => Box::pin(self.fill_text(text, made)).await,
            other => other.clone(),
        }
    }

    async fn fill_text(&mut self, text: &str, made: &mut HashMap<String, Value>) -> Value {
        let Some((before, rest)) = text.split_once("{{") else {
            return json!(text);
        };
        let (placeholder, after) = rest.split_once("}}").unwrap();
        if placeholder == "unique" {
            self.unique += 1;
            return json!(format!("{before}{}{after}", self.unique));
        }
        if let Some(days) = placeholder.strip_prefix("today") {
            let days: i64 = days.strip_prefix('+').map_or(0, |days| days.parse().unwrap());
            let day = platform::clock::Clock::now(&self.app.clock) + chrono::TimeDelta::days(days);
            return json!(day.format("%Y-%m-%d").to_string());
        }
        let (thing, field) = placeholder.split_once('.').unwrap();
        if !made.contains_key(thing) {
            let entity = self.make(thing, made).await;
            made.insert(thing.to_owned(), entity);
        }
        let value = made[thing][field].clone();
        assert!(
            !value.is_null(),
            "{{{{{placeholder}}}}} has no value: {}",
            made[thing]
        );
        value
    }

    /// What a restored backup leaves behind.
    async fn as_after_a_restore(&self, sql: &str) {
        let db = self.app.database().connect().await;
        db.migrator().execute_unprepared(sql).await.unwrap();
        db.close().await.unwrap();
    }

    async fn make(&mut self, thing: &str, made: &mut HashMap<String, Value>) -> Value {
        match thing {
            "otherSession" => {
                self.app.sign_in(&self.staff.email, demo::PASSWORD).await;
                let query = "{ viewer { sessions { id isCurrent } } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                let sessions = data["viewer"]["sessions"].as_array().unwrap();
                sessions
                    .iter()
                    .find(|it| it["isCurrent"] == false)
                    .unwrap()
                    .clone()
            }
            "me" => {
                let data = self
                    .app
                    .graphql(
                        &self.staff,
                        "{ viewer { id staffMember { version } } }",
                        json!({}),
                    )
                    .await
                    .data();
                json!({ "id": data["viewer"]["id"], "version": data["viewer"]["staffMember"]["version"] })
            }
            "company" => {
                let query = "{ companyProfile { version } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                data["companyProfile"].clone()
            }
            "inquiry" => {
                let query = "{ inquiries(first: 1) { nodes { id version } } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                data["inquiries"]["nodes"][0].clone()
            }
            "upload" => {
                let file = jpeg(640, 480);
                let announce = "mutation($input: CreateUploadInput!) { createUpload(input: $input) { \
                                upload { id uploadUrl } userErrors { code message } } }";
                let input =
                    json!({ "filename": "mur.jpg", "contentType": "image/jpeg", "byteSize": file.len() });
                let upload = self.app.run(&self.staff, announce, input).await["upload"].clone();
                let url = upload["uploadUrl"].as_str().unwrap();
                let answer = self.app.http().put(url).body(file).send().await.unwrap();
                assert_eq!(answer.status(), 200);
                upload
            }
            "deadMessage" => {
                self.app.run_jobs().await;
                Box::pin(self.make("client", made)).await;
                self.app.mail.fail_with([SendError::permanent("no such mailbox")]);
                self.app.run_jobs().await;
                let query = "{ deliveries(filter: { status: [DEAD] }) { nodes { id } } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                data["deliveries"]["nodes"][0].clone()
            }
            "heldMessage" => {
                self.app.run_jobs().await;
                Box::pin(self.make("client", made)).await;
                self.as_after_a_restore("UPDATE deliveries SET status = 'HELD' WHERE status = 'PENDING'")
                    .await;
                let query = "{ dashboard { heldDeliveries(first: 1) { nodes { id } } } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                data["dashboard"]["heldDeliveries"]["nodes"][0].clone()
            }
            "heldSeries" => {
                self.as_after_a_restore(
                    "UPDATE number_series SET unconfirmed_since = '2026-11-21T05:00:00+00:00' WHERE series = 'BH'",
                )
                .await;
                let query = "{ numberSeries { series lastNumber unconfirmedSince } }";
                let data = self.app.graphql(&self.staff, query, json!({})).await.data();
                let series = data["numberSeries"].as_array().unwrap().iter();
                series
                    .into_iter()
                    .find(|it| it["series"] == "BH")
                    .unwrap()
                    .clone()
            }
            thing => {
                let maker = MADE_BY.iter().find(|(name, _)| *name == thing);
                let (_, maker) =
                    maker.unwrap_or_else(|| panic!("nothing in MADE_BY makes {{{{{thing}.…}}}}"));
                let data = Box::pin(self.run(maker, made)).await;
                let payload = data.as_object().unwrap().values().next().unwrap();
                let fields = payload.as_object().unwrap().values();
                fields.into_iter().find(|it| it.is_object()).unwrap().clone()
            }
        }
    }

    fn caller(&self, operation: &Operation) -> Person {
        match operation.access() {
            Access::Admin => self.admin.clone(),
            _ => self.staff.clone(),
        }
    }

    /// Runs a query or a mutation, which must go through; its `data`.
    async fn run(&mut self, name: &str, made: &mut HashMap<String, Value>) -> Value {
        let operation = &self.operations[name];
        let (text, variables) = (operation.text.clone(), operation.variables.clone());
        let caller = self.caller(operation);
        let variables = self.fill(&variables, made).await;
        let answer = self.app.graphql(&caller, &text, variables.clone()).await;
        assert!(
            answer.status == 200 && answer.body["errors"].is_null(),
            "{name} with {variables}: {}",
            answer.body
        );
        let data = answer.data();
        for (root, value) in data.as_object().unwrap() {
            let refused = value["userErrors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty());
            assert!(
                !refused && !value.is_null(),
                "{name} with {variables}: {root}: {value}"
            );
        }
        data
    }

    /// Subscribes; posting an update, or issuing an invoice, must bring an event.
    async fn follow(&mut self, name: &str) {
        let operation = &self.operations[name];
        let (text, variables) = (operation.text.clone(), operation.variables.clone());
        let caller = self.caller(operation);
        let mut made = HashMap::new();
        let variables = self.fill(&variables, &mut made).await;
        let mut stream = Subscription::start(self.app.address(), &caller.token, &text, variables).await;
        // Whether the stream listens by now can't be asked for: news are posted until one comes.
        for _ in 0..50 {
            let happening = match self.operations[name].roots[0].as_str() {
                "invoiceIssued" => "invoice-create-issued",
                _ => "update-post-now",
            };
            self.run(happening, &mut made).await;
            if let Some(event) = stream.next_within(std::time::Duration::from_millis(300)).await {
                assert!(event["payload"]["errors"].is_null(), "{name}: {event}");
                assert!(event["payload"]["data"].is_object(), "{name}: {event}");
                return;
            }
        }
        panic!("{name}: nothing came");
    }
}

#[tokio::test]
async fn every_ready_made_operation_runs_against_the_demo_company() {
    let mut desk = Desk::open().await;
    desk.receive().await;
    let names: Vec<String> = desk.operations.keys().cloned().collect();
    for name in names {
        match desk.operations[&name].kind {
            OperationType::Subscription => desk.follow(&name).await,
            _ => {
                let data = desk.run(&name, &mut HashMap::new()).await;
                if name.ends_with("-search") {
                    let root = data.as_object().unwrap().values().next().unwrap();
                    let rows = root["nodes"].as_array().unwrap();
                    assert!(
                        !rows.is_empty(),
                        "{name} finds nothing in the demo company: make some in src/demo/"
                    );
                }
            }
        }
    }
}

/// Told before the demo company is loaded, which takes a minute.
#[test]
fn every_placeholder_can_be_filled() {
    let makers: HashMap<&str, &str> = MADE_BY.iter().copied().collect();
    let operations = all();
    for (name, operation) in &operations {
        let variables = operation.variables.to_string();
        for placeholder in variables.split("{{").skip(1) {
            let Some((thing, _)) = placeholder.split("}}").next().unwrap().split_once('.') else {
                continue;
            };
            let maker = makers.get(thing);
            assert!(
                MADE_BY_HAND.contains(&thing) || maker.is_some_and(|it| operations.contains_key(*it)),
                "operations/{name}.json asks for {{{{{thing}.…}}}}: name the operation that makes one in MADE_BY of \
                 tests/suite/operations.rs"
            );
        }
    }
}

#[test]
fn each_job_of_the_staff_has_its_operation() {
    let used: BTreeSet<String> = all()
        .into_values()
        .flat_map(|operation| operation.roots)
        .collect();
    let tables = [QUERY, MUTATION, SUBSCRIPTION].into_iter().flatten();
    let jobs = tables.filter(|(name, access)| match access {
        Access::Staff | Access::Admin | Access::SignedIn => {
            !THE_CONSOLES_OWN.contains(name) && !THE_APPS_OWN.contains(name)
        }
        Access::Anyone | Access::Client => false,
    });
    let missing: Vec<&str> = jobs
        .map(|(name, _)| *name)
        .filter(|name| !used.contains(*name))
        .collect();
    assert!(
        missing.is_empty(),
        "staff may use these, and operations/ has nothing ready-made for them: {missing:?}"
    );
}

/// What the console's panel shows comes from the files' first comments.
#[test]
fn every_operation_says_in_two_languages_what_it_is_for() {
    let mut titles = BTreeSet::new();
    for (name, operation) in all() {
        let mut lines = operation.text.lines();
        for language in ["French", "English"] {
            let line = lines.next().unwrap();
            let heading = line.strip_prefix("# ").and_then(|line| line.split_once(" / "));
            let (group, title) = heading.unwrap_or_else(|| {
                panic!("{name}: its {language} heading is to read `# Group / Title`, not {line:?}")
            });
            assert!(!group.is_empty() && !title.is_empty(), "{name}: {line}");
            assert!(
                titles.insert(format!("{language}: {group} / {title}")),
                "{name}: {line:?} is another's title"
            );
        }
        for line in operation.text.lines().filter(|line| line.starts_with('#')) {
            assert!(
                line.chars().count() <= 80,
                "{name}: shorter lines can be read beside the answer: {line}"
            );
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("operations");
    for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        // What the site and the app ask for by hash has its own test.
        if entry.is_dir() && (entry.ends_with("trusted") || entry.ends_with("app")) {
            continue;
        }
        let ours = entry
            .extension()
            .is_some_and(|it| it == "graphql" || it == "json");
        assert!(
            ours && entry.with_extension("graphql").exists(),
            "{} belongs to nothing",
            entry.display()
        );
    }
}

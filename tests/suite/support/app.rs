//! The server in the test's own process: real sockets, real database, a clock that stands still, messages kept in
//! memory.

use super::database::TestDatabase;
use super::people::{PASSWORD, Person};
use super::statements::Statements;
use super::subscription::{PATIENCE, Subscription};
use belle_house::app::{App, AppOptions, Workers};
use belle_house::demo;
use belle_house::features::clients::commands::{ClientFields, create_client_with_password};
use belle_house::features::feed::FeedHub;
use belle_house::features::media::Media;
use belle_house::features::staff::commands::{CreateStaff, create_staff};
use belle_house_bench::round_trips::RoundTrips;
use chrono::TimeDelta;
use platform::actor::{Actor, Locale, Role};
use platform::clock::FixedClock;
use platform::config::Config;
use platform::ctx::Ctx;
use platform::db::Db;
use platform::mail::MemoryMail;
use platform::outbox::{self, Status, Transports, table as deliveries};
use platform::push::MemoryPush;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio_util::sync::CancellationToken;

/// How a test's server differs from the usual one.
#[derive(Debug, Clone)]
pub struct Builder {
    instances: usize,
    settings: Vec<(String, String)>,
    pending_deliveries: bool,
    demo: bool,
    sqlite_layer: Option<&'static str>,
    counts_round_trips: bool,
    database: Option<Arc<TestDatabase>>,
}

impl Builder {
    /// On a database that is there already, such as one that a backup was restored into.
    pub fn on(mut self, database: Arc<TestDatabase>) -> Self {
        self.database = Some(database);
        self
    }

    /// With [`TestApp::round_trips`]. PostgreSQL alone: SQLite is in the process.
    pub fn counts_round_trips(mut self) -> Self {
        self.counts_round_trips = true;
        self
    }

    /// The layer below SQLite that the server's database is on.
    pub fn sqlite_layer(mut self, name: &'static str) -> Self {
        self.sqlite_layer = Some(name);
        self
    }

    /// With the demo company.
    pub fn with_demo(mut self) -> Self {
        self.demo = true;
        self
    }

    /// Several instances on one database. PostgreSQL alone: SQLite has one serving process.
    pub fn instances(mut self, instances: usize) -> Self {
        self.instances = instances;
        self
    }

    /// An environment variable, as an operator would set it.
    pub fn setting(mut self, key: &str, value: &str) -> Self {
        self.settings.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Messages may be left waiting at the end; without this, that fails the test.
    pub fn leaves_deliveries_pending(mut self) -> Self {
        self.pending_deliveries = true;
        self
    }

    /// Starts.
    pub async fn start(self) -> TestApp {
        TestApp::start_with(self).await
    }
}
/// One serving instance.
struct Instance {
    ctx: Ctx,
    feed: FeedHub,
    transports: Transports,
    media: Media,
    address: SocketAddr,
    metrics: Option<SocketAddr>,
    stop: CancellationToken,
}

/// A running server with everything that a test looks at.
pub struct TestApp {
    /// The server's clock; it stands still until it is moved.
    pub clock: FixedClock,
    /// E-mail that was sent.
    pub mail: MemoryMail,
    /// Pushes that were sent.
    pub push: MemoryPush,
    /// Counts statements of all instances.
    pub statements: Statements,
    /// Counts round trips to PostgreSQL, where the test asked for it.
    pub round_trips: Option<RoundTrips>,
    instances: Vec<Instance>,
    http: reqwest::Client,
    born: AtomicU32,
    pending_deliveries: bool,
    folder: tempfile::TempDir,
    database: Arc<TestDatabase>,
}

/// An answer over HTTP.
#[derive(Debug)]
pub struct Answer {
    /// The status.
    pub status: u16,
    /// The body.
    pub body: Value,
}

impl Answer {
    /// The `data` of an answer without errors.
    pub fn data(self) -> Value {
        assert!(self.body["errors"].is_null(), "unexpected errors: {}", self.body);
        self.body["data"].clone()
    }

    /// The `extensions.code` of the one error.
    pub fn code(&self) -> &str {
        self.body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("an error with a code was expected: {}", self.body))
    }
}

impl TestApp {
    /// The usual server.
    pub async fn start() -> Self {
        Self::builder().start().await
    }

    /// A server that differs.
    pub fn builder() -> Builder {
        Builder {
            instances: 1,
            settings: Vec::new(),
            pending_deliveries: false,
            demo: false,
            sqlite_layer: None,
            counts_round_trips: false,
            database: None,
        }
    }

    async fn start_with(builder: Builder) -> Self {
        // Both are done already when tests share a process.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let _ = tracing_subscriber::fmt()
            .with_max_level(tracing::Level::WARN)
            .with_test_writer()
            .try_init();
        let database = match builder.database {
            Some(database) => database,
            None => Arc::new(TestDatabase::create().await),
        };
        assert!(
            builder.instances == 1 || database.is_postgres(),
            "SQLite has one serving process"
        );
        let mut app = Self {
            clock: FixedClock::new("2026-11-21T05:00:00Z".parse().unwrap()),
            mail: MemoryMail::default(),
            push: MemoryPush::default(),
            statements: Statements::default(),
            round_trips: None,
            instances: Vec::new(),
            http: reqwest::Client::new(),
            born: AtomicU32::new(0),
            pending_deliveries: builder.pending_deliveries,
            folder: tempfile::tempdir().unwrap(),
            database,
        };
        for _ in 0..builder.instances {
            let demo = builder.demo && app.instances.is_empty();
            let mut settings = builder.settings.clone();
            if let Some(layer) = builder.sqlite_layer {
                let url = format!("{}?vfs={layer}", app.database.url());
                settings.push(("DATABASE_URL".to_owned(), url));
            }
            if builder.counts_round_trips {
                let (trips, url) = RoundTrips::before(app.database.url()).await.unwrap();
                settings.push(("DATABASE_URL".to_owned(), url));
                app.round_trips = Some(trips);
            }
            let instance = app.start_instance(&settings, demo).await;
            app.instances.push(instance);
        }
        app
    }

    async fn start_instance(&self, settings: &[(String, String)], demo: bool) -> Instance {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::load(|key| {
            let set = settings
                .iter()
                .find(|(name, _)| name == key)
                .map(|(_, value)| value.clone());
            set.or_else(|| match key {
                "SECRET_KEY" => Some("Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk".to_owned()),
                "DATABASE_URL" => Some(self.database.url().to_owned()),
                "DATA_DIR" => Some(self.folder.path().display().to_string()),
                "PUBLIC_URL" => Some(format!("http://{address}")),
                _ => None,
            })
        });
        let mut app = App::init(AppOptions {
            config: config.unwrap(),
            clock: Arc::new(self.clock.clone()),
            mail: Arc::new(self.mail.clone()),
            push: Arc::new(self.push.clone()),
            random: Arc::new(|| 7),
            on_statement: Some(self.statements.listener()),
        })
        .await
        .unwrap();
        if demo {
            demo::load(&app).await.unwrap();
        }
        let (ctx, feed) = (app.ctx.clone(), app.feed.clone());
        let (transports, stop) = (app.transports.clone(), app.stop_token());
        let media = app.media.clone();
        let metrics = app.watch().await.unwrap();
        tokio::spawn(async move { app.serve(listener, Workers::FeedAlone).await.unwrap() });
        Instance {
            ctx,
            feed,
            transports,
            media,
            address,
            metrics,
            stop,
        }
    }

    /// Where Prometheus asks the (first) instance; with the setting `METRICS_ADDR`.
    pub fn metrics_address(&self) -> SocketAddr {
        self.instances[0].metrics.unwrap()
    }

    /// Where the (first) instance listens.
    pub fn address(&self) -> SocketAddr {
        self.instances[0].address
    }

    /// Where an instance listens.
    pub fn address_of(&self, instance: usize) -> SocketAddr {
        self.instances[instance].address
    }

    /// What commands work with, for a test that calls one.
    pub fn ctx(&self) -> &Ctx {
        &self.instances[0].ctx
    }

    /// Its live feed.
    pub fn feed(&self) -> &FeedHub {
        &self.instances[0].feed
    }

    /// What keeps its pictures.
    pub fn media(&self) -> &Media {
        &self.instances[0].media
    }

    /// Its database, for a test that looks at it from beside.
    pub fn database(&self) -> &TestDatabase {
        &self.database
    }

    /// A client for plain HTTP.
    pub fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends a GraphQL document over HTTP as somebody, or as nobody (`None`).
    pub async fn graphql<'a>(
        &self,
        who: impl Into<Option<&'a str>>,
        query: &str,
        variables: Value,
    ) -> Answer {
        self.graphql_at(self.address(), who, query, variables).await
    }

    /// As [`TestApp::graphql`], at another instance.
    pub async fn graphql_at<'a>(
        &self,
        address: SocketAddr,
        who: impl Into<Option<&'a str>>,
        query: &str,
        variables: Value,
    ) -> Answer {
        let mut request = self
            .http
            .post(format!("http://{address}/graphql"))
            .header("Accept", "application/graphql-response+json")
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = who.into() {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            body: answer.json().await.unwrap(),
        }
    }

    /// Runs a mutation of one field that must succeed, and answers its payload.
    pub async fn run<'a>(&self, who: impl Into<Option<&'a str>>, query: &str, input: Value) -> Value {
        let data = self.graphql(who, query, json!({ "input": input })).await.data();
        let payload = data.as_object().unwrap().values().next().unwrap().clone();
        let errors = payload["userErrors"].as_array();
        assert!(errors.is_none_or(Vec::is_empty), "{query}: {payload}");
        payload
    }

    /// Subscribes at the first instance; comes back once the stream listens.
    pub async fn subscribe(&self, who: &Person, query: &str, variables: Value) -> Subscription {
        self.subscribe_at(0, who, query, variables).await
    }

    /// As [`TestApp::subscribe`], at another instance.
    pub async fn subscribe_at(
        &self,
        instance: usize,
        who: &Person,
        query: &str,
        variables: Value,
    ) -> Subscription {
        let instance = &self.instances[instance];
        let mut begun = instance.feed.streams_begun();
        let subscription = Subscription::start(instance.address, &who.token, query, variables).await;
        // The protocol doesn't acknowledge `subscribe`; the hub knows.
        let listens = tokio::time::timeout(PATIENCE, begun.changed()).await;
        listens
            .unwrap_or_else(|_| panic!("{query}: the stream did not begin"))
            .unwrap();
        subscription
    }

    /// Moves the clock.
    pub fn advance(&self, by: TimeDelta) {
        self.clock.advance(by);
    }

    /// Sends every message that is due: the outbox's worker doesn't run by itself in tests.
    pub async fn run_jobs(&self) {
        outbox::deliver_due(self.ctx(), &self.instances[0].transports)
            .await
            .unwrap();
    }

    /// Signs in with an address and a password.
    pub async fn sign_in(&self, email: &str, password: &str) -> Person {
        let payload = self
            .run(
                None,
                "mutation($input: LoginInput!) { login(input: $input) { session { accessToken refreshToken } \
                 viewer { client { id } } userErrors { code message } } }",
                json!({ "email": email, "password": password, "deviceName": "Test" }),
            )
            .await;
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Person {
            email: email.to_owned(),
            token: text(&payload["session"]["accessToken"]).unwrap(),
            refresh_token: text(&payload["session"]["refreshToken"]).unwrap(),
            client_id: text(&payload["viewer"]["client"]["id"]),
        }
    }

    /// A new member of staff, signed in.
    pub async fn staff(&self) -> Person {
        self.employee(Role::Staff).await
    }

    /// A new administrator, signed in.
    pub async fn admin(&self) -> Person {
        self.employee(Role::Admin).await
    }

    async fn employee(&self, role: Role) -> Person {
        let number = self.born.fetch_add(1, Ordering::Relaxed);
        let email = format!("staff{number}@bellehouse.example");
        let input = CreateStaff {
            email: email.clone(),
            name: format!("Aïssa {number}"),
            role,
            locale: Locale::Fr,
            password: PASSWORD.into(),
        };
        create_staff(self.ctx(), &Actor::System, input).await.unwrap();
        self.sign_in(&email, PASSWORD).await
    }

    /// A new client who has long chosen a password, signed in.
    pub async fn client(&self) -> Person {
        let number = self.born.fetch_add(1, Ordering::Relaxed);
        let email = format!("client{number}@example.com");
        let input = ClientFields {
            name: Some(Some(format!("Moussa {number}"))),
            email: Some(Some(email.clone())),
            ..ClientFields::default()
        };
        create_client_with_password(self.ctx(), &Actor::System, input, PASSWORD.into())
            .await
            .unwrap();
        self.sign_in(&email, PASSWORD).await
    }

    /// A new project of a client; its id.
    pub async fn project(&self, staff: &Person, client: &Person) -> String {
        let number = self.born.fetch_add(1, Ordering::Relaxed);
        let payload = self
            .run(
                staff,
                "mutation($input: CreateProjectInput!) { createProject(input: $input) { project { id } \
                 userErrors { code message field } } }",
                json!({ "clientId": client.client(), "name": format!("Villa {number}") }),
            )
            .await;
        payload["project"]["id"].as_str().unwrap().to_owned()
    }

    /// Posts an update on a project; its id.
    pub async fn post_update(&self, staff: &Person, project: &str, title: &str) -> String {
        let payload = self
            .run(
                staff,
                "mutation($input: CreateProjectUpdateInput!) { createProjectUpdate(input: $input) { \
                 projectUpdate { id } userErrors { code message field } } }",
                json!({ "projectId": project, "title": title, "post": true }),
            )
            .await;
        payload["projectUpdate"]["id"].as_str().unwrap().to_owned()
    }
}

impl Drop for TestApp {
    fn drop(&mut self) {
        for instance in &self.instances {
            instance.stop.cancel();
        }
        if self.pending_deliveries || std::thread::panicking() {
            return;
        }
        let options = self.database.options();
        // Dropping can't wait for a future on the test's own runtime; a thread with its own can.
        let counting = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let db = Db::connect(&options).await.unwrap();
                let pending = deliveries::Entity::find()
                    .filter(deliveries::Column::Status.eq(Status::Pending))
                    .all(db.reader())
                    .await
                    .unwrap();
                db.close().await.unwrap();
                pending
                    .into_iter()
                    .map(|delivery| delivery.template)
                    .collect::<Vec<_>>()
            })
        });
        let pending = counting.join().unwrap();
        assert!(
            pending.is_empty(),
            "messages are left waiting: {pending:?}; call run_jobs() or leaves_deliveries_pending()"
        );
    }
}

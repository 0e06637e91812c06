//! The transports around a schema that does what no real field may: wait, fail, panic, stream without end.

use crate::support::database::TestDatabase;
use async_graphql::{Context, ErrorExtensions, Object, Schema, Subscription};
use belle_house::features::accounts::commands::{Login, login};
use belle_house::features::media::{ImageUses, Media, MediaOptions};
use belle_house::features::privacy::Archives;
use belle_house::features::staff::commands::{CreateStaff, create_staff};
use belle_house::http::graphql::{Endpoint, Live};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, Stream, StreamExt, stream};
use platform::actor::{AccountId, Actor, Locale, Role, SessionId};
use platform::announce::{Announcement, Announcer};
use platform::clock::{Clock, FixedClock};
use platform::config::{Config, StorageConfig};
use platform::crypto::Keys;
use platform::ctx::Ctx;
use platform::db::WriteTx;
use platform::graphql::ResumeFrom;
use platform::graphql::document::DocumentSchema;
use platform::remote::Remote;
use platform::storage::Storage;
use sea_orm::ConnectionTrait;
use secrecy::ExposeSecret;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Reads that go wrong.
#[derive(Debug)]
pub struct Reads;

#[Object]
impl Reads {
    async fn hello(&self) -> &str {
        "world"
    }

    async fn wait(&self, millis: u64) -> u64 {
        tokio::time::sleep(Duration::from_millis(millis)).await;
        millis
    }

    /// A text of so many letters.
    async fn text(&self, letters: i32) -> String {
        "é".repeat(usize::try_from(letters).unwrap_or_default())
    }

    async fn fail(&self) -> async_graphql::Result<i32> {
        Err(std::io::Error::other("the password is hunter2").into())
    }

    async fn panic(&self, really: bool) -> bool {
        assert!(!really, "the password is hunter2");
        really
    }
}

/// Writes that are counted.
#[derive(Debug)]
pub struct Writes(Arc<AtomicUsize>);

#[Object]
impl Writes {
    /// Counts, and answers with a text of so many letters.
    async fn count_at_length(&self, letters: i32) -> String {
        self.0.fetch_add(1, Ordering::SeqCst);
        "é".repeat(usize::try_from(letters).unwrap_or_default())
    }

    async fn count(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst) + 1
    }

    /// Fails where the schema promises a value.
    async fn refuse(&self) -> async_graphql::Result<usize> {
        Err("It can't be done.".into())
    }

    /// Fails where null may be.
    async fn refuse_softly(&self) -> async_graphql::Result<Option<usize>> {
        Err("It can't be done.".into())
    }

    /// Counts, and answers with what can't be told.
    async fn count_untold(&self) -> Told {
        self.0.fetch_add(1, Ordering::SeqCst);
        Told(false)
    }
}

/// Streams.
#[derive(Debug)]
pub struct Streams {
    produced: Arc<AtomicUsize>,
}

#[Subscription]
impl Streams {
    async fn numbers(&self, until: i32) -> impl Stream<Item = i32> {
        stream::iter(1..=until)
    }

    /// Nothing, for ever.
    async fn silence(&self) -> impl Stream<Item = i32> {
        stream::pending()
    }

    /// Large answers as fast as they are taken.
    async fn flood(&self) -> impl Stream<Item = String> {
        let produced = Arc::clone(&self.produced);
        stream::repeat_with(move || {
            produced.fetch_add(1, Ordering::SeqCst);
            "x".repeat(64 * 1024)
        })
    }

    async fn broken(&self) -> impl Stream<Item = i32> {
        stream::iter([1, 2]).map(|number| {
            if number == 1 {
                number
            } else {
                panic!("the password is hunter2")
            }
        })
    }

    /// A source stream that can't be made.
    async fn refused(&self) -> async_graphql::Result<stream::Empty<i32>> {
        Err(async_graphql::Error::new("Not for you.").extend_with(|_, it| it.set("code", "FORBIDDEN")))
    }

    /// Events of which the first can't be told, at the root field itself.
    async fn first_fails(&self) -> impl Stream<Item = async_graphql::Result<i32>> {
        stream::iter([Err(async_graphql::Error::new("Not this one.")), Ok(2)])
    }

    /// Events of which the first can't be told whole.
    async fn half_told(&self) -> impl Stream<Item = Told> {
        stream::iter([Told(false)])
    }

    async fn resumed_from(&self, ctx: &Context<'_>) -> impl Stream<Item = Option<String>> {
        let resume = ctx.data_opt::<ResumeFrom>().and_then(|resume| resume.0.clone());
        stream::iter([resume])
    }
}

/// An event that can't be told when it is false.
#[derive(Debug)]
pub struct Told(bool);

#[Object]
impl Told {
    async fn word(&self) -> async_graphql::Result<&str> {
        if self.0 {
            Ok("word")
        } else {
            Err("It can't be told.".into())
        }
    }
}

/// A feed that ends sessions when the test says so.
struct Feed {
    ended: watch::Sender<bool>,
    verified: Arc<AtomicBool>,
}

impl Live for Feed {
    fn head_cursor(&self) -> String {
        "head".to_owned()
    }

    fn session_ended(&self, _: SessionId, _: AccountId) -> BoxFuture<'static, ()> {
        let mut ended = self.ended.subscribe();
        async move {
            // The sender lives as long as the world.
            let _ = ended.wait_for(|ended| *ended).await;
        }
        .boxed()
    }

    fn is_verified(&self) -> bool {
        self.verified.load(Ordering::SeqCst)
    }
}

/// Nobody is told of anything here.
#[derive(Debug)]
struct Silent;

impl Announcer for Silent {
    fn announce_in_tx<'a>(
        &'a self,
        _: &'a WriteTx,
        _: &'a Keys,
        _: Announcement,
    ) -> BoxFuture<'a, anyhow::Result<()>> {
        std::future::ready(Ok(())).boxed()
    }
}

pub const ORIGIN: &str = "https://bellehouse.ne";
const PASSWORD: &str = "le-chantier-avance-bien-42";

/// The server and what a test moves.
pub struct World {
    pub address: SocketAddr,
    pub clock: FixedClock,
    pub ctx: Ctx,
    pub http: reqwest::Client,
    /// How many large answers were made.
    pub produced: Arc<AtomicUsize>,
    /// How many mutations ran.
    pub written: Arc<AtomicUsize>,
    /// What the feed says of itself.
    pub verified: Arc<AtomicBool>,
    ended: watch::Sender<bool>,
    stop: CancellationToken,
    serving: JoinHandle<()>,
    _folder: tempfile::TempDir,
    _database: TestDatabase,
}

impl World {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(settings: &[(&str, &str)]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let database = TestDatabase::create().await;
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let config = Config::load(|key| {
            let set = settings
                .iter()
                .find(|(name, _)| *name == key)
                .map(|(_, value)| (*value).to_owned());
            set.or_else(|| match key {
                "SECRET_KEY" => Some("Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk".to_owned()),
                "PUBLIC_URL" => Some(format!("http://{address}")),
                "CORS_ALLOWED_ORIGINS" => Some(ORIGIN.to_owned()),
                "DATA_DIR" => Some(folder.path().display().to_string()),
                _ => None,
            })
        });
        let config = Arc::new(config.unwrap());
        let clock = FixedClock::new("2026-11-21T05:00:00Z".parse().unwrap());
        let ctx = Ctx {
            db: database.connect().await,
            clock: Arc::new(clock.clone()),
            keys: Arc::new(Keys::new(config.secret_key.expose_secret())),
            config: Arc::clone(&config),
            catalogues: Arc::new(belle_house::messages::catalogues().unwrap()),
            announcer: Arc::new(Silent),
            holders: Default::default(),
        };
        let storage = Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
        let media = Media::new(MediaOptions {
            ctx: ctx.clone(),
            storage: storage.clone(),
            uses: ImageUses::default(),
        });
        let (produced, written) = (Arc::default(), Arc::default());
        let (ended, verified) = (watch::Sender::new(false), Arc::new(AtomicBool::new(true)));
        let schema = Schema::build(
            Reads,
            Writes(Arc::clone(&written)),
            Streams {
                produced: Arc::clone(&produced),
            },
        )
        .finish();
        let feed = Feed {
            ended: ended.clone(),
            verified: Arc::clone(&verified),
        };
        let stop = CancellationToken::new();
        let documents = DocumentSchema::parse(&schema.sdl()).unwrap();
        let endpoint = Endpoint::new(
            schema,
            documents,
            ctx.clone(),
            Arc::new(feed),
            stop.clone(),
            config.cors_allowed_origins.clone(),
        )
        .unwrap();
        let exports = platform::export::Exports::new(ctx.clone(), []);
        let papers = belle_house::features::billing::papers::Papers::new(ctx.clone(), media.clone(), storage);
        let archives = Archives::new(ctx.clone(), media.clone(), papers.clone());
        let router = belle_house::http::router(endpoint.clone(), media, exports, papers, archives, &config);
        let serving = tokio::spawn(belle_house::http::serve(listener, router, endpoint));
        Self {
            address,
            clock,
            ctx,
            http: reqwest::Client::new(),
            produced,
            written,
            verified,
            ended,
            stop,
            serving,
            _folder: folder,
            _database: database,
        }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// POSTs a document and answers status and body.
    pub async fn ask(&self, token: Option<&str>, query: &str) -> (u16, serde_json::Value) {
        let mut request = self
            .http
            .post(self.url("/graphql"))
            .header("accept", "application/graphql-response+json");
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request
            .json(&serde_json::json!({ "query": query }))
            .send()
            .await
            .unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Signs in a new member of staff.
    pub async fn staff_token(&self) -> String {
        let email = "amina@bellehouse.ne".to_owned();
        let input = CreateStaff {
            email: email.clone(),
            name: "Amina".to_owned(),
            role: Role::Staff,
            locale: Locale::Fr,
            password: PASSWORD.into(),
        };
        create_staff(&self.ctx, &Actor::System, input).await.unwrap();
        let input = Login {
            email,
            password: PASSWORD.into(),
            device_name: None,
            totp_code: None,
            remote: Remote {
                address: Ipv4Addr::LOCALHOST.into(),
                user_agent: None,
            },
        };
        login(&self.ctx, input)
            .await
            .unwrap()
            .tokens
            .access_token
            .expose_secret()
            .to_owned()
    }

    /// The moment that tokens made now run out, less `left`.
    pub fn almost_expire(&self, left: chrono::TimeDelta) {
        self.clock
            .set(self.clock.now() + self.ctx.config.jwt.access_token_lifetime - left);
    }

    /// Every session ends.
    pub async fn end_sessions(&self) {
        let end = "UPDATE sessions SET revoked_at = created_at";
        self.ctx.db.migrator().execute_unprepared(end).await.unwrap();
        self.ended.send_replace(true);
    }

    /// Asks the server to stop.
    pub fn stop(&self) {
        self.stop.cancel();
    }

    /// Waits for its end.
    pub async fn stopped(self) {
        self.stop.cancel();
        self.serving.await.unwrap();
    }
}

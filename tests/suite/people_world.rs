//! A server for tests of who is who: the real router on a real socket, a clock that stands still, and no live feed.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use belle_house::features::accounts::StoredAccount;
use belle_house::features::accounts::commands::{CreateStaff, create_staff};
use belle_house::features::clients::StoredClient;
use belle_house::features::clients::commands::{CreateClient, create_client_with_password};
use belle_house::features::feed::FeatureEvents;
use belle_house::features::media::{ImageUses, Media, MediaOptions};
use belle_house::http::graphql::{Endpoint, Live};
use belle_house::platform::actor::{AccountId, Actor, ClientId, Locale, Role, SessionId};
use belle_house::platform::announce::{Announcement, Announcer};
use belle_house::platform::clock::FixedClock;
use belle_house::platform::config::{Config, StorageConfig};
use belle_house::platform::crypto::Keys;
use belle_house::platform::ctx::Ctx;
use belle_house::platform::db::WriteTx;
use belle_house::platform::events;
use belle_house::platform::feed::Tailer;
use belle_house::platform::outbox::table as deliveries;
use belle_house::platform::storage::Storage;
use futures_util::future::BoxFuture;
use sea_orm::{EntityTrait, QueryOrder};
use serde_json::{Value, json};

use crate::support::database::TestDatabase;

pub const PASSWORD: &str = "tabouret lune girafe orage";
pub const TOKENS: &str = "session { accessToken accessTokenExpiresAt refreshToken refreshTokenExpiresAt } userErrors { code message field }";

/// Nothing happens live here.
struct NoFeed;

impl Live for NoFeed {
    fn head_cursor(&self) -> String {
        String::new()
    }

    fn session_ended(&self, _: SessionId, _: AccountId) -> BoxFuture<'static, ()> {
        Box::pin(std::future::pending())
    }

    fn is_verified(&self) -> bool {
        true
    }
}

/// Notes whom something was announced to.
#[derive(Debug, Clone, Default)]
pub struct Announcements(Arc<Mutex<Vec<(&'static str, ClientId)>>>);

impl Announcements {
    /// What was announced so far.
    pub fn all(&self) -> Vec<(&'static str, ClientId)> {
        self.0.lock().unwrap().clone()
    }
}

impl Announcer for Announcements {
    fn announce_in_tx<'a>(
        &'a self,
        _: &'a WriteTx,
        _: &'a Keys,
        announcement: Announcement,
    ) -> BoxFuture<'a, anyhow::Result<()>> {
        self.0
            .lock()
            .unwrap()
            .push((announcement.kind, announcement.client));
        Box::pin(std::future::ready(Ok(())))
    }
}

/// The tokens of a signed-in person.
#[derive(Debug, Clone)]
pub struct Session {
    pub access: String,
    pub refresh: String,
}

impl Session {
    pub fn of(payload: &Value) -> Self {
        let token = |name: &str| payload["session"][name].as_str().unwrap().to_owned();
        Self {
            access: token("accessToken"),
            refresh: token("refreshToken"),
        }
    }
}

/// One server.
pub struct World {
    pub ctx: Ctx,
    pub clock: FixedClock,
    pub announcements: Announcements,
    http: reqwest::Client,
    address: SocketAddr,
    _folder: tempfile::TempDir,
}

impl World {
    /// A server on a database that others may use too.
    pub async fn on(database: &TestDatabase, clock: &FixedClock) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(|key| match key {
            "TRUSTED_PROXIES" => Some("127.0.0.1".to_owned()),
            "DATA_DIR" => Some(folder.path().display().to_string()),
            _ => None,
        })
        .unwrap();
        let config = Arc::new(config);
        let announcements = Announcements::default();
        let ctx = Ctx {
            db: database.connect().await,
            clock: Arc::new(clock.clone()),
            keys: Arc::new(Keys::new("a test")),
            config: Arc::clone(&config),
            announcer: Arc::new(announcements.clone()),
        };
        let tx = ctx.db.begin_write(ctx.clock.now()).await.unwrap();
        events::ensure_head(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let media = Media::new(MediaOptions {
            ctx: ctx.clone(),
            storage: Storage::open(&StorageConfig::Fs, folder.path()).unwrap(),
            uses: ImageUses::default(),
        });
        let source = FeatureEvents::new(ctx.db.clone(), Arc::clone(&ctx.clock));
        let feed = Tailer::init(source, ctx.db.clone()).await.unwrap().hub();
        let schema = belle_house::graphql::build_schema(ctx.clone(), media.clone(), feed);
        let endpoint = Endpoint::new(
            schema,
            ctx.clone(),
            Arc::new(NoFeed),
            tokio_util::sync::CancellationToken::new(),
            Vec::new(),
        );
        let router = belle_house::http::router(endpoint, media, &config);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            ctx,
            clock: clock.clone(),
            announcements,
            http: reqwest::Client::new(),
            address,
            _folder: folder,
        }
    }

    /// Sends a document; answers the status and the body.
    pub async fn send(&self, token: Option<&str>, query: &str, variables: Value) -> (u16, Value) {
        self.send_from("203.0.113.7", token, query, variables).await
    }

    /// Sends a document from an address behind our proxy.
    pub async fn send_from(
        &self,
        address: &str,
        token: Option<&str>,
        query: &str,
        variables: Value,
    ) -> (u16, Value) {
        let mut request = self
            .http
            .post(format!("http://{}/graphql", self.address))
            .header("accept", "application/graphql-response+json")
            .header("x-forwarded-for", address)
            .json(&json!({ "query": query, "variables": variables }));
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    /// Sends a document that must run without top-level errors; answers its data.
    pub async fn run(&self, session: Option<&Session>, query: &str, variables: Value) -> Value {
        let token = session.map(|session| session.access.as_str());
        let (status, mut body) = self.send(token, query, variables).await;
        assert_eq!((status, &body["errors"]), (200, &Value::Null), "{query}: {body}");
        body["data"].take()
    }

    /// The code of the one top-level error that a document is answered with.
    pub async fn refusal(&self, session: Option<&Session>, query: &str, variables: Value) -> String {
        let token = session.map(|session| session.access.as_str());
        let (_, body) = self.send(token, query, variables).await;
        body["errors"][0]["extensions"]["code"]
            .as_str()
            .unwrap_or_else(|| panic!("{query} went through: {body}"))
            .to_owned()
    }

    pub async fn login(&self, email: &str, password: &str) -> Value {
        let query = format!(
            "mutation($input: LoginInput!) {{ login(input: $input) {{ {TOKENS} viewer {{ email role mustChangePassword }} }} }}"
        );
        let input = json!({ "input": { "email": email, "password": password, "deviceName": "Téléphone" } });
        self.run(None, &query, input).await["login"].take()
    }

    pub async fn sign_in(&self, email: &str, password: &str) -> Session {
        Session::of(&self.login(email, password).await)
    }

    pub async fn refresh(&self, token: &str) -> Value {
        let query = format!(
            "mutation($input: RefreshSessionInput!) {{ refreshSession(input: $input) {{ {TOKENS} }} }}"
        );
        let input = json!({ "input": { "refreshToken": token } });
        self.run(None, &query, input).await["refreshSession"].take()
    }

    pub async fn change_password(&self, session: &Session, current: &str, new: &str) -> Value {
        let query = format!(
            "mutation($input: ChangePasswordInput!) {{ changePassword(input: $input) {{ {TOKENS} }} }}"
        );
        let input = json!({ "input": { "currentPassword": current, "newPassword": new } });
        self.run(Some(session), &query, input).await["changePassword"].take()
    }

    /// Whether the session's access token still opens anything.
    pub async fn is_signed_in(&self, session: &Session) -> bool {
        let (status, body) = self
            .send(Some(&session.access), "{ viewer { id } }", json!({}))
            .await;
        assert!(matches!(status, 200 | 401), "{status} {body}");
        status == 200
    }

    pub async fn staff_member(&self, email: &str, role: Role) -> StoredAccount {
        let input = CreateStaff {
            email: email.to_owned(),
            name: "Moussa Garba".to_owned(),
            role,
            locale: Locale::Fr,
            password: PASSWORD.into(),
        };
        create_staff(&self.ctx, &Actor::System, input).await.unwrap()
    }

    pub async fn staff(&self) -> Session {
        self.staff_member("moussa@bellehouse.ne", Role::Staff).await;
        self.sign_in("moussa@bellehouse.ne", PASSWORD).await
    }

    pub async fn client(&self, name: &str, email: &str) -> StoredClient {
        let input = CreateClient {
            name: name.to_owned(),
            email: email.to_owned(),
            phone: None,
            address: None,
            locale: None,
            whatsapp_enabled: false,
            idempotency_key: None,
        };
        create_client_with_password(&self.ctx, &Actor::System, input, PASSWORD.into())
            .await
            .unwrap()
    }

    pub async fn deliveries(&self) -> Vec<deliveries::Model> {
        deliveries::Entity::find()
            .order_by_asc(deliveries::Column::Id)
            .all(self.ctx.db.reader())
            .await
            .unwrap()
    }

    /// The temporary password that the last delivery carries.
    pub async fn mailed_password(&self) -> String {
        let delivery = self.deliveries().await.pop().unwrap();
        let sealed = delivery.secret_data.unwrap();
        let data = self.ctx.keys.decrypt(&sealed, delivery.id.0.as_bytes()).unwrap();
        let data: Value = serde_json::from_slice(&data).unwrap();
        data["temporaryPassword"].as_str().unwrap().to_owned()
    }

    /// The control rows of the event log, as kind and payload.
    pub async fn control_rows(&self) -> Vec<(String, Value)> {
        let rows = events::Entity::find()
            .order_by_asc(events::Column::Seq)
            .all(self.ctx.db.reader())
            .await
            .unwrap();
        rows.into_iter().map(|row| (row.kind, row.payload)).collect()
    }
}

/// A database, a clock and one server on them.
pub async fn world() -> (TestDatabase, World) {
    let database = TestDatabase::create().await;
    let clock = FixedClock::new("2026-11-21T05:00:00Z".parse().unwrap());
    let world = World::on(&database, &clock).await;
    (database, world)
}

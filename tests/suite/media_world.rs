//! A server of pictures alone: real database, real sockets, a clock that stands still, and one make-believe feature
//! whose records show pictures.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::sync::{Arc, Mutex};

use belle_house::features::accounts::{AccountRow, Accounts, StoredSession};
use belle_house::features::clients::{ClientRow, Clients};
use belle_house::features::media::{
    Audience, CreateUpload, CreatedUpload, ImageId, ImageUse, ImageUses, Media, MediaOptions, UploadId,
    create_upload,
};
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use image::{ImageFormat, Rgb, RgbImage};
use platform::actor::{Account, AccountId, Actor, ClientId, Locale, Role, SessionId};
use platform::announce::{Announcement, Announcer};
use platform::clock::{Clock, FixedClock};
use platform::config::{Config, StorageConfig};
use platform::crypto::Keys;
use platform::ctx::Ctx;
use platform::db::{Db, WriteTx};
use platform::error::CommandError;
use platform::record;
use platform::storage::Storage;
use reqwest::{Client, Response};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DbErr, IntoActiveModel};
use serde_json::Value;

use crate::support::database::TestDatabase;

/// Who may see what, as the tests say.
#[derive(Debug, Clone, Default)]
pub struct Shown(Arc<Mutex<HashMap<ImageId, HashSet<Audience>>>>);

impl Shown {
    /// A record shows `image` to staff and to these clients.
    pub fn show(&self, image: ImageId, clients: &[ClientId]) {
        let mut audiences: HashSet<_> = clients.iter().map(|client| Audience::Client(*client)).collect();
        audiences.insert(Audience::Staff);
        self.0.lock().unwrap().insert(image, audiences);
    }

    /// The record is gone for good.
    pub fn forget(&self, image: ImageId) {
        self.0.lock().unwrap().remove(&image);
    }
}

impl ImageUse for Shown {
    fn referenced<'a>(
        &'a self,
        _: &'a Db,
        images: &'a [ImageId],
    ) -> BoxFuture<'a, Result<HashSet<ImageId>, DbErr>> {
        let shown = self.0.lock().unwrap();
        let found = images
            .iter()
            .copied()
            .filter(|image| shown.contains_key(image))
            .collect();
        Box::pin(std::future::ready(Ok(found)))
    }

    fn visible<'a>(
        &'a self,
        _: &'a Db,
        image: ImageId,
        audience: Audience,
    ) -> BoxFuture<'a, Result<bool, DbErr>> {
        let shown = self.0.lock().unwrap();
        let visible = shown
            .get(&image)
            .is_some_and(|audiences| audiences.contains(&audience));
        Box::pin(std::future::ready(Ok(visible)))
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
        Box::pin(std::future::ready(Ok(())))
    }
}

pub struct World {
    pub media: Media,
    pub db: Db,
    pub clock: FixedClock,
    pub shown: Shown,
    pub ctx: Ctx,
    pub http: Client,
    pub folder: tempfile::TempDir,
    base: String,
    sessions: Mutex<HashMap<Audience, SessionId>>,
    pub accounts: Mutex<HashMap<SessionId, AccountId>>,
    _database: TestDatabase,
}

impl World {
    pub async fn start() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let database = TestDatabase::create().await;
        let db = database.connect().await;
        let clock = FixedClock::new("2026-11-21T05:00:00Z".parse().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let shown = Shown::default();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let config = Config::load(|key| (key == "PUBLIC_URL").then(|| base.clone())).unwrap();
        let ctx = Ctx {
            db: db.clone(),
            clock: Arc::new(clock.clone()),
            keys: Arc::new(Keys::new("a test")),
            config: Arc::new(config),
            catalogues: Arc::new(belle_house::messages::catalogues().unwrap()),
            announcer: Arc::new(Silent),
            holders: Default::default(),
        };
        let media = Media::new(MediaOptions {
            ctx: ctx.clone(),
            storage: Storage::open(&StorageConfig::Fs, folder.path()).unwrap(),
            uses: ImageUses::default().with(shown.clone()),
        });
        let router = belle_house::http::uploads::router(media.clone())
            .merge(belle_house::http::media::router(media.clone()));
        let router = belle_house::http::problem::told(router, Arc::clone(&ctx.catalogues));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self {
            ctx,
            media,
            db,
            clock,
            shown,
            http: Client::new(),
            folder,
            base,
            sessions: Mutex::default(),
            accounts: Mutex::default(),
            _database: database,
        }
    }

    pub fn staff(&self) -> Actor {
        self.actor(Role::Staff, None)
    }

    pub fn client(&self) -> (Actor, ClientId) {
        let id = ClientId::generate(self.clock.now());
        (self.actor(Role::Client, Some(id)), id)
    }

    fn actor(&self, role: Role, client: Option<ClientId>) -> Actor {
        let now = self.clock.now();
        Actor::Account(Box::new(Account {
            id: AccountId::generate(now),
            session: SessionId::generate(now),
            role,
            client,
            must_change_password: false,
            must_set_up_totp: false,
            locale: Locale::Fr,
            name: "Test".to_owned(),
            email: "test@example.com".to_owned(),
        }))
    }

    pub async fn announce(&self, byte_size: usize) -> CreatedUpload {
        let input = CreateUpload {
            filename: "mur.jpg".to_owned(),
            content_type: "image/jpeg".to_owned(),
            byte_size: i64::try_from(byte_size).unwrap(),
            alt: Some("Le mur nord".to_owned()),
            alt_en: None,
        };
        create_upload(&self.media, &self.staff(), input).await.unwrap()
    }

    pub async fn put(&self, url: &str, bytes: Vec<u8>) -> Response {
        self.http.put(url).body(bytes).send().await.unwrap()
    }

    /// Announces and sends a file, and says what was made of it.
    pub async fn upload(&self, bytes: Vec<u8>) -> (UploadId, ImageId) {
        let created = self.announce(bytes.len()).await;
        let answer = self.put(&created.upload_url, bytes).await;
        assert_eq!(answer.status(), 200);
        let body: Value = answer.json().await.unwrap();
        (
            created.id,
            ImageId::parse(body["image"]["id"].as_str().unwrap()).unwrap(),
        )
    }

    pub async fn attach(&self, uploads: &[UploadId]) -> Result<Vec<ImageId>, CommandError> {
        let tx = self.db.begin_write(self.clock.now()).await?;
        let field = ["input", "uploadIds"];
        let images = belle_house::features::media::attach_in_tx(&tx, &self.staff(), &field, uploads).await?;
        tx.commit().await?;
        Ok(images)
    }

    /// A picture that a record shows to one client.
    pub async fn shown_image(&self, client: ClientId) -> ImageId {
        let (upload, image) = self.upload(jpeg(800, 600)).await;
        assert_eq!(self.attach(&[upload]).await.unwrap(), [image]);
        self.shown.show(image, &[client]);
        image
    }

    /// The session of somebody of this audience, signed in from the beginning.
    pub async fn session_of(&self, audience: Audience) -> SessionId {
        let client = match audience {
            Audience::Client(client) => Some(client),
            Audience::Staff | Audience::Public => None,
        };
        let made = self.sessions.lock().unwrap().get(&audience).copied();
        if let Some(session) = made {
            return session;
        }
        let (account, session) = sign_in(&self.db, self.clock.now(), client).await;
        self.sessions.lock().unwrap().insert(audience, session);
        self.accounts.lock().unwrap().insert(session, account);
        session
    }

    pub async fn url(&self, image: ImageId, audience: Audience) -> String {
        let session = self.session_of(audience).await;
        let found = belle_house::features::media::find_image(self.db.reader(), image)
            .await
            .unwrap()
            .unwrap();
        let rendition = found
            .renditions
            .best(Some(640), platform::images::RenditionFormat::Webp);
        let url = self.media.urls().rendition(&found, rendition.unwrap(), session);
        assert!(url.starts_with(&self.base), "{url}");
        url
    }

    /// The picture files in the folder, which may be going while we look.
    pub fn files(&self) -> Vec<String> {
        let list = |folder| std::fs::read_dir(folder).into_iter().flatten().flatten();
        list(self.folder.path().join("media/images"))
            .flat_map(|folder| list(folder.path()))
            .map(|file| file.file_name().into_string().unwrap())
            .collect()
    }
}

/// Rows of somebody who is signed in for a year.
async fn sign_in(db: &Db, now: DateTime<Utc>, client: Option<ClientId>) -> (AccountId, SessionId) {
    let (account, session) = (AccountId::generate(now), SessionId::generate(now));
    let tx = db.begin_write(now).await.unwrap();
    let row = AccountRow {
        id: Set(account),
        email: Set(format!("{account}@example.ne")),
        email_normalized: Set(format!("{account}@example.ne")),
        name: Set("Test".to_owned()),
        role: Set(if client.is_some() {
            Role::Client
        } else {
            Role::Staff
        }),
        locale: Set(Locale::Fr),
        password_hash: Set(String::new()),
        must_change_password: Set(false),
        temporary_password_expires_at: Set(None),
        disabled_at: Set(None),
        ..Default::default()
    };
    record::insert::<Accounts, _>(&tx, &Actor::System, row)
        .await
        .unwrap();
    if let Some(client) = client {
        let row = ClientRow {
            id: Set(client),
            account_id: Set(account),
            name: Set("Test".to_owned()),
            phone: Set(None),
            address: Set(None),
            locale: Set(Locale::Fr),
            whatsapp_enabled: Set(false),
            email_updates: Set(true),
            push_updates: Set(true),
            sort_name: Set("test".to_owned()),
            search_text: Set("test".to_owned()),
            ..Default::default()
        };
        record::insert::<Clients, _>(&tx, &Actor::System, row)
            .await
            .unwrap();
    }
    let row = StoredSession {
        id: session,
        account_id: account,
        device_name: None,
        created_at: now,
        last_seen_at: now,
        expires_at: now + chrono::TimeDelta::days(365),
        revoked_at: None,
        revoked_reason: None,
        refresh_hash: Vec::new(),
        previous_refresh_hash: None,
        refreshed_at: now,
        tokens_from: None,
    };
    row.into_active_model()
        .reset_all()
        .insert(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();
    (account, session)
}

/// A JPEG with some content.
pub fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let pixels = RgbImage::from_fn(width, height, |x, y| Rgb([(x % 256) as u8, (y % 256) as u8, 90]));
    let mut file = Cursor::new(Vec::new());
    pixels.write_to(&mut file, ImageFormat::Jpeg).unwrap();
    file.into_inner()
}

/// The code of a JSON error.
pub async fn code_of(response: Response) -> String {
    let body: Value = response.json().await.unwrap();
    assert!(body["message"].as_str().unwrap().ends_with('.'), "{body}");
    body["code"].as_str().unwrap().to_owned()
}

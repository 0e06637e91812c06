//! An outbox alone: real database, a clock that stands still, transports that tests can read.

use std::sync::Arc;

use belle_house::features::deliveries::templates;
use futures_util::future::BoxFuture;
use platform::actor::{AccountId, Locale};
use platform::announce::{Announcement, Announcer};
use platform::clock::{Clock, FixedClock};
use platform::config::Config;
use platform::crypto::Keys;
use platform::ctx::Ctx;
use platform::db::WriteTx;
use platform::events::ensure_head;
use platform::mail::MemoryMail;
use platform::outbox::table::{Entity, Model};
use platform::outbox::{Channel, DeliveryId, NewDelivery, Report, Transports, deliver_due, enqueue_in_tx};
use platform::push::MemoryPush;
use sea_orm::EntityTrait;
use serde_json::json;

use crate::support::database::TestDatabase;

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
    pub ctx: Ctx,
    pub clock: FixedClock,
    pub mail: MemoryMail,
    pub push: MemoryPush,
    pub transports: Transports,
    pub database: TestDatabase,
    pub folder: tempfile::TempDir,
}

impl World {
    pub async fn new() -> Self {
        drop(rustls::crypto::ring::default_provider().install_default());
        let database = TestDatabase::create().await;
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(|key| match key {
            "DATA_DIR" => Some(folder.path().display().to_string()),
            "DEBUG" => Some("true".to_owned()),
            _ => None,
        })
        .unwrap();
        let clock = FixedClock::new("2026-11-21T08:00:00Z".parse().unwrap());
        let (mail, push) = (MemoryMail::default(), MemoryPush::default());
        let transports = Transports {
            mail: Arc::new(mail.clone()),
            push: Arc::new(push.clone()),
            devices: None,
            unread: None,
            attachments: None,
            push_channel: belle_house::features::preferences::push_channel,
            templates: Arc::new(templates(&config).unwrap()),
            unsubscribe: None,
            random: Arc::new(|| 0),
        };
        let ctx = Ctx {
            db: database.connect().await,
            clock: Arc::new(clock.clone()),
            keys: Arc::new(Keys::new("a secret for tests")),
            config: Arc::new(config),
            catalogues: Arc::new(belle_house::messages::catalogues().unwrap()),
            announcer: Arc::new(Silent),
            holders: Default::default(),
        };
        // What is given up is told to the staff: the log needs its head, as after `migrate`.
        let tx = ctx.db.begin_write(clock.now()).await.unwrap();
        ensure_head(&tx).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            ctx,
            clock,
            mail,
            push,
            transports,
            database,
            folder,
        }
    }

    /// Writes a delivery in a transaction of its own.
    pub async fn enqueue(&self, delivery: NewDelivery) -> Option<DeliveryId> {
        let tx = self.ctx.db.begin_write(self.clock.now()).await.unwrap();
        let id = enqueue_in_tx(&tx, &self.ctx.keys, delivery).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// Sends what is due.
    pub async fn deliver(&self) -> Report {
        deliver_due(&self.ctx, &self.transports).await.unwrap()
    }

    /// A delivery as the table has it.
    pub async fn row(&self, id: DeliveryId) -> Model {
        Entity::find_by_id(id)
            .one(self.ctx.db.reader())
            .await
            .unwrap()
            .unwrap()
    }
}

/// An update's e-mail; `key` makes it one of a kind.
pub fn update_mail(key: &str) -> NewDelivery {
    NewDelivery {
        channel: Channel::Email,
        recipient: AccountId::generate("2026-11-21T08:00:00Z".parse().unwrap()),
        address: Some("awa@example.ne".to_owned()),
        template: "project_update_posted",
        locale: Locale::Fr,
        data: json!({
            "name": "Awa Diallo",
            "projectName": "Villa Awa",
            "updateTitle": format!("Dalle coulée {key}"),
            "projectId": "prj_1",
            "updateId": "upd_1",
        }),
        secret: false,
        about: None,
        idempotency_key: key.to_owned(),
        expires_at: None,
    }
}

/// The same as a push.
pub fn update_push(key: &str) -> NewDelivery {
    NewDelivery {
        channel: Channel::Push,
        address: None,
        ..update_mail(key)
    }
}

/// A mail with a temporary password.
pub fn credentials(key: &str) -> NewDelivery {
    NewDelivery {
        template: "client_credentials",
        data: json!({
            "name": "Awa Diallo",
            "email": "awa@example.ne",
            "temporaryPassword": "kola-baobab-42",
            "expiresAt": "2026-11-24T08:00:00Z",
        }),
        secret: true,
        ..update_mail(key)
    }
}

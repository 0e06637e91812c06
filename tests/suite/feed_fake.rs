//! A feed whose events are numbers: the log, the relay and the hub are the real ones, what events are of is not.

use crate::support::database::TestDatabase;
use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use platform::actor::{AccountId, ClientId, SessionId};
use platform::clock::FixedClock;
use platform::db::Db;
use platform::events::{self, EventKind, NewEvent};
use platform::feed::{
    Audience, Control, FeedCursor, FeedSource, Hub, Item, Loaded, Reader, Subscription, Tailer,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// How long something may take on a busy machine before the test says that it never happened.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// What the instances of a test share.
#[derive(Debug, Default)]
pub struct World {
    owners: Mutex<HashMap<Uuid, ClientId>>,
    dead: Mutex<HashSet<SessionId>>,
    /// Whether asking for living sessions fails.
    pub unreachable: AtomicBool,
    /// How often rows were loaded.
    pub loads: AtomicUsize,
}

/// Numbers as events.
pub struct Numbers {
    db: Db,
    world: Arc<World>,
}

impl Numbers {
    fn assemble(&self, row: &events::Model) -> Loaded<i64> {
        let owners = self.world.owners.lock().unwrap();
        let owner = row.project_id.and_then(|project| owners.get(&project).copied());
        let session = || {
            row.payload["session"]
                .as_str()
                .map(|id| SessionId::parse(id).unwrap())
        };
        let account = || {
            row.payload["account"]
                .as_str()
                .map(|id| AccountId::parse(id).unwrap())
        };
        Loaded {
            position: row.position.unwrap(),
            audience: Audience {
                client: row.client_id.or(owner),
                account: row.account_id,
                staff: row.for_staff,
                project: row.project_id,
            },
            control: match row.kind.as_str() {
                "SessionEnded" => session().map(Control::SessionEnded),
                "AccountEnded" => account().map(Control::AccountEnded),
                "Lost" => row.client_id.map(Control::RightsLost),
                _ => None,
            },
            event: row.payload["n"].as_i64().map(Arc::new),
        }
    }
}

impl FeedSource for Numbers {
    type Event = i64;

    fn load(&self, rows: Vec<events::Model>) -> BoxFuture<'_, anyhow::Result<Vec<Loaded<i64>>>> {
        self.world.loads.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move { Ok(rows.iter().map(|row| self.assemble(row)).collect()) })
    }

    fn replay(
        &self,
        _: Reader,
        after: i64,
        until: i64,
        limit: u64,
    ) -> BoxFuture<'_, anyhow::Result<Vec<events::Model>>> {
        Box::pin(async move {
            let rows = events::Entity::find()
                .filter(events::Column::Position.gt(after))
                .filter(events::Column::Position.lte(until))
                .order_by_asc(events::Column::Position)
                .limit(limit)
                .all(self.db.reader())
                .await?;
            // What isn't the reader's stays in: the stream leaves it out once it is loaded.
            Ok(rows)
        })
    }

    fn living_sessions(&self, sessions: Vec<SessionId>) -> BoxFuture<'_, anyhow::Result<Vec<SessionId>>> {
        Box::pin(async move {
            anyhow::ensure!(
                !self.world.unreachable.load(Ordering::SeqCst),
                "the database is away"
            );
            let dead = self.world.dead.lock().unwrap();
            Ok(sessions
                .into_iter()
                .filter(|session| !dead.contains(session))
                .collect())
        })
    }
}

/// One serving instance.
pub struct Instance {
    /// Its hub.
    pub hub: Hub<Numbers>,
    /// Its connections.
    pub db: Db,
    stop: CancellationToken,
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Instances on one database.
pub struct Feed {
    /// What the source knows.
    pub world: Arc<World>,
    /// The instances: two on PostgreSQL, one on SQLite.
    pub instances: Vec<Instance>,
    /// Where they keep the log.
    pub database: TestDatabase,
}

impl Feed {
    /// Starts them.
    pub async fn start() -> Self {
        let database = TestDatabase::create().await;
        let mut feed = Self {
            world: Arc::default(),
            instances: Vec::new(),
            database,
        };
        for _ in 0..if feed.database.is_postgres() { 2 } else { 1 } {
            let instance = feed.instance().await;
            feed.instances.push(instance);
        }
        feed
    }

    /// One more instance.
    pub async fn instance(&self) -> Instance {
        let db = self.database.connect().await;
        let tx = db.begin_write(now()).await.unwrap();
        events::ensure_head(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let source = Numbers {
            db: db.clone(),
            world: Arc::clone(&self.world),
        };
        let tailer = Tailer::init(source, db.clone(), Arc::new(FixedClock::new(now())))
            .await
            .unwrap();
        let (hub, stop) = (tailer.hub(), CancellationToken::new());
        tailer.spawn(&TaskTracker::new(), stop.clone());
        Instance { hub, db, stop }
    }

    /// The first instance's hub.
    pub fn hub(&self) -> &Hub<Numbers> {
        &self.instances[0].hub
    }

    /// The last instance's hub: another one than the first, where there are two.
    pub fn other_hub(&self) -> &Hub<Numbers> {
        &self.instances.last().unwrap().hub
    }

    /// Makes `client` the owner of a project.
    pub fn give(&self, project: Uuid, client: ClientId) {
        self.world.owners.lock().unwrap().insert(project, client);
    }

    /// Ends a session without a word in the log.
    pub fn forget(&self, session: SessionId) {
        self.world.dead.lock().unwrap().insert(session);
    }

    /// Appends an event in a transaction of its own.
    pub async fn append(&self, event: NewEvent) {
        append(&self.instances[0].db, event).await;
    }

    /// Waits until every instance has delivered everything.
    pub async fn settled(&self) {
        let deadline = tokio::time::Instant::now() + PATIENCE;
        loop {
            let waiting = events::Entity::find()
                .filter(events::Column::Position.is_null())
                .one(self.instances[0].db.reader())
                .await
                .unwrap();
            let head = events::feed_head::Entity::find()
                .one(self.instances[0].db.reader())
                .await
                .unwrap()
                .unwrap();
            let behind = self
                .instances
                .iter()
                .any(|it| it.hub.head_cursor().position < head.position);
            if waiting.is_none() && !behind {
                return;
            }
            assert!(
                tokio::time::Instant::now() < deadline,
                "the log was not delivered"
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

/// Appends an event in a transaction of its own.
pub async fn append(db: &Db, event: NewEvent) {
    let tx = db.begin_write(now()).await.unwrap();
    events::append_in_tx(&tx, event);
    tx.commit().await.unwrap();
}

const NUMBER: EventKind = EventKind::new("Number");

/// An event for a client.
pub fn number(n: i64, client: ClientId) -> NewEvent {
    NewEvent::control(NUMBER, json!({ "n": n })).for_client(client)
}

/// An event of a project.
pub fn of_project(n: i64, project: Uuid) -> NewEvent {
    NewEvent::control(NUMBER, json!({ "n": n })).for_owner_of(project)
}

/// A client's reader, of a session of its own.
pub fn reader(client: ClientId) -> Reader {
    Reader {
        account: AccountId(client.0),
        session: SessionId::generate(now()),
        client: Some(client),
        staff: false,
        project: None,
    }
}

/// A client.
pub fn client() -> ClientId {
    ClientId::generate(now())
}

/// The time.
pub fn now() -> DateTime<Utc> {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

/// A number as it came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Got {
    /// The number.
    pub n: i64,
    /// Where it stands.
    pub cursor: FeedCursor,
    /// Whether it is from before.
    pub replayed: bool,
}

/// The next item of a stream that must have one.
pub async fn item(stream: &mut Subscription<Numbers>) -> Item<i64> {
    let next = tokio::time::timeout(PATIENCE, stream.next()).await;
    next.unwrap_or_else(|_| panic!("an item was to come"))
        .unwrap()
        .unwrap_or_else(|| panic!("the stream has ended"))
}

/// The next number of a stream.
pub async fn next(stream: &mut Subscription<Numbers>) -> Got {
    match item(stream).await {
        Item::Event {
            event,
            cursor,
            replayed,
        } => Got {
            n: *event,
            cursor,
            replayed,
        },
        reset @ Item::Reset { .. } => panic!("an event was expected: {reset:?}"),
    }
}

/// The next numbers of a stream.
pub async fn take(stream: &mut Subscription<Numbers>, count: usize) -> Vec<i64> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        numbers.push(next(stream).await.n);
    }
    numbers
}

/// Asserts that nothing comes for a while.
pub async fn silent(stream: &mut Subscription<Numbers>) {
    if let Ok(item) = tokio::time::timeout(Duration::from_millis(300), stream.next()).await {
        panic!("nothing was to come, but: {item:?}");
    }
}

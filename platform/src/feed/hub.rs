//! Who is subscribed on this instance, and handing each what they may see.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicI64, AtomicU64, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, Utc};
use futures_util::future::BoxFuture;
use sea_orm::{ColumnTrait, Condition, DbBackend, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use tokio::{
    sync::{Notify, Semaphore, watch},
    time::Instant,
};
use uuid::Uuid;

use super::{
    Audience, Control, FeedCursor, FeedSource, Loaded, Reader, Subscription, mailbox::Mailbox, relay,
    sessions::Sessions,
};
use crate::{
    actor::{AccountId, ClientId, SessionId},
    db::Db,
    events,
};

/// Rights older than this are not acted on: delivery waits.
const VERIFIED_FOR: Duration = Duration::from_secs(5);
/// Subscribers that read the log at a time: thousands that reconnect after a deploy must not take every connection
/// from the tailer and the requests.
const LOG_READERS: usize = 4;

/// The subscribers of one instance. Cheap to clone.
pub struct Hub<S: FeedSource>(pub(super) Arc<HubParts<S>>);

impl<S: FeedSource> Clone for Hub<S> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

pub(super) struct HubParts<S: FeedSource> {
    pub(super) source: S,
    pub(super) db: Db,
    epoch: Uuid,
    /// The last position delivered here.
    head: AtomicI64,
    subscribers: Mutex<Subscribers<S::Event>>,
    sessions: Arc<Sessions>,
    began: Instant,
    /// When rights were last verified, in milliseconds since the hub began.
    verified_at: AtomicU64,
    verified: Notify,
    pub(super) log_readers: Semaphore,
    /// How many streams have begun so far.
    begun: watch::Sender<u64>,
}

/// A subscriber as the hub sees it.
struct Subscriber<E> {
    reader: Reader,
    mailbox: Arc<Mailbox<E>>,
}

/// Subscribers by what decides whether an event is theirs, so that an event costs its recipients alone.
struct Subscribers<E> {
    next_id: u64,
    by_id: HashMap<u64, Subscriber<E>>,
    by_client: HashMap<ClientId, Vec<u64>>,
    by_account: HashMap<AccountId, Vec<u64>>,
    staff: Vec<u64>,
}

impl<S: FeedSource> Hub<S> {
    /// A hub for the log of this epoch, delivered up to `head` so far.
    pub(super) fn new(source: S, db: Db, epoch: Uuid, head: i64) -> Self {
        Self(Arc::new(HubParts {
            source,
            db,
            epoch,
            head: AtomicI64::new(head),
            subscribers: Mutex::new(Subscribers {
                next_id: 0,
                by_id: HashMap::new(),
                by_client: HashMap::new(),
                by_account: HashMap::new(),
                staff: Vec::new(),
            }),
            sessions: Arc::default(),
            began: Instant::now(),
            verified_at: AtomicU64::new(0),
            verified: Notify::new(),
            log_readers: Semaphore::new(LOG_READERS),
            begun: watch::Sender::new(0),
        }))
    }

    /// What knows the events.
    #[must_use]
    pub fn source(&self) -> &S {
        &self.0.source
    }

    /// The last position delivered here, as a cursor.
    #[must_use]
    pub fn head_cursor(&self) -> FeedCursor {
        self.cursor(self.head())
    }

    /// A position of this log as a cursor.
    #[must_use]
    pub fn cursor(&self, position: i64) -> FeedCursor {
        FeedCursor {
            epoch: self.0.epoch,
            position,
        }
    }

    pub(super) fn head(&self) -> i64 {
        self.0.head.load(Ordering::Acquire)
    }

    /// The last position of what is committed by now, delivered here or not.
    pub(super) async fn log_head(&self) -> anyhow::Result<i64> {
        let db = &self.0.db;
        if db.backend() == DbBackend::Postgres {
            relay::number_committed_rows(db.migrator()).await?;
        }
        let head = events::feed_head::Entity::find_by_id(events::FEED_HEAD_ID)
            .one(db.reader())
            .await?;
        Ok(head.map_or(0, |head| head.position))
    }

    /// Resolves when the session ends or its account may no longer sign in.
    #[must_use]
    pub fn session_ended(&self, session: SessionId, account: AccountId) -> BoxFuture<'static, ()> {
        let watch = self.0.sessions.watch(session, account);
        Box::pin(async move { watch.ended().await })
    }

    /// How many streams are subscribed here.
    #[must_use]
    pub fn subscriber_count(&self) -> usize {
        self.subscribers().by_id.len()
    }

    /// When the oldest event was written that is committed and not delivered here; `None` when there is none.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn oldest_undelivered(&self) -> Result<Option<DateTime<Utc>>, DbErr> {
        let oldest = |waits: Condition, order: events::Column| {
            events::Entity::find()
                .select_only()
                .column(events::Column::OccurredAt)
                .filter(waits)
                .order_by_asc(order)
                .limit(1)
                .into_tuple::<DateTime<Utc>>()
                .one(self.0.db.reader())
        };
        use events::Column;
        // Not numbered yet, which happens on PostgreSQL alone; a partial index has these rows.
        let unnumbered = oldest(Condition::all().add(Column::Position.is_null()), Column::Seq).await?;
        let behind = oldest(
            Condition::all().add(Column::Position.gt(self.head())),
            Column::Position,
        )
        .await?;
        Ok(unnumbered.into_iter().chain(behind).min())
    }

    /// Whether rights were verified lately.
    #[must_use]
    pub fn is_verified(&self) -> bool {
        let verified_at = Duration::from_millis(self.0.verified_at.load(Ordering::Acquire));
        self.0.began.elapsed() < verified_at + VERIFIED_FOR
    }

    /// Resolves once rights have been verified lately.
    pub(super) async fn verified(&self) {
        loop {
            let verified = self.0.verified.notified();
            if self.is_verified() {
                return;
            }
            verified.await;
        }
    }

    /// Starts a stream for `reader` behind `after`; at the head when there is none.
    ///
    /// # Errors
    /// When the log can't be read.
    pub async fn subscribe(&self, reader: Reader, after: Option<&str>) -> anyhow::Result<Subscription<S>> {
        let subscription = Subscription::start(self.clone(), reader, after).await?;
        self.0.begun.send_modify(|begun| *begun += 1);
        Ok(subscription)
    }

    /// How many streams have begun on this instance since it started, those that have ended included. The protocol
    /// doesn't acknowledge `subscribe`; who must know that a stream listens waits for this to grow.
    #[must_use]
    pub fn streams_begun(&self) -> watch::Receiver<u64> {
        self.0.begun.subscribe()
    }

    pub(super) fn register(&self, reader: Reader) -> (u64, Arc<Mailbox<S::Event>>) {
        let mailbox = Arc::new(Mailbox::new());
        let mut all = self.subscribers();
        let id = all.next_id;
        all.next_id += 1;
        if reader.staff {
            all.staff.push(id);
        }
        if let Some(client) = reader.client {
            all.by_client.entry(client).or_default().push(id);
        }
        all.by_account.entry(reader.account).or_default().push(id);
        all.by_id.insert(
            id,
            Subscriber {
                reader,
                mailbox: Arc::clone(&mailbox),
            },
        );
        (id, mailbox)
    }

    pub(super) fn unregister(&self, id: u64) {
        let mut all = self.subscribers();
        let Some(subscriber) = all.by_id.remove(&id) else {
            return;
        };
        let reader = subscriber.reader;
        if reader.staff {
            all.staff.retain(|&other| other != id);
        }
        if let Some(client) = reader.client {
            remove_from(&mut all.by_client, client, id);
        }
        remove_from(&mut all.by_account, reader.account, id);
    }

    /// Hands out loaded rows, in order, and moves the head.
    pub(super) fn deliver(&self, rows: Vec<Loaded<S::Event>>) {
        for row in rows {
            match row.control {
                Some(Control::SessionEnded(session)) => self.end_sessions(|it, _| it == session),
                Some(Control::TokensReplaced(session)) => {
                    self.0.sessions.end_present(session);
                    self.end_streams(|it, _| it == session);
                }
                Some(Control::AccountEnded(account)) => self.end_sessions(|_, it| it == account),
                Some(Control::RightsLost(client)) => self.reread(client, row.position),
                None => {}
            }
            // The head moves under the same lock that subscribers register under: who registers later starts
            // behind this row, who registered earlier gets it.
            let all = self.subscribers();
            if let Some(event) = &row.event {
                all.for_each_reader(&row.audience, |subscriber| {
                    subscriber.mailbox.put(row.position, event)
                });
            }
            self.0.head.store(row.position, Ordering::Release);
        }
    }

    fn end_sessions(&self, which: impl Fn(SessionId, AccountId) -> bool) {
        self.0.sessions.end(&which);
        self.end_streams(which);
    }

    fn end_streams(&self, which: impl Fn(SessionId, AccountId) -> bool) {
        for subscriber in self.subscribers().by_id.values() {
            if which(subscriber.reader.session, subscriber.reader.account) {
                subscriber.mailbox.end();
            }
        }
    }

    /// What waits for the streams of `client` was loaded with the rights of before: they read the log instead.
    fn reread(&self, client: ClientId, position: i64) {
        let all = self.subscribers();
        let theirs = all.by_client.get(&client).into_iter().flatten();
        for subscriber in theirs.filter_map(|id| all.by_id.get(id)) {
            subscriber.mailbox.reread(position);
        }
    }

    /// Asks once for all sessions in use whether they are still good, and ends those that aren't.
    ///
    /// # Errors
    /// When the database doesn't answer; after [`VERIFIED_FOR`] of that, delivery waits.
    pub(super) async fn verify(&self) -> anyhow::Result<()> {
        let asked_at = Instant::now();
        let mut asked = self.0.sessions.watched();
        asked.extend(
            self.subscribers()
                .by_id
                .values()
                .map(|subscriber| subscriber.reader.session),
        );
        asked.sort_unstable();
        asked.dedup();
        let living = if asked.is_empty() {
            self.0.db.reader().ping().await?;
            Vec::new()
        } else {
            self.0.source.living_sessions(asked.clone()).await?
        };
        let living: std::collections::HashSet<SessionId> = living.into_iter().collect();
        let dead: std::collections::HashSet<SessionId> = asked
            .into_iter()
            .filter(|session| !living.contains(session))
            .collect();
        if !dead.is_empty() {
            self.end_sessions(|session, _| dead.contains(&session));
        }
        let asked_at = asked_at.duration_since(self.0.began).as_millis();
        let asked_at = u64::try_from(asked_at).unwrap_or(u64::MAX);
        self.0.verified_at.fetch_max(asked_at, Ordering::AcqRel);
        self.0.verified.notify_waiters();
        Ok(())
    }

    fn subscribers(&self) -> MutexGuard<'_, Subscribers<S::Event>> {
        self.0.subscribers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> Subscribers<E> {
    fn for_each_reader(&self, audience: &Audience, mut deliver: impl FnMut(&Subscriber<E>)) {
        let staff = audience.staff.then_some(&self.staff);
        let client = audience.client.and_then(|client| self.by_client.get(&client));
        let account = audience.account.and_then(|account| self.by_account.get(&account));
        let mut ids: Vec<u64> = [staff, client, account]
            .into_iter()
            .flatten()
            .flatten()
            .copied()
            .collect();
        ids.sort_unstable();
        ids.dedup();
        for subscriber in ids.iter().filter_map(|id| self.by_id.get(id)) {
            if subscriber.reader.may_see(audience) {
                deliver(subscriber);
            }
        }
    }
}

fn remove_from<K: std::hash::Hash + Eq>(map: &mut HashMap<K, Vec<u64>>, key: K, id: u64) {
    if let Some(ids) = map.get_mut(&key) {
        ids.retain(|&other| other != id);
        if ids.is_empty() {
            map.remove(&key);
        }
    }
}

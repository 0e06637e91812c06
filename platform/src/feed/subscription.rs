//! One stream: the log behind its cursor first, then live, in order, each event once.

use std::{collections::VecDeque, sync::Arc};

use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{
    FeedCursor, FeedSource, Hub, Loaded, Reader,
    mailbox::{Mail, Mailbox},
};
use crate::events;

/// Rows of the log read at a time.
const PAGE: u64 = 100;

/// What a stream yields.
#[derive(Debug)]
pub enum Item<E> {
    /// An event.
    Event {
        /// What happened.
        event: Arc<E>,
        /// Go on from here.
        cursor: FeedCursor,
        /// Whether it happened before the stream began.
        replayed: bool,
    },
    /// The cursor could not be honoured: load anew, and go on from this one.
    Reset {
        /// Where the stream goes on.
        cursor: FeedCursor,
    },
}

/// A running stream.
pub struct Subscription<S: FeedSource> {
    hub: Hub<S>,
    reader: Reader,
    id: u64,
    mailbox: Arc<Mailbox<S::Event>>,
    /// The last position yielded or known not to be ours.
    last: i64,
    /// What was the head when the stream began.
    began_at: i64,
    /// Read the log up to here before listening.
    catch_up_to: Option<i64>,
    /// How far the log was read; what was found waits in the backlog.
    read_to: i64,
    backlog: VecDeque<(i64, Arc<S::Event>)>,
    reset: bool,
    ended: bool,
}

impl<S: FeedSource> Subscription<S> {
    pub(super) async fn start(hub: Hub<S>, reader: Reader, after: Option<&str>) -> anyhow::Result<Self> {
        // Listening begins before the log is read, so that nothing falls between the two.
        let (id, mailbox) = hub.register(reader);
        let head = hub.head();
        let mut subscription = Self {
            hub,
            reader,
            id,
            mailbox,
            last: head,
            began_at: head,
            catch_up_to: None,
            read_to: head,
            backlog: VecDeque::new(),
            reset: false,
            ended: false,
        };
        if let Some(after) = after {
            Box::pin(subscription.resume(after)).await?;
        }
        Ok(subscription)
    }

    /// Begins behind a cursor.
    async fn resume(&mut self, after: &str) -> anyhow::Result<()> {
        let _turn = self.hub.0.log_readers.acquire().await?;
        // What is committed by now is from before the stream, even if this instance has yet to deliver it.
        self.began_at = self.hub.log_head().await?.max(self.began_at);
        let begin = match self.honour(after).await? {
            Some(position) => {
                self.catch_up_to = (position < self.began_at).then_some(self.began_at);
                position
            }
            None => {
                self.reset = true;
                self.began_at
            }
        };
        (self.last, self.read_to) = (begin, begin);
        Ok(())
    }

    /// The position of a cursor that this log can go on from.
    async fn honour(&self, after: &str) -> anyhow::Result<Option<i64>> {
        let here = self.hub.cursor(self.began_at);
        let cursor = FeedCursor::parse(after)
            .filter(|cursor| cursor.epoch == here.epoch && cursor.position <= here.position);
        let Some(FeedCursor { position, .. }) = cursor else {
            return Ok(None);
        };
        if position == here.position {
            return Ok(Some(position));
        }
        let oldest: Option<i64> = events::Entity::find()
            .select_only()
            .column(events::Column::Position)
            .filter(events::Column::Position.is_not_null())
            .order_by_asc(events::Column::Position)
            .limit(1)
            .into_tuple::<i64>()
            .one(self.hub.0.db.reader())
            .await?;
        Ok(oldest.filter(|&oldest| position + 1 >= oldest).map(|_| position))
    }

    /// The next item; `None` once the session has ended.
    ///
    /// # Errors
    /// When the log can't be read; calling again goes on where it stopped.
    pub async fn next(&mut self) -> anyhow::Result<Option<Item<S::Event>>> {
        if std::mem::take(&mut self.reset) {
            return Ok(Some(Item::Reset {
                cursor: self.hub.cursor(self.last),
            }));
        }
        loop {
            if self.ended {
                return Ok(None);
            }
            if !self.hub.is_verified() {
                Box::pin(self.hub.verified()).await;
            }
            if let Some(mail) = self.mailbox.take_urgent() {
                self.obey(mail);
                continue;
            }
            if let Some((position, event)) = self.backlog.pop_front() {
                return Ok(Some(self.item(position, event)));
            }
            self.last = self.last.max(self.read_to);
            if let Some(until) = self.catch_up_to {
                // Boxed: the reading future is large, and most streams never need it.
                Box::pin(self.read_log(until)).await?;
                continue;
            }
            match self.mailbox.take().await {
                Mail::Event(position, event) if position > self.last => {
                    return Ok(Some(self.item(position, event)));
                }
                Mail::Event(..) => {}
                mail => self.obey(mail),
            }
        }
    }

    fn obey(&mut self, mail: Mail<S::Event>) {
        match mail {
            Mail::Event(..) => {}
            Mail::Reread(up_to) => {
                // What was read before was read with the rights of before.
                self.backlog = VecDeque::new();
                self.read_to = self.last;
                self.catch_up_to = self
                    .catch_up_to
                    .max(Some(up_to))
                    .filter(|&up_to| up_to > self.last);
            }
            Mail::Ended => self.ended = true,
        }
    }

    fn item(&mut self, position: i64, event: Arc<S::Event>) -> Item<S::Event> {
        self.last = position;
        Item::Event {
            event,
            cursor: self.hub.cursor(position),
            replayed: position <= self.began_at,
        }
    }

    async fn read_log(&mut self, until: i64) -> anyhow::Result<()> {
        let _turn = self.hub.0.log_readers.acquire().await?;
        let source = self.hub.source();
        let rows = source.replay(self.reader, self.read_to, until, PAGE).await?;
        // A page that isn't full is the last one.
        let read_to = match rows.last().and_then(|row| row.position) {
            Some(position) if rows.len() as u64 >= PAGE => position,
            _ => until,
        };
        let loaded = if rows.is_empty() {
            Vec::new()
        } else {
            source.load(rows).await?
        };
        let reader = self.reader;
        self.backlog.extend(
            loaded
                .into_iter()
                .filter(|row| reader.may_see(&row.audience))
                .filter_map(|Loaded { position, event, .. }| event.map(|event| (position, event))),
        );
        self.read_to = read_to;
        if read_to >= until {
            self.catch_up_to = None;
        }
        Ok(())
    }
}

impl<S: FeedSource> Drop for Subscription<S> {
    fn drop(&mut self) {
        self.hub.unregister(self.id);
    }
}

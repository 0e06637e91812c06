//! The log, the relay and the hub: order, resuming, slowness, rights. Each test has two instances on PostgreSQL.

use crate::feed_fake::*;
use chrono::TimeDelta;
use platform::events::{self, EventKind, NewEvent};
use platform::feed::{FeedCursor, Item, purge};
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use uuid::Uuid;

#[tokio::test]
async fn each_client_gets_their_own_in_order() {
    let feed = Feed::start().await;
    let (mine, other) = (client(), client());
    let mut my_stream = feed.hub().subscribe(reader(mine), None).await.unwrap();
    let mut other_stream = feed.other_hub().subscribe(reader(other), None).await.unwrap();
    let mut staff = feed
        .other_hub()
        .subscribe(
            platform::feed::Reader {
                staff: true,
                client: None,
                ..reader(client())
            },
            None,
        )
        .await
        .unwrap();
    for n in 0..10 {
        feed.append(number(n, mine)).await;
    }
    feed.append(number(10, other).for_staff()).await;
    assert_eq!(take(&mut my_stream, 10).await, (0..10).collect::<Vec<_>>());
    assert_eq!(take(&mut other_stream, 1).await, [10]);
    assert_eq!(take(&mut staff, 1).await, [10]);
    silent(&mut my_stream).await;
    silent(&mut other_stream).await;
    silent(&mut staff).await;
}

#[tokio::test]
async fn a_stream_resumes_behind_its_cursor_on_any_instance() {
    let feed = Feed::start().await;
    let mine = client();
    let mut stream = feed.hub().subscribe(reader(mine), None).await.unwrap();
    feed.append(number(0, mine)).await;
    let seen = next(&mut stream).await;
    assert!(!seen.replayed);
    drop(stream);
    // The tunnel: more than a page of the log, others' events among them.
    for n in 1..=250 {
        feed.append(number(n, mine)).await;
        if n % 3 == 0 {
            feed.append(number(-n, client())).await;
        }
    }
    feed.settled().await;
    let after = seen.cursor.to_string();
    let mut stream = feed
        .other_hub()
        .subscribe(reader(mine), Some(&after))
        .await
        .unwrap();
    feed.append(number(251, mine)).await;
    let mut last = seen.cursor.position;
    for n in 1..=251 {
        let got = next(&mut stream).await;
        assert_eq!((got.n, got.replayed), (n, n <= 250));
        assert!(got.cursor.position > last);
        last = got.cursor.position;
    }
    silent(&mut stream).await;
}

#[tokio::test]
async fn a_slow_reader_is_caught_up_from_the_log() {
    let feed = Feed::start().await;
    let mine = client();
    let mut stream = feed.hub().subscribe(reader(mine), None).await.unwrap();
    for n in 0..300 {
        feed.append(number(n, mine)).await;
    }
    feed.settled().await;
    assert_eq!(take(&mut stream, 50).await, (0..50).collect::<Vec<_>>());
    for n in 300..600 {
        feed.append(number(n, mine)).await;
    }
    assert_eq!(take(&mut stream, 550).await, (50..600).collect::<Vec<_>>());
    feed.append(number(600, mine)).await;
    let got = next(&mut stream).await;
    assert_eq!((got.n, got.replayed), (600, false), "late is not replayed");
    silent(&mut stream).await;
}

#[tokio::test]
async fn what_a_cursor_cannot_honour_is_said_and_the_stream_goes_on() {
    let feed = Feed::start().await;
    let mine = client();
    for n in 0..3 {
        feed.append(number(n, mine)).await;
    }
    feed.settled().await;
    let head = feed.hub().head_cursor();
    let elsewhere = FeedCursor {
        epoch: Uuid::from_u128(1),
        ..head
    };
    let beyond = FeedCursor {
        position: head.position + 1,
        ..head
    };
    for after in ["nonsense".to_owned(), elsewhere.to_string(), beyond.to_string()] {
        let mut stream = feed.hub().subscribe(reader(mine), Some(&after)).await.unwrap();
        match item(&mut stream).await {
            Item::Reset { cursor } => assert_eq!(cursor, head),
            event @ Item::Event { .. } => panic!("{after}: {event:?}"),
        }
        silent(&mut stream).await;
    }
    // Thirty days later, the log is younger than the cursor.
    let later = now() + TimeDelta::days(31);
    assert_eq!(purge(&feed.instances[0].db, later).await.unwrap(), 3);
    let start = FeedCursor { position: 0, ..head }.to_string();
    let mut stream = feed.hub().subscribe(reader(mine), Some(&start)).await.unwrap();
    assert!(matches!(item(&mut stream).await, Item::Reset { cursor } if cursor == head));
    feed.append(number(3, mine)).await;
    let got = next(&mut stream).await;
    assert_eq!((got.n, got.replayed), (3, false));
    // The head itself is never too old.
    let mut stream = feed
        .hub()
        .subscribe(reader(mine), Some(&head.to_string()))
        .await
        .unwrap();
    let got = next(&mut stream).await;
    assert_eq!(got.n, 3);
}

#[tokio::test]
async fn purging_leaves_no_hole() {
    let feed = Feed::start().await;
    let db = &feed.instances[0].db;
    // A transaction that began long ago may commit late: an old time behind a young one.
    for days in [0, 40, 0] {
        let tx = db.begin_write(now() - TimeDelta::days(days)).await.unwrap();
        events::append_in_tx(&tx, number(days, client()));
        tx.commit().await.unwrap();
    }
    feed.settled().await;
    assert_eq!(purge(db, now()).await.unwrap(), 0);
}

#[tokio::test]
async fn the_end_of_a_session_ends_its_streams_alone() {
    let feed = Feed::start().await;
    let mine = client();
    let (first, second) = (reader(mine), reader(mine));
    let mut ended = feed.other_hub().subscribe(first, None).await.unwrap();
    let mut stays = feed.other_hub().subscribe(second, None).await.unwrap();
    let told = feed.other_hub().session_ended(first.session, first.account);
    let not_told = feed.other_hub().session_ended(second.session, second.account);
    let ended_session = json!({ "session": first.session });
    feed.append(NewEvent::control(EventKind::new("SessionEnded"), ended_session))
        .await;
    feed.append(number(1, mine)).await;
    tokio::time::timeout(PATIENCE, told).await.unwrap();
    assert!(
        tokio::time::timeout(PATIENCE, ended.next())
            .await
            .unwrap()
            .unwrap()
            .is_none()
    );
    assert_eq!(take(&mut stays, 1).await, [1]);
    assert!(
        tokio::time::timeout(Duration::from_millis(200), not_told)
            .await
            .is_err()
    );
    // The account's end takes the rest.
    let ended_account = json!({ "account": second.account });
    feed.append(NewEvent::control(EventKind::new("AccountEnded"), ended_account))
        .await;
    assert!(
        tokio::time::timeout(PATIENCE, stays.next())
            .await
            .unwrap()
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_session_that_died_in_silence_is_found_within_five_seconds() {
    let feed = Feed::start().await;
    let (dying, living) = (reader(client()), reader(client()));
    let mut stream = feed.hub().subscribe(dying, None).await.unwrap();
    let socket = feed.hub().session_ended(dying.session, dying.account);
    let mut other = feed.hub().subscribe(living, None).await.unwrap();
    feed.forget(dying.session);
    let begin = Instant::now();
    assert!(
        tokio::time::timeout(PATIENCE, stream.next())
            .await
            .unwrap()
            .unwrap()
            .is_none()
    );
    tokio::time::timeout(PATIENCE, socket).await.unwrap();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    silent(&mut other).await;
}

#[tokio::test]
async fn delivery_waits_while_rights_cannot_be_verified() {
    let feed = Feed::start().await;
    let mine = client();
    let mut stream = feed.hub().subscribe(reader(mine), None).await.unwrap();
    feed.append(number(0, mine)).await;
    feed.settled().await;
    feed.world.unreachable.store(true, Ordering::SeqCst);
    let deadline = Instant::now() + PATIENCE;
    while feed.hub().is_verified() {
        assert!(Instant::now() < deadline);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    feed.append(number(1, mine)).await;
    // Not even what was in the queue before.
    silent(&mut stream).await;
    feed.world.unreachable.store(false, Ordering::SeqCst);
    assert_eq!(take(&mut stream, 2).await, [0, 1]);
}

#[tokio::test]
async fn what_waits_for_a_reader_is_judged_anew_when_a_project_is_lost() {
    let feed = Feed::start().await;
    let (old, new) = (client(), client());
    let villa = Uuid::from_u128(1);
    feed.give(villa, old);
    let mut old_stream = feed.hub().subscribe(reader(old), None).await.unwrap();
    let mut new_stream = feed.hub().subscribe(reader(new), None).await.unwrap();
    feed.append(number(0, old)).await;
    feed.append(of_project(1, villa)).await;
    feed.settled().await;
    feed.give(villa, new);
    let lost = NewEvent::control(EventKind::new("Lost"), json!({ "n": 2 }));
    feed.append(lost.for_client(old).for_owner_of(villa)).await;
    feed.append(of_project(3, villa)).await;
    feed.settled().await;
    feed.append(number(4, old)).await;
    // 1 was in the queue when the project was lost.
    assert_eq!(take(&mut old_stream, 3).await, [0, 2, 4]);
    assert_eq!(take(&mut new_stream, 1).await, [3]);
    silent(&mut old_stream).await;
}

#[tokio::test]
async fn an_event_is_loaded_once_for_all_who_receive_it() {
    let feed = Feed::start().await;
    let mine = client();
    let mut streams = Vec::new();
    for _ in 0..1_000 {
        streams.push(feed.hub().subscribe(reader(mine), None).await.unwrap());
    }
    let before = feed.world.loads.load(Ordering::SeqCst);
    feed.append(number(1, mine)).await;
    for stream in &mut streams {
        assert_eq!(next(stream).await.n, 1);
    }
    let loads = feed.world.loads.load(Ordering::SeqCst) - before;
    assert!(loads <= feed.instances.len(), "loaded {loads} times");
}

/// Writers that commit out of order, readers that come and go and are slow: nothing is lost, repeated or out of order.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_whoever_comes_and_goes() {
    const WRITERS: i64 = 12;
    const EACH: i64 = 40;
    let feed = Arc::new(Feed::start().await);
    let mine = client();
    let start = feed.hub().head_cursor().to_string();
    let seed = rand::random_range(0..1_000_000_u64);
    println!("seed {seed}");
    let mut tasks = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        let feed = Arc::clone(&feed);
        tasks.spawn(async move {
            let mut chance = StdRng::seed_from_u64(seed + writer.unsigned_abs());
            for n in 0..EACH {
                let db = &feed.instances[chance.random_range(0..feed.instances.len())].db;
                let tx = db.begin_write(now()).await.unwrap();
                events::append_in_tx(&tx, number(writer * EACH + n, mine));
                // Between the insert and the commit others commit.
                tokio::time::sleep(Duration::from_micros(chance.random_range(0..3_000))).await;
                if chance.random_bool(0.1) {
                    drop(tx);
                    append(db, number(writer * EACH + n, mine)).await;
                } else {
                    tx.commit().await.unwrap();
                }
            }
        });
    }
    for subscriber in 0..8 {
        let (feed, start) = (Arc::clone(&feed), start.clone());
        tasks.spawn(async move {
            let mut chance = StdRng::seed_from_u64(seed + 1_000 + subscriber);
            let mut seen = std::collections::BTreeSet::new();
            let mut cursor = FeedCursor::parse(&start).unwrap();
            while seen.len() < usize::try_from(WRITERS * EACH).unwrap() {
                let hub = &feed.instances[chance.random_range(0..feed.instances.len())].hub;
                let mut stream = hub
                    .subscribe(reader(mine), Some(&cursor.to_string()))
                    .await
                    .unwrap();
                for _ in 0..chance.random_range(1..120) {
                    if seen.len() == usize::try_from(WRITERS * EACH).unwrap() {
                        break;
                    }
                    let got = next(&mut stream).await;
                    assert!(got.cursor.position > cursor.position, "seed {seed}: out of order");
                    assert!(seen.insert(got.n), "seed {seed}: {} came twice", got.n);
                    cursor = got.cursor;
                    if chance.random_bool(0.02) {
                        tokio::time::sleep(Duration::from_millis(chance.random_range(1..60))).await;
                    }
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
}

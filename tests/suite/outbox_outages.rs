//! Mail servers that hang and that are away, over real sockets: nobody waits for somebody else's, and what has waited goes at
//! once.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use platform::actor::AccountId;
use platform::clock::Clock;
use platform::config::Config;
use platform::mail;
use platform::outbox::{self, NewDelivery, Status};
use tokio_util::sync::CancellationToken;

use crate::outbox_world::{World, update_mail, update_push};
use crate::support::smtp::SmtpSink;

async fn with_server(address: SocketAddr) -> World {
    let mut world = World::new().await;
    let config = Config::load(|key| match key {
        "DATA_DIR" => Some(world.folder.path().display().to_string()),
        "DEBUG" => Some("true".to_owned()),
        "EMAIL_BACKEND" => Some("smtp".to_owned()),
        "EMAIL_HOST" => Some("127.0.0.1".to_owned()),
        "EMAIL_PORT" => Some(address.port().to_string()),
        _ => None,
    })
    .unwrap();
    world.transports.mail = mail::from_config(&config).unwrap();
    world
}

fn to(recipient: AccountId, address: &str, key: &str) -> NewDelivery {
    NewDelivery {
        recipient,
        address: Some(address.to_owned()),
        ..update_mail(key)
    }
}

#[tokio::test]
async fn who_is_slow_to_take_mail_holds_up_neither_others_nor_pushes() {
    let sink = SmtpSink::start().await;
    sink.hang_for("slow@example.ne");
    let world = with_server(sink.address).await;
    let slow = AccountId::generate(world.clock.now());
    for number in 0..12 {
        world
            .enqueue(to(slow, "slow@example.ne", &format!("slow {number}")))
            .await
            .unwrap();
    }
    for number in 0..6 {
        let who = AccountId::generate(world.clock.now());
        let address = format!("quick{number}@example.ne");
        world
            .enqueue(to(who, &address, &format!("quick {number}")))
            .await
            .unwrap();
        world
            .enqueue(update_push(&format!("push {number}")))
            .await
            .unwrap();
    }
    let stop = CancellationToken::new();
    let worker = tokio::spawn(outbox::run(
        world.ctx.clone(),
        world.transports.clone(),
        stop.clone(),
    ));
    let begun = Instant::now();
    while sink.received().len() < 6 || world.push.sent().len() < 6 {
        // Far less than the 15 s after which a server that doesn't answer is given up.
        assert!(
            begun.elapsed() < Duration::from_secs(8),
            "{} mails, {} pushes",
            sink.received().len(),
            world.push.sent().len()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(sink.hanging(), 1, "one message at a time to one person");
    worker.abort();
}

#[tokio::test]
async fn what_is_told_to_one_person_comes_in_order() {
    let sink = SmtpSink::start().await;
    let world = with_server(sink.address).await;
    let reader = AccountId::generate(world.clock.now());
    for number in 10..30 {
        world
            .enqueue(to(reader, "awa@example.ne", &format!("n{number}")))
            .await
            .unwrap();
        world.clock.advance(TimeDelta::milliseconds(1));
    }
    assert_eq!(world.deliver().await.sent, 20);
    let expected: Vec<usize> = (10..30).collect();
    assert_eq!(numbers(&sink), expected);
}

/// The numbers that the mails' titles end with (`n07`), in the order they came.
fn numbers(sink: &SmtpSink) -> Vec<usize> {
    let number = |line: &str| {
        let (_, last) = line.trim().rsplit_once(' ')?;
        last.strip_prefix('n')?.parse().ok()
    };
    let of = |text: &str| text.lines().find_map(number);
    let received = sink.received();
    let numbers = received.iter().map(|mail| of(&mail.text));
    numbers.map(|number| number.unwrap()).collect()
}

#[tokio::test]
async fn mail_that_was_away_for_an_hour_goes_at_once_when_it_is_back_the_oldest_first() {
    // An address where nobody listens, until somebody does.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let world = with_server(address).await;
    let mut ids = Vec::new();
    for number in 0..28 {
        let who = AccountId::generate(world.clock.now());
        let mail = to(
            who,
            &format!("reader{number}@example.ne"),
            &format!("n{number:02}"),
        );
        ids.push(world.enqueue(mail).await.unwrap());
        world.clock.advance(TimeDelta::minutes(2));
        assert_eq!(world.deliver().await.sent, 0);
    }
    for _ in 0..10 {
        world.clock.advance(TimeDelta::minutes(1));
        assert_eq!(world.deliver().await.sent, 0);
    }
    for id in &ids {
        let row = world.row(*id).await;
        assert_eq!(row.status, Status::Pending);
        assert!(row.waits_for_service && row.attempts == 1, "{row:?}");
    }

    let sink = SmtpSink::start_at(address).await;
    world.clock.advance(TimeDelta::seconds(31));
    assert_eq!(world.deliver().await.sent, 28, "all of them, at once");
    let came = numbers(&sink);
    for (place, number) in came.iter().enumerate() {
        assert!(
            place.abs_diff(*number) < 8,
            "as they were written, but for those on their way together: {came:?}"
        );
    }
    assert!(sink.most_at_once() <= 8, "{} connections", sink.most_at_once());
    for id in &ids {
        assert_eq!(world.row(*id).await.status, Status::Sent);
    }
}

#[tokio::test]
async fn a_server_that_is_away_uses_up_no_message() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let world = with_server(address).await;
    let id = world.enqueue(update_mail("waits")).await.unwrap();
    world.deliver().await;
    let before = world.row(id).await;
    // Asked again and again whether it is back, long before the message is due.
    for _ in 0..3 {
        world.clock.advance(TimeDelta::milliseconds(1));
        assert_eq!(world.deliver().await.postponed, 1);
    }
    let after = world.row(id).await;
    assert_eq!(
        (after.attempts, after.next_attempt_at, after.lease_until),
        (before.attempts, before.next_attempt_at, None)
    );
}

#[tokio::test]
async fn what_we_can_t_make_doesn_t_pass_for_an_answer_of_the_server() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let world = with_server(address).await;
    let (one, two) = (world.clock.now(), world.clock.now() + TimeDelta::milliseconds(1));
    let waiting = to(AccountId::generate(one), "awa@example.ne", "n1");
    let waiting = world.enqueue(waiting).await.unwrap();
    assert_eq!(world.deliver().await.postponed, 1);
    let mut unmade = to(AccountId::generate(two), "issa@example.ne", "n2");
    unmade.data = serde_json::json!({});
    let unmade = world.enqueue(unmade).await.unwrap();
    assert_eq!(world.deliver().await.dead, 1);
    assert_eq!(world.row(unmade).await.status, Status::Dead);
    let row = world.row(waiting).await;
    assert!(row.waits_for_service && row.attempts == 1, "{row:?}");
}

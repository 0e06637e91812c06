//! The ways out, over real sockets and files: SMTP, FCM, `DATA_DIR/mail`, `DATA_DIR/push.log`.

use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use futures_util::future::BoxFuture;
use platform::actor::AccountId;
use platform::clock::Clock;
use platform::config::Config;
use platform::outbox::{Devices, Report, Status};
use platform::push::{Endpoints, FcmPush, ServiceAccount};
use platform::{mail, push};
use serde_json::Value;

use crate::outbox_world::{World, credentials, update_mail, update_push};
use crate::support::fcm::FcmServer;
use crate::support::smtp::SmtpSink;

fn sent(count: usize) -> Report {
    Report {
        sent: count,
        ..Report::default()
    }
}

async fn with_smtp() -> (World, SmtpSink) {
    let mut world = World::new().await;
    let sink = SmtpSink::start().await;
    let config = Config::load(|key| match key {
        "DATA_DIR" => Some(world.folder.path().display().to_string()),
        "DEBUG" => Some("true".to_owned()),
        "EMAIL_BACKEND" => Some("django.core.mail.backends.smtp.EmailBackend".to_owned()),
        "EMAIL_HOST" => Some("127.0.0.1".to_owned()),
        "EMAIL_PORT" => Some(sink.address.port().to_string()),
        _ => None,
    })
    .unwrap();
    world.transports.mail = mail::from_config(&config).unwrap();
    (world, sink)
}

#[tokio::test]
async fn mail_reaches_an_smtp_server() {
    let (world, sink) = with_smtp().await;
    assert!(world.transports.mail.check().await.unwrap().contains("127.0.0.1"));
    let id = world.enqueue(credentials("mail")).await.unwrap();
    world.enqueue(update_mail("second")).await.unwrap();
    assert_eq!(world.deliver().await, sent(2));

    let received = sink.received();
    assert_eq!(received.len(), 2);
    let first = received
        .iter()
        .find(|mail| mail.text.contains(&id.to_string()))
        .unwrap();
    assert!(first.from.contains("<contact@bellehouse.ne>"), "{}", first.from);
    assert_eq!(first.to.len(), 1);
    assert!(first.to[0].contains("<awa@example.ne>"));
    assert!(first.text.contains(&format!("Message-ID: <{id}@bellehouse.ne>")));
    assert!(first.text.contains("multipart/alternative") && first.text.contains("kola-baobab-42"));
}

#[tokio::test]
async fn smtp_refusals_are_judged_by_their_code() {
    let (world, sink) = with_smtp().await;
    sink.refuse(Some("450 4.2.0 greylisted, come back later"));
    let later = world.enqueue(update_mail("later")).await.unwrap();
    assert_eq!(world.deliver().await.postponed, 1);
    assert!(world.row(later).await.last_error.unwrap().contains("greylisted"));
    sink.refuse(Some("550 5.1.1 no such user"));
    let never = world.enqueue(update_mail("never")).await.unwrap();
    assert_eq!(world.deliver().await.dead, 1);
    assert!(
        world
            .row(never)
            .await
            .last_error
            .unwrap()
            .contains("no such user")
    );
    sink.refuse(Some("535 5.7.8 bad credentials"));
    world.enqueue(update_mail("ours")).await.unwrap();
    assert_eq!(
        world.deliver().await.postponed,
        1,
        "our password is not the message's fault"
    );
    sink.refuse(None);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.deliver().await, sent(2));
}

#[tokio::test]
async fn without_services_everything_is_under_the_data_folder() {
    let mut world = World::new().await;
    world.transports.mail = mail::from_config(&world.ctx.config).unwrap();
    world.transports.push = push::from_config(&world.ctx.config, Arc::new(world.clock.clone())).unwrap();
    let mailed = world.enqueue(update_mail("file")).await.unwrap();
    let pushed = world.enqueue(update_push("log")).await.unwrap();
    let both = Report {
        to_nobody: 1,
        ..sent(1)
    };
    assert_eq!(world.deliver().await, both);

    let eml = std::fs::read_to_string(world.folder.path().join(format!("mail/{mailed}.eml"))).unwrap();
    assert!(
        eml.contains("To: \"Awa Diallo\" <awa@example.ne>")
            || eml.contains("To: Awa Diallo <awa@example.ne>"),
        "{eml}"
    );
    let log = std::fs::read_to_string(world.folder.path().join("push.log")).unwrap();
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["id"], pushed.to_string());
    assert_eq!(lines[0]["body"], "Du nouveau sur Villa Awa : Dalle coulée log");
}

#[derive(Debug, Clone, Default)]
struct Phones(Arc<Mutex<Vec<String>>>);

impl Devices for Phones {
    fn tokens(&self, _: AccountId) -> BoxFuture<'_, anyhow::Result<Vec<String>>> {
        Box::pin(std::future::ready(Ok(self.0.lock().unwrap().clone())))
    }

    fn forget(&self, tokens: Vec<String>) -> BoxFuture<'_, anyhow::Result<()>> {
        self.0.lock().unwrap().retain(|token| !tokens.contains(token));
        Box::pin(std::future::ready(Ok(())))
    }
}

async fn with_fcm(devices: &[&str]) -> (World, FcmServer, Phones) {
    let mut world = World::new().await;
    let server = FcmServer::start().await;
    let phones = Phones(Arc::new(Mutex::new(
        devices.iter().map(|&device| device.to_owned()).collect(),
    )));
    let endpoints = Endpoints {
        messages: server.url.parse().unwrap(),
    };
    let account = ServiceAccount::parse(&server.credentials).unwrap();
    world.transports.push =
        Arc::new(FcmPush::new(account, endpoints, Arc::new(world.clock.clone())).unwrap());
    world.transports.devices = Some(Arc::new(phones.clone()));
    (world, server, phones)
}

#[tokio::test]
async fn pushes_go_to_every_device_and_dead_devices_are_forgotten() {
    let (world, server, phones) = with_fcm(&["phone", "old phone", "tablet"]).await;
    server.fail("old phone", Some((404, "UNREGISTERED", None)));
    let id = world.enqueue(update_push("one")).await.unwrap();
    assert_eq!(world.deliver().await, sent(1));

    let messages = server.messages();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0]["token"], "phone");
    assert_eq!(messages[0]["notification"]["title"], "Villa Awa");
    assert_eq!(messages[0]["data"]["projectId"], "prj_1");
    assert_eq!(messages[0]["android"]["notification"]["tag"], id.to_string());
    assert_eq!(*phones.0.lock().unwrap(), ["phone", "tablet"]);

    world.enqueue(update_push("two")).await.unwrap();
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(server.tokens_given(), 1, "the token is kept");
    world.clock.advance(TimeDelta::hours(1));
    world.enqueue(update_push("three")).await.unwrap();
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(server.tokens_given(), 2, "and replaced before it runs out");
}

#[tokio::test]
async fn quota_and_outages_postpone_and_nobody_s_phone_is_no_failure() {
    let (world, server, phones) = with_fcm(&["phone"]).await;
    server.fail("phone", Some((429, "QUOTA_EXCEEDED", Some(300))));
    let id = world.enqueue(update_push("quota")).await.unwrap();
    assert_eq!(world.deliver().await.postponed, 1);
    assert_eq!(
        world.row(id).await.next_attempt_at,
        world.clock.now() + TimeDelta::seconds(300)
    );
    server.fail("phone", Some((503, "UNAVAILABLE", None)));
    world.clock.advance(TimeDelta::seconds(300));
    assert_eq!(world.deliver().await.postponed, 1);
    server.fail("phone", None);
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(world.deliver().await, sent(1));

    server.fail("phone", Some((400, "INVALID_ARGUMENT", None)));
    world.enqueue(update_push("refused")).await.unwrap();
    assert_eq!(world.deliver().await.dead, 1);

    phones.0.lock().unwrap().clear();
    let id = world.enqueue(update_push("nobody")).await.unwrap();
    assert_eq!(world.deliver().await.to_nobody, 1);
    let row = world.row(id).await;
    assert_eq!(row.status, Status::NoDevice);
    assert_eq!(row.last_error.as_deref(), Some("No device is registered."));
}

/// Says what it was told to of everybody's inbox.
#[derive(Debug)]
struct Inbox(u64);

impl platform::outbox::Unread for Inbox {
    fn count(&self, _: AccountId) -> BoxFuture<'_, anyhow::Result<u64>> {
        Box::pin(std::future::ready(Ok(self.0)))
    }
}

#[tokio::test]
async fn a_push_says_what_phones_need_to_show_it_and_stays_within_four_kilobytes() {
    let (mut world, server, _) = with_fcm(&["phone"]).await;
    world.transports.unread = Some(Arc::new(Inbox(7)));
    world.enqueue(update_push("short")).await.unwrap();
    assert_eq!(world.deliver().await, sent(1));
    let message = &server.messages()[0];
    let android = &message["android"];
    assert_eq!(android["priority"], "HIGH");
    assert_eq!(android["notification"]["channel_id"], "updates");
    assert!(
        android.get("collapse_key").is_none(),
        "a phone that is off keeps four of them"
    );
    let aps = &message["apns"]["payload"]["aps"];
    assert_eq!(
        (&aps["badge"], &aps["thread-id"], &aps["sound"]),
        (&7.into(), &"prj_1".into(), &"default".into())
    );
    assert_eq!(message["apns"]["headers"]["apns-priority"], "10");
    assert_eq!(message["data"]["kind"], "project_update_posted");

    for letter in ["x", "é", "👷", "\""] {
        let mut long = update_push(letter);
        long.data["updateTitle"] = letter.repeat(6_000).into();
        world.enqueue(long).await.unwrap();
        assert_eq!(world.deliver().await, sent(1));
        let message = server.messages().pop().unwrap();
        let size = message.to_string().len();
        assert!((3_900..=4_096).contains(&size), "{letter}: {size} bytes");
        assert!(message["notification"]["body"].as_str().unwrap().ends_with('…'));
        assert_eq!(message["data"]["projectId"], "prj_1");
    }
}

#[tokio::test]
async fn a_device_that_took_a_push_isn_t_told_again_while_another_is_tried_again() {
    let (world, server, phones) = with_fcm(&["phone", "slow", "broken", "tablet"]).await;
    server.fail("slow", Some((429, "QUOTA_EXCEEDED", Some(60))));
    server.fail("broken", Some((400, "INVALID_ARGUMENT", None)));
    let id = world.enqueue(update_push("one")).await.unwrap();
    assert_eq!(world.deliver().await.postponed, 1);
    let told = || -> Vec<String> {
        let messages = server.messages();
        messages
            .iter()
            .map(|it| it["token"].as_str().unwrap().to_owned())
            .collect()
    };
    assert_eq!(
        told(),
        ["phone", "tablet"],
        "nobody waits for a device that isn't theirs"
    );
    server.fail("slow", None);
    world.clock.advance(TimeDelta::seconds(60));
    assert_eq!(world.deliver().await, sent(1));
    assert_eq!(told(), ["phone", "tablet", "slow"]);
    let note = world.row(id).await.last_error.unwrap();
    assert!(
        note.starts_with("Handed over for 3 of 4 devices. 1 refused: 400"),
        "{note}"
    );
    assert_eq!(phones.0.lock().unwrap().len(), 4);
}

//! The outbox: nothing is lost, nothing is told that didn't happen, secrets don't stay.

use std::collections::HashSet;
use std::time::Duration;

use belle_house::features::deliveries::commands::replay_delivery;
use chrono::TimeDelta;
use platform::actor::Actor;
use platform::clock::Clock;
use platform::error::{CommandError, ErrorCode};
use platform::outbox::table::{Column, Entity};
use platform::outbox::{Report, Status, cancel_in_tx, deliver_due, enqueue_in_tx, run};
use platform::send_error::SendError;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::outbox_world::{World, credentials, update_mail, update_push};

fn report(sent: usize, postponed: usize, dead: usize) -> Report {
    Report {
        sent,
        postponed,
        dead,
        ..Report::default()
    }
}

#[tokio::test]
async fn sends_what_was_committed_once_and_nothing_else() {
    let world = World::new().await;
    let tx = world.ctx.db.begin_write(world.clock.now()).await.unwrap();
    enqueue_in_tx(&tx, &world.ctx.keys, update_mail("rolled back"))
        .await
        .unwrap();
    drop(tx);
    let id = world.enqueue(update_mail("kept")).await.unwrap();
    assert_eq!(world.enqueue(update_mail("kept")).await, None);
    world.enqueue(update_push("kept too")).await.unwrap();

    let sent = Report {
        to_nobody: 1,
        ..report(1, 0, 0)
    };
    assert_eq!(world.deliver().await, sent);
    assert_eq!(world.deliver().await, report(0, 0, 0));

    let mails = world.mail.sent();
    assert_eq!(mails.len(), 1);
    assert_eq!(mails[0].subject, "Villa Awa : Dalle coulée kept");
    assert_eq!(mails[0].to_name.as_deref(), Some("Awa Diallo"));
    let pushes = world.push.sent();
    assert_eq!(pushes[0].body, "Du nouveau sur Villa Awa : Dalle coulée kept too");
    assert_eq!(pushes[0].data["updateId"], "upd_1");
    assert_eq!(pushes[0].data["kind"], "project_update_posted");
    let row = world.row(id).await;
    assert_eq!((row.status, row.sent_at), (Status::Sent, Some(world.clock.now())));
}

#[tokio::test]
async fn credentials_are_unreadable_in_the_table_and_gone_after_sending() {
    let world = World::new().await;
    let id = world.enqueue(credentials("secret")).await.unwrap();
    let row = world.row(id).await;
    let sealed = row.secret_data.clone().unwrap();
    assert!(!sealed.windows(4).any(|bytes| bytes == b"kola"));
    assert!(!format!("{:?}", row.data).contains("kola"));

    assert_eq!(world.deliver().await, report(1, 0, 0));
    assert!(world.mail.sent()[0].text.contains("kola-baobab-42"));
    assert_eq!(world.row(id).await.secret_data, None);
}

#[tokio::test]
async fn credentials_that_could_not_be_sent_in_time_are_wiped_and_not_replayed() {
    let world = World::new().await;
    world.mail.fail_with([SendError::temporary("greylisted")]);
    let id = world.enqueue(credentials("late")).await.unwrap();
    assert_eq!(world.deliver().await, report(0, 1, 0));
    world.clock.advance(TimeDelta::hours(73));

    assert_eq!(world.deliver().await, report(0, 0, 1));
    let row = world.row(id).await;
    assert_eq!((row.status, row.secret_data), (Status::Dead, None));
    assert!(row.last_error.unwrap().contains("greylisted"));
    assert!(world.mail.sent().is_empty());
    let Err(CommandError::Rejected(violations)) = replay_delivery(&world.ctx, &Actor::System, id).await
    else {
        panic!("wiped credentials must not be replayed")
    };
    assert_eq!(violations[0].code, ErrorCode::Locked);
}

#[tokio::test]
async fn a_newer_message_cancels_the_one_that_waits() {
    let world = World::new().await;
    let first = credentials("first");
    let recipient = first.recipient;
    let id = world.enqueue(first).await.unwrap();
    let tx = world.ctx.db.begin_write(world.clock.now()).await.unwrap();
    assert_eq!(
        cancel_in_tx(&tx, recipient, "client_credentials").await.unwrap(),
        1
    );
    tx.commit().await.unwrap();

    assert_eq!(world.deliver().await, report(0, 0, 0));
    let row = world.row(id).await;
    assert_eq!((row.status, row.secret_data), (Status::Cancelled, None));
}

#[tokio::test]
async fn waits_longer_each_time_and_as_long_as_asked() {
    let world = World::new().await;
    // The last one comes first.
    world.mail.fail_with([
        SendError::Temporary {
            reason: "busy".to_owned(),
            retry_after: Some(Duration::from_secs(3600)),
        },
        SendError::temporary("no answer"),
    ]);
    let id = world.enqueue(update_mail("flaky")).await.unwrap();
    assert_eq!(world.deliver().await, report(0, 1, 0));
    let row = world.row(id).await;
    assert_eq!(row.next_attempt_at, world.clock.now() + TimeDelta::seconds(5));
    assert_eq!(row.last_error.as_deref(), Some("no answer"));
    assert_eq!(world.deliver().await, report(0, 0, 0));

    world.clock.advance(TimeDelta::seconds(5));
    assert_eq!(world.deliver().await, report(0, 1, 0));
    world.clock.advance(TimeDelta::seconds(3599));
    assert_eq!(world.deliver().await, report(0, 0, 0));
    world.clock.advance(TimeDelta::seconds(1));
    assert_eq!(world.deliver().await, report(1, 0, 0));
    assert_eq!(world.row(id).await.attempts, 3);
}

#[tokio::test]
async fn gives_up_at_last_and_staff_may_replay() {
    let world = World::new().await;
    world
        .mail
        .fail_with((0..12).map(|_| SendError::temporary("no route")));
    let id = world.enqueue(update_mail("hopeless")).await.unwrap();
    for _ in 0..11 {
        assert_eq!(world.deliver().await, report(0, 1, 0));
        world.clock.advance(TimeDelta::hours(5));
    }
    assert_eq!(world.deliver().await, report(0, 0, 1));
    assert_eq!(world.row(id).await.status, Status::Dead);

    assert!(matches!(
        replay_delivery(&world.ctx, &Actor::Anonymous, id).await,
        Err(CommandError::Unauthenticated)
    ));
    let replayed = replay_delivery(&world.ctx, &Actor::System, id).await.unwrap();
    assert_eq!((replayed.status, replayed.attempts), (Status::Pending, 0));
    assert_eq!(world.deliver().await, report(1, 0, 0));
    let Err(CommandError::Rejected(violations)) = replay_delivery(&world.ctx, &Actor::System, id).await
    else {
        panic!("what was sent must not be sent again")
    };
    assert_eq!(violations[0].code, ErrorCode::Locked);
}

#[tokio::test]
async fn what_is_refused_for_good_is_given_up_at_once() {
    let world = World::new().await;
    world.mail.fail_with([SendError::permanent("no such mailbox")]);
    let refused = world.enqueue(update_mail("refused")).await.unwrap();
    assert_eq!(world.deliver().await, report(0, 0, 1));
    assert_eq!(
        world.row(refused).await.last_error.as_deref(),
        Some("no such mailbox")
    );
    let mut unmade = update_mail("unmade");
    unmade.data = serde_json::json!({ "name": "Awa" });
    let unmade = world.enqueue(unmade).await.unwrap();
    assert_eq!(world.deliver().await, report(0, 0, 1));
    let error = world.row(unmade).await.last_error.unwrap();
    assert!(error.contains("project_update_posted.fr.txt"), "{error}");
}

#[tokio::test]
async fn a_server_that_died_in_the_middle_is_relieved_when_its_lease_ends() {
    let world = World::new().await;
    let id = world.enqueue(update_mail("orphan")).await.unwrap();
    // What a server leaves that died between claiming and noting.
    let tx = world.ctx.db.begin_write(world.clock.now()).await.unwrap();
    Entity::update_many()
        .col_expr(Column::LeaseOwner, Expr::value(Uuid::new_v4()))
        .col_expr(
            Column::LeaseUntil,
            Expr::value(world.clock.now() + TimeDelta::seconds(60)),
        )
        .col_expr(Column::Attempts, Expr::value(1))
        .filter(Column::Id.eq(id))
        .exec(tx.conn())
        .await
        .unwrap();
    tx.commit().await.unwrap();

    assert_eq!(world.deliver().await, report(0, 0, 0));
    world.clock.advance(TimeDelta::seconds(61));
    assert_eq!(world.deliver().await, report(1, 0, 0));
    assert_eq!(world.row(id).await.attempts, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn workers_share_the_work_without_sending_twice() {
    let world = World::new().await;
    for number in 0..60 {
        world.enqueue(update_mail(&number.to_string())).await.unwrap();
    }
    // As another process would: its own connections.
    let mut other = world.ctx.clone();
    if world.database.is_postgres() {
        other.db = world.database.connect().await;
    }
    let (one, two) = tokio::join!(
        deliver_due(&world.ctx, &world.transports),
        deliver_due(&other, &world.transports)
    );
    assert_eq!(one.unwrap().sent + two.unwrap().sent, 60);
    let ids: HashSet<String> = world.mail.sent().into_iter().map(|mail| mail.id).collect();
    assert_eq!((ids.len(), world.mail.sent().len()), (60, 60));
    if world.database.is_postgres() {
        other.db.close().await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_worker_wakes_after_a_commit_and_stops_when_told() {
    let world = World::new().await;
    let stop = CancellationToken::new();
    let worker = tokio::spawn(run(world.ctx.clone(), world.transports.clone(), stop.clone()));
    world.enqueue(update_mail("wake up")).await.unwrap();
    let sent = async {
        while world.mail.sent().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), sent).await.unwrap();
    stop.cancel();
    tokio::time::timeout(Duration::from_secs(20), worker)
        .await
        .unwrap()
        .unwrap();
}

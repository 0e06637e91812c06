//! Backups that the server makes: whole under writes, the same on both databases, on time, seen by administrators.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use belle_house::features::backups::{make_when_due, raise_when_stale};
use chrono::TimeDelta;
use platform::backup::Backup;
use platform::clock::Clock;
use platform::db::Db;
use sea_orm::{ConnectionTrait, Statement};
use serde_json::{Value, json};

use crate::backup_world::{BackupWorld, named_files, options};
use crate::billing_world::issued;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

const BACKUPS: &str = "{ backups { isConfigured isRunning isRequested isStale problem nodes { name takenAt rows \
    pictures missingPictures provenAt problem } } }";
const BACKUP_NOW: &str =
    "mutation { backupNow { backups { isRequested } userErrors { code message field } } }";

async fn number(db: &Db, sql: &str) -> i64 {
    let row = db
        .reader()
        .query_one_raw(Statement::from_string(db.backend(), sql))
        .await
        .unwrap()
        .unwrap();
    row.try_get_by_index(0).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_comes_back_the_same_from_either_database_into_the_other() {
    let world = BackupWorld::start(TestApp::builder().with_demo()).await;
    let first = world.back_up().await;
    assert!(first.proven_at.is_some() && first.problem.is_none() && first.missing_files == 0);
    let manifest = world.manifest(&first).await;
    assert!(manifest.tables.len() > 30, "{:?}", manifest.tables.keys());
    assert!(manifest.tables["invoices"].rows > 0 && manifest.tables["audit_entries"].rows > 0);
    assert!(!manifest.files.is_empty());
    assert_eq!(
        manifest.files.len(),
        named_files(&world.app.ctx().db).await.len(),
        "every file that a row names"
    );
    assert!(!manifest.tables.contains_key("events"), "readers begin anew");

    // On PostgreSQL: → SQLite → PostgreSQL → SQLite.
    let mut backup = first;
    let mut databases = Vec::new();
    for step in 0..3 {
        let target = match step {
            1 => TestDatabase::create().await,
            _ => TestDatabase::create_sqlite().await,
        };
        let (again, folder) = world.moved(&backup, target.url()).await;
        let moved = world.manifest(&again).await;
        for (table, summary) in &manifest.tables {
            assert_eq!(&moved.tables[table], summary, "{table}, step {step}");
        }
        assert_eq!(moved, manifest, "step {step}");
        backup = again;
        databases.push((target, folder));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_written_meanwhile_is_in_it_as_a_whole_or_not_at_all() {
    let world = Arc::new(BackupWorld::start(TestApp::builder()).await);
    let (staff, client) = (world.app.staff().await, world.app.client().await);
    let project = world.app.project(&staff, &client).await;
    let done = Arc::new(AtomicBool::new(false));
    let writer = {
        let (world, project, done) = (Arc::clone(&world), project.clone(), Arc::clone(&done));
        tokio::spawn(async move {
            let mut written = 0;
            while !done.load(Ordering::Relaxed) && written < 2000 {
                issued(&world.app, &staff, &project, "1000").await;
                written += 1;
            }
            written
        })
    };
    let mut made: Vec<Backup> = Vec::new();
    for _ in 0..3 {
        made.push(world.back_up().await);
    }
    done.store(true, Ordering::Relaxed);
    let written: i64 = writer.await.unwrap();
    let mut counts = Vec::new();
    for backup in &made {
        let target = TestDatabase::create_sqlite().await;
        world.restore(backup, target.url(), false).await.unwrap();
        let db = Db::connect(&options(target.url())).await.unwrap();
        let invoices = number(&db, "SELECT count(*) FROM invoices WHERE state = 'ISSUED'").await;
        let last = number(&db, "SELECT last_number FROM number_series WHERE series = 'BH'").await;
        let lines = number(&db, "SELECT count(*) FROM invoice_items").await;
        let audited = number(
            &db,
            "SELECT count(*) FROM audit_entries WHERE record_kind = 'Invoice' AND action = 'CREATE'",
        )
        .await;
        assert_eq!((invoices, lines, audited), (last, last, last));
        counts.push(invoices);
        db.close().await.unwrap();
    }
    let grew = counts.windows(2).all(|pair| pair[0] < pair[1]);
    assert!(grew && counts[2] <= written, "{counts:?} of {written}");
}

async fn look(app: &TestApp, who: &Person) -> Value {
    app.graphql(who, BACKUPS, json!({})).await.data()["backups"].clone()
}

#[tokio::test]
async fn administrators_have_one_made_and_see_that_it_is_proven() {
    let world = BackupWorld::start(TestApp::builder()).await;
    let app = &world.app;
    let (staff, admin) = (app.staff().await, app.admin().await);
    for document in [BACKUPS, BACKUP_NOW] {
        assert_eq!(app.graphql(&staff, document, json!({})).await.code(), "FORBIDDEN");
    }
    let nothing = look(app, &admin).await;
    assert_eq!(
        (&nothing["isStale"], &nothing["nodes"]),
        (&json!(true), &json!([]))
    );
    // The first one is due at once.
    make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
    assert!(
        make_when_due(app.ctx(), &world.storage())
            .await
            .unwrap()
            .is_none()
    );
    let seen = look(app, &admin).await;
    assert_eq!(seen["isStale"], false);
    assert_eq!(seen["nodes"].as_array().unwrap().len(), 1);
    assert!(seen["nodes"][0]["provenAt"].is_string() && seen["nodes"][0]["rows"].as_i64() > Some(0));
    let first = seen["nodes"][0]["name"].clone();

    app.advance(TimeDelta::seconds(1));
    let asked = app.graphql(&admin, BACKUP_NOW, json!({})).await.data();
    assert_eq!(asked["backupNow"]["backups"]["isRequested"], true, "{asked}");
    make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
    let seen = look(app, &admin).await;
    assert_eq!(
        (seen["isRequested"].clone(), seen["isRunning"].clone()),
        (json!(false), json!(false))
    );
    // A day keeps its last one.
    assert_eq!(seen["nodes"].as_array().unwrap().len(), 1);
    assert_ne!(seen["nodes"][0]["name"], first, "{seen}");
    assert!(seen["nodes"][0]["provenAt"].is_string());

    app.advance(TimeDelta::hours(37));
    let admin = app.sign_in(&admin.email, crate::support::people::PASSWORD).await;
    assert_eq!(look(app, &admin).await["isStale"], true);
    let dashboard = app
        .graphql(&admin, "{ dashboard { backupsAreStale } }", json!({}))
        .await;
    assert_eq!(dashboard.data()["dashboard"]["backupsAreStale"], true);

    // Administrators are written to, once a day.
    let alarms = async || {
        app.run_jobs().await;
        let mut sent = app.mail.sent();
        sent.retain(|mail| mail.subject.contains("aucune sauvegarde récente"));
        sent
    };
    for _ in 0..2 {
        assert!(raise_when_stale(app.ctx()).await.unwrap());
    }
    let written = alarms().await;
    assert_eq!(written.len(), 1);
    assert!(written[0].to.contains(&admin.email), "{}", written[0].to);
    app.advance(TimeDelta::days(1));
    assert!(raise_when_stale(app.ctx()).await.unwrap());
    assert_eq!(alarms().await.len(), 2, "the next day again");
    make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
    assert!(!raise_when_stale(app.ctx()).await.unwrap());
    let nothing_done = TestApp::start().await;
    assert!(
        !raise_when_stale(nothing_done.ctx()).await.unwrap(),
        "the first one is on its way"
    );
}

#[tokio::test]
async fn without_keys_none_is_made_and_it_is_said() {
    let app = TestApp::start().await;
    let admin = app.admin().await;
    let refused = app.graphql(&admin, BACKUP_NOW, json!({})).await.data();
    assert_eq!(refused["backupNow"]["userErrors"][0]["code"], "LOCKED");
    let seen = look(&app, &admin).await;
    assert_eq!(
        (&seen["isConfigured"], &seen["isStale"]),
        (&json!(false), &json!(true))
    );
}

#[tokio::test]
async fn old_ones_go_once_newer_ones_are_proven_and_a_clock_set_back_takes_none() {
    let world = BackupWorld::start(
        TestApp::builder()
            .setting("BACKUP_KEEP_DAILY", "2")
            .setting("BACKUP_KEEP_WEEKLY", "0")
            .setting("BACKUP_KEEP_MONTHLY", "0"),
    )
    .await;
    let app = &world.app;
    let names = || {
        let folder = platform::backup::Folder::new(world.config().backup.folder.clone());
        folder
            .list()
            .unwrap()
            .into_iter()
            .map(|backup| backup.name)
            .collect::<Vec<_>>()
    };
    for _ in 0..4 {
        make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
        app.advance(TimeDelta::days(1));
    }
    let kept = names();
    assert_eq!(kept.len(), 2, "{kept:?}");
    assert!(
        kept[0].contains("20261124") && kept[1].contains("20261123"),
        "{kept:?}"
    );

    // A year back: one is made all the same, and nothing is removed.
    app.clock.set(app.clock.now() - TimeDelta::days(365));
    let made = make_when_due(app.ctx(), &world.storage()).await.unwrap().unwrap();
    assert!(
        make_when_due(app.ctx(), &world.storage())
            .await
            .unwrap()
            .is_none(),
        "once"
    );
    let after = names();
    assert_eq!(after, [kept[0].clone(), kept[1].clone(), made.name.clone()]);
    assert!(made.proven_at.is_some());
}

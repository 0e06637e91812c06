//! Data of releases before this one goes on: brought up to date by this build's migrations, and then worked with.
//!
//! `scripts/fixture` has made it with a release's own binary (tests/fixtures/make.py), with what that said of it.

use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use belle_house::features::media;
use chrono::{DateTime, Utc};
use flate2::read::GzDecoder;
use futures_util::future::join_all;
use migration::{Migrator, MigratorTrait};
use platform::db::Db;
use platform::migrate::{applied, migrate, plan};
use platform::storage::{NewFile, Storage};
use sea_orm::ConnectionTrait;
use serde_json::{Value, json};

use crate::billing_world::issued;
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;
use crate::support::people::Person;

const EVENTS: &str = "subscription($after: String) { viewerEvents(after: $after) { __typename \
    ... on StreamEvent { cursor replayed } ... on ProjectUpdatePosted { projectUpdate { id title } } } }";
const REFRESH: &str = "mutation($input: RefreshSessionInput!) { refreshSession(input: $input) { \
    session { accessToken } userErrors { code message } } }";
const PICTURES: &str = "{ viewer { projects(first: 3) { nodes { updates(first: 5) { nodes { images { \
    id url(width: 640) } } } } } } }";

/// What a release has left.
struct Release {
    folder: PathBuf,
    /// What it said of its data.
    told: Value,
}

impl Release {
    /// All that are kept, for the database that the run is on.
    fn all() -> Vec<Self> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/releases");
        let mut folders: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        folders.sort();
        assert!(!folders.is_empty(), "scripts/fixture makes one");
        folders.into_iter().map(Self::read).collect()
    }

    fn read(folder: PathBuf) -> Self {
        let name = if TestDatabase::on_postgres() {
            "postgres.json"
        } else {
            "sqlite.json"
        };
        let told = serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap();
        Self { folder, told }
    }

    fn text(&self, name: &str) -> &str {
        self.told[name].as_str().unwrap_or_else(|| panic!("{name}"))
    }

    fn unpacked(&self, name: &str) -> Vec<u8> {
        let mut bytes = Vec::new();
        GzDecoder::new(&*fs::read(self.folder.join(name)).unwrap())
            .read_to_end(&mut bytes)
            .unwrap();
        bytes
    }

    /// A database with its data, as it left it.
    async fn database(&self) -> TestDatabase {
        let sql = String::from_utf8(self.unpacked("postgres.sql.gz")).unwrap();
        TestDatabase::filled(&self.unpacked("sqlite.sqlite3.gz"), &sql).await
    }
}

/// This build's migrations, by name.
fn known() -> Vec<String> {
    let migrations = Migrator::migrations();
    let mut names: Vec<String> = migrations.iter().map(|it| it.name().to_owned()).collect();
    names.sort();
    names
}

/// What would be applied, by name.
async fn missing(db: &Db) -> Vec<String> {
    let planned = plan(db).await.unwrap();
    let mut names: Vec<String> = planned.into_iter().map(|it| it.name).collect();
    names.sort();
    names
}

fn now() -> DateTime<Utc> {
    "2026-11-21T05:00:00Z".parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn data_of_the_releases_before_goes_on() {
    for release in Release::all() {
        let database = Arc::new(release.database().await);
        let db = database.connect().await;
        let before = applied(&db).await.unwrap();
        assert_eq!(before.last().unwrap(), release.text("lastMigration"));
        assert_eq!(
            before,
            known()[..before.len()],
            "migrations are only ever added behind"
        );
        assert_eq!(
            missing(&db).await,
            known()[before.len()..],
            "all that were added since"
        );
        db.close().await.unwrap();

        let app = TestApp::builder()
            .on(Arc::clone(&database))
            .leaves_deliveries_pending()
            .start()
            .await;
        assert_eq!(applied(&app.ctx().db).await.unwrap(), known());
        assert!(plan(&app.ctx().db).await.unwrap().is_empty());
        the_same_is_read(&app, &release).await;
        work_goes_on(&app, &release).await;
        pictures_are_found(&app, &release).await;
    }
}

/// People, records, ids, numbers, and the session of a phone that slept through the update.
async fn the_same_is_read(app: &TestApp, release: &Release) {
    let input = json!({ "refreshToken": release.text("refreshToken") });
    let refreshed = app.run(None, REFRESH, input).await;
    let token = refreshed["session"]["accessToken"].as_str().unwrap();
    let read = app
        .graphql(token, release.text("document"), json!({}))
        .await
        .data();
    assert_eq!(read, release.told["answer"]);
    let staff = app.sign_in(release.text("staff"), release.text("password")).await;
    let read = app
        .graphql(&staff, release.text("staffDocument"), json!({}))
        .await;
    let (mut read, mut told) = (read.data(), release.told["staffAnswer"].clone());
    // Signing in may have written letters, which come first.
    let (letters, before) = (read["deliveries"].take(), told["deliveries"].take());
    // A day has passed since, on which an invoice fell due.
    let on_the_day = |answer: &Value| answer.to_string().replace("OVERDUE", "SENT");
    assert_eq!(on_the_day(&read), on_the_day(&told));
    assert!(
        letters["totalCount"].as_u64() >= before["totalCount"].as_u64(),
        "{letters}"
    );
    let nodes = letters["nodes"].as_array().unwrap();
    let known = before["nodes"].as_array().unwrap();
    assert!(nodes.contains(&known[0]), "{:?} is not among {nodes:?}", known[0]);
}

/// The next number is the next one, and a client who was away hears of what is new, once.
async fn work_goes_on(app: &TestApp, release: &Release) {
    let sign_in =
        async |who: &str| -> Person { app.sign_in(release.text(who), release.text("password")).await };
    let (client, staff) = (sign_in("client").await, sign_in("staff").await);
    let project = release.text("project");
    let after = json!({ "after": release.told["eventCursor"] });
    let mut live = app.subscribe(&client, EVENTS, after).await;

    let invoice = issued(app, &staff, project, "70000").await;
    let (series, last) = release.text("lastNumber").rsplit_once('/').unwrap();
    let next = last.parse::<u64>().unwrap() + 1;
    assert_eq!(invoice["number"], format!("{series}/{next}"));

    let posted = app.post_update(&staff, project, "Après la mise à jour").await;
    let first = live.next_event().await;
    assert_ne!(
        first["__typename"], "StreamReset",
        "the cursor of before is good: {first}"
    );
    let event = live
        .next_event_where(|event| event["__typename"] == "ProjectUpdatePosted")
        .await;
    assert_eq!(
        event["projectUpdate"],
        json!({ "id": posted, "title": "Après la mise à jour" })
    );
    assert_eq!(event["replayed"], false);
}

/// The dumps hold pictures' rows and not their files: files of the right size are put where the rows say.
async fn pictures_are_found(app: &TestApp, release: &Release) {
    let client = app
        .sign_in(release.text("client"), release.text("password"))
        .await;
    let data = app.graphql(&client, PICTURES, json!({})).await.data();
    let images: Vec<&Value> = data["viewer"]["projects"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|project| project["updates"]["nodes"].as_array().unwrap())
        .flat_map(|update| update["images"].as_array().unwrap())
        .collect();
    let told = release.told["answer"].to_string();
    let image = images
        .iter()
        .find(|image| told.contains(image["id"].as_str().unwrap()))
        .unwrap();
    let url = image["url"].as_str().unwrap();
    let head = app.http().head(url).send().await.unwrap();
    assert_eq!(head.status(), 200, "{url}");
    let hash = head.headers()["etag"]
        .to_str()
        .unwrap()
        .trim_matches('"')
        .to_owned();
    let length: usize = head.headers()["content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();

    let ctx = app.ctx();
    let keys = media::all_files(ctx.db.reader()).await.unwrap();
    let key = keys.into_iter().find(|key| key.contains(&hash)).unwrap();
    let content = vec![7_u8; length];
    let file = NewFile {
        key,
        content_type: "image/webp",
        bytes: content.clone().into(),
    };
    let storage = Storage::open(&ctx.config.storage, &ctx.config.data_dir).unwrap();
    storage.put(vec![file]).await.unwrap();
    let got = app.http().get(url).send().await.unwrap();
    assert_eq!(got.status(), 200);
    assert_eq!(got.bytes().await.unwrap(), content);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_of_a_newer_version_is_refused_and_left_alone() {
    const LATER: &str = "m20991231_000001_later";
    let database = TestDatabase::create().await;
    let db = database.connect().await;
    db.migrator()
        .execute_unprepared(&format!(
            "INSERT INTO seaql_migrations (version, applied_at) VALUES ('{LATER}', 4102358400)"
        ))
        .await
        .unwrap();
    // And one that is missing here must not be applied to what isn't understood.
    let last = known().pop().unwrap();
    db.migrator()
        .execute_unprepared(&format!("DELETE FROM seaql_migrations WHERE version = '{last}'"))
        .await
        .unwrap();
    let before = applied(&db).await.unwrap();
    for refused in [
        migrate(&db, now()).await.unwrap_err(),
        plan(&db).await.unwrap_err(),
    ] {
        let told = format!("{refused:#}");
        assert!(told.contains("newer version") && told.contains(LATER), "{told}");
    }
    assert_eq!(applied(&db).await.unwrap(), before);

    let folder = tempfile::tempdir().unwrap();
    let launch =
        belle_house_bench::process::Launch::new(env!("CARGO_BIN_EXE_belle-house"), folder.path()).unwrap();
    let launch = launch.env("DATABASE_URL", database.url());
    for command in [&["migrate"][..], &["migrate", "--plan"], &["serve"]] {
        let refused = launch.run(command, "").unwrap_err();
        assert!(
            format!("{refused:#}").contains("newer version"),
            "{command:?}: {refused:#}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_start_together_migrate_once() {
    let database = TestDatabase::empty().await;
    // SQLite has one serving process.
    let instances = if database.is_postgres() { 4 } else { 1 };
    let mut connected = Vec::new();
    for _ in 0..instances {
        connected.push(database.connect().await);
    }
    assert_eq!(missing(&connected[0]).await, known());
    assert_eq!(
        applied(&connected[0]).await.unwrap(),
        Vec::<String>::new(),
        "a plan changes nothing"
    );
    for outcome in join_all(connected.iter().map(|db| migrate(db, now()))).await {
        outcome.unwrap();
    }
    assert_eq!(applied(&connected[0]).await.unwrap(), known());
    for db in connected {
        assert!(plan(&db).await.unwrap().is_empty());
        db.close().await.unwrap();
    }
}

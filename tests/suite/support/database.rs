//! A migrated database for each test, gone with it.
//!
//! Migrating takes longer than most tests, so it is done once: SQLite tests copy a migrated file, PostgreSQL
//! tests clone a template database. Either is shared by all processes of a run (cargo-nextest gives each test its
//! own) and made anew when the test binary, and with it perhaps a migration, has changed.

use migration::{Migrator, MigratorTrait};
use platform::db::{DatabaseOptions, Db};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use std::fs::{self, File};
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, UNIX_EPOCH};

/// Which database the run is on: set, it is the URL of a PostgreSQL where databases may be created.
pub const VARIABLE: &str = "TEST_DATABASE_URL";

/// Locks the making of the template among processes; any number that nobody else uses.
const TEMPLATE_LOCK: i64 = 0x0062_6865_5f74;

/// A migrated, empty database of one test.
#[derive(Debug)]
pub struct TestDatabase {
    url: String,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Sqlite { _folder: tempfile::TempDir },
    Postgres { server: String, name: String },
}

impl TestDatabase {
    /// Copies the template.
    pub async fn create() -> Self {
        match std::env::var(VARIABLE) {
            Ok(server) => Self::create_postgres(server).await,
            Err(_) => Self::create_sqlite().await,
        }
    }

    /// As [`TestDatabase::create`], on SQLite whatever the run is on.
    pub async fn create_sqlite() -> Self {
        let folder = tempfile::Builder::new().prefix("belle-house-").tempdir().unwrap();
        let file = folder.path().join("test.sqlite3");
        copy_sqlite_template(&file).await;
        Self {
            url: format!("sqlite://{}", file.display()),
            place: Place::Sqlite { _folder: folder },
        }
    }

    async fn create_postgres(server: String) -> Self {
        let control = connect(&server).await;
        let template = postgres_template(&server, &control).await;
        let name = unused_name();
        run(&control, &format!("CREATE DATABASE {name} TEMPLATE {template}")).await;
        control.close().await.unwrap();
        Self {
            url: with_database(&server, &name),
            place: Place::Postgres { server, name },
        }
    }

    /// A database without any schema.
    pub async fn empty() -> Self {
        Self::filled(&[], "").await
    }

    /// What another build has left: the bytes of SQLite's file, or SQL for PostgreSQL.
    pub async fn filled(sqlite: &[u8], postgres: &str) -> Self {
        let Ok(server) = std::env::var(VARIABLE) else {
            let folder = tempfile::Builder::new().prefix("belle-house-").tempdir().unwrap();
            let file = folder.path().join("test.sqlite3");
            fs::write(&file, sqlite).unwrap();
            return Self {
                url: format!("sqlite://{}", file.display()),
                place: Place::Sqlite { _folder: folder },
            };
        };
        let control = connect(&server).await;
        let name = unused_name();
        run(&control, &format!("CREATE DATABASE {name}")).await;
        control.close().await.unwrap();
        let url = with_database(&server, &name);
        if !postgres.is_empty() {
            let database = connect(&url).await;
            run(&database, postgres).await;
            database.close().await.unwrap();
        }
        let place = Place::Postgres { server, name };
        Self { url, place }
    }

    /// Whether the run is on PostgreSQL.
    pub fn on_postgres() -> bool {
        std::env::var_os(VARIABLE).is_some()
    }

    /// The address, as `DATABASE_URL` takes it.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it is PostgreSQL, where two servers may share it.
    pub fn is_postgres(&self) -> bool {
        matches!(self.place, Place::Postgres { .. })
    }

    /// Connection options that suit many tests at once.
    pub fn options(&self) -> DatabaseOptions {
        DatabaseOptions {
            url: self.url.clone(),
            max_connections: 6,
            statement_timeout: Duration::from_secs(30),
        }
    }

    /// Connects as the server does.
    pub async fn connect(&self) -> Db {
        Db::connect(&self.options()).await.unwrap()
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        let Place::Postgres { server, name } = &self.place else {
            return;
        };
        let (server, name) = (server.clone(), name.clone());
        // Dropping can't wait for a future on the test's own runtime; a thread with its own can.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .unwrap();
            runtime.block_on(async {
                let control = connect(&server).await;
                run(&control, &format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
                control.close().await.unwrap();
            });
        });
        if dropped.join().is_err() && !std::thread::panicking() {
            panic!("the test's database could not be dropped");
        }
    }
}

/// For a database of PostgreSQL.
fn unused_name() -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    format!(
        "belle_test_{}_{}_{}",
        build_stamp(),
        std::process::id(),
        NUMBER.fetch_add(1, Ordering::Relaxed)
    )
}

/// Changes with the test binary.
fn build_stamp() -> String {
    let binary = fs::metadata(std::env::current_exe().unwrap()).unwrap();
    let modified = binary.modified().unwrap().duration_since(UNIX_EPOCH).unwrap();
    format!("{:x}", modified.as_nanos() ^ u128::from(binary.len()))
}

/// Copies the migrated file, which whoever comes first has made.
async fn copy_sqlite_template(to: &Path) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let template = folder.join(format!("template-{}.sqlite3", build_stamp()));
    let lock = File::create(folder.join("template.lock")).unwrap();
    // Released when the file is closed, also by a crash.
    let _lock = tokio::task::spawn_blocking(move || lock.lock().map(|()| lock))
        .await
        .unwrap()
        .unwrap();
    if !template.exists() {
        let building = folder.join("template-building.sqlite3");
        for old in fs::read_dir(folder).unwrap().flatten() {
            if old.file_name().to_string_lossy().starts_with("template-") {
                fs::remove_file(old.path()).unwrap();
            }
        }
        migrate(&format!("sqlite://{}", building.display())).await;
        fs::rename(&building, &template).unwrap();
    }
    fs::copy(template, to).unwrap();
}

async fn postgres_template(server: &str, control: &DatabaseConnection) -> String {
    let template = format!("belle_template_{}", build_stamp());
    run(control, &format!("SELECT pg_advisory_lock({TEMPLATE_LOCK})")).await;
    let found = format!("SELECT 1 FROM pg_database WHERE datname = '{template}'");
    let statement = sea_orm::Statement::from_string(sea_orm::DbBackend::Postgres, found);
    if control.query_one_raw(statement).await.unwrap().is_none() {
        // Built under another name, so that a run that was stopped in the middle leaves no half template.
        let building = format!("{template}_building");
        run(
            control,
            &format!("DROP DATABASE IF EXISTS {building} WITH (FORCE)"),
        )
        .await;
        run(control, &format!("CREATE DATABASE {building}")).await;
        migrate(&with_database(server, &building)).await;
        run(
            control,
            &format!("ALTER DATABASE {building} RENAME TO {template}"),
        )
        .await;
    }
    run(control, &format!("SELECT pg_advisory_unlock({TEMPLATE_LOCK})")).await;
    template
}

async fn migrate(url: &str) {
    let options = DatabaseOptions {
        url: url.to_owned(),
        max_connections: 2,
        statement_timeout: Duration::from_secs(60),
    };
    let db = Db::connect(&options).await.unwrap();
    Migrator::up(db.migrator(), None).await.unwrap();
    db.close().await.unwrap();
}

/// One connection, because the advisory lock belongs to it.
async fn connect(url: &str) -> DatabaseConnection {
    let mut options = ConnectOptions::new(url.to_owned());
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    Database::connect(options)
        .await
        .unwrap_or_else(|error| panic!("{VARIABLE}={url}: {error}"))
}

async fn run(connection: &DatabaseConnection, sql: &str) {
    connection
        .execute_unprepared(sql)
        .await
        .unwrap_or_else(|error| panic!("{sql}: {error}"));
}

fn with_database(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).unwrap();
    url.set_path(name);
    url.to_string()
}

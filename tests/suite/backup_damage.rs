//! What is wrong with a backup, or in its way, is told, and nothing is half: neither the backup nor what it would replace.

use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use belle_house_bench::process::Launch;
use platform::backup::{Folder, Identities, Manifest, check, generate, unwatched};
use platform::db::DatabaseOptions;

use crate::backup_world::{BackupWorld, options};
use crate::support::app::TestApp;
use crate::support::database::TestDatabase;

const BINARY: &str = env!("CARGO_BIN_EXE_belle-house");
const PASSWORD: &str = "tabouret lune girafe orage\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_byte_a_lost_end_and_a_wrong_key_are_refused_before_anything_is_touched() {
    let world = BackupWorld::start(TestApp::builder()).await;
    let (staff, client) = (world.app.staff().await, world.app.client().await);
    world.app.project(&staff, &client).await;
    let backup = world.back_up().await;
    let target = TestDatabase::create().await;
    world.restore(&backup, target.url(), false).await.unwrap();
    let refused = world
        .restore(&backup, target.url(), false)
        .await
        .unwrap_err()
        .to_string();
    assert!(refused.contains("--replace"), "{refused}");
    let before = fingerprint(target.options()).await;

    let whole = std::fs::read(world.file(&backup)).unwrap();
    let mut broken: Vec<(String, Vec<u8>)> = Vec::new();
    for place in [0, 30, 150, 400, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 1;
        broken.push((format!("byte {place} of {}", whole.len()), bytes));
    }
    for length in [0, 10, 300, whole.len() / 2, whole.len() - 16, whole.len() - 1] {
        broken.push((
            format!("{length} of {} bytes", whole.len()),
            whole[..length].to_vec(),
        ));
    }
    let mut longer = whole.clone();
    longer.extend_from_slice(b"more");
    broken.push(("something behind it".to_owned(), longer));
    for (what, bytes) in broken {
        std::fs::write(world.file(&backup), bytes).unwrap();
        let refused = world.restore(&backup, target.url(), true).await;
        assert!(refused.is_err(), "{what} was taken");
        let after = fingerprint(target.options()).await;
        assert_eq!(before, after, "{what}");
    }

    // What is found to be damaged counts as proven no longer; a wrong key says nothing of it.
    let proven = |world: &BackupWorld| {
        let folder = Folder::new(world.config().backup.folder.clone());
        let seen = folder.list().unwrap().remove(0);
        (seen.proven_at.is_some(), seen.problem)
    };
    std::fs::write(world.file(&backup), &whole).unwrap();
    assert_eq!(proven(&world), (true, None));
    let mut flipped = whole.clone();
    flipped[whole.len() / 2] ^= 1;
    std::fs::write(world.file(&backup), &flipped).unwrap();
    assert!(world.verify(&backup, &world.identities).await.is_err());
    let (is_proven, problem) = proven(&world);
    assert!(!is_proven && problem.is_some_and(|it| it.contains("damaged")));
    std::fs::write(world.file(&backup), &whole).unwrap();
    world.verify(&backup, &world.identities).await.unwrap();

    let keys = tempfile::tempdir().unwrap();
    let other = keys.path().join("other");
    generate(&other).unwrap();
    let other = Identities::read(&other).unwrap();
    let refused = check(&world.file(&backup), &other, &unwatched())
        .await
        .unwrap_err();
    let refused = format!("{refused:#}");
    assert!(refused.contains("this identity doesn't open it"), "{refused}");
    assert!(world.verify(&backup, &other).await.is_err());
    assert_eq!(proven(&world), (true, None));
    world.restore(&backup, target.url(), true).await.unwrap();
}

/// What the database holds, by the checksums of a backup of it.
async fn fingerprint(database: DatabaseOptions) -> Manifest {
    use belle_house::features::backups;
    use platform::{backup, clock::Clock as _, config::StorageConfig, storage::Storage};
    let folder = tempfile::tempdir().unwrap();
    let keys = folder.path().join("identity");
    let recipient = generate(&keys).unwrap();
    let storage = Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
    let place = Folder::new(folder.path().join("backups"));
    let now = platform::clock::SystemClock.now();
    let source = backups::source(database, storage);
    let locked = place.lock().unwrap();
    let (made, _) = backup::create(&source, &locked, &[recipient], now, &unwatched())
        .await
        .unwrap();
    let identities = Identities::read(&keys).unwrap();
    let (_, mut manifest) = check(&place.file(&made.name), &identities, &unwatched())
        .await
        .unwrap();
    // Its storage is empty: what is missing there is every file that rows name.
    manifest.missing.sort();
    manifest
}

/// An operator's server with the demo company, and the keys of its backups beside it.
struct Operator {
    folder: tempfile::TempDir,
    launch: Launch,
    identity: PathBuf,
}

impl Operator {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let identity = folder.path().join("identity");
        let recipient = generate(&identity).unwrap().to_string();
        let launch = Launch::new(BINARY, folder.path())
            .unwrap()
            .env("BACKUP_RECIPIENT", recipient);
        Self {
            folder,
            launch,
            identity,
        }
    }

    fn run(&self, arguments: &[&str]) -> anyhow::Result<String> {
        self.launch.run(arguments, "")
    }

    /// With the variables of [`Launch::new`], through the shell `script`, in which `$0` is the binary.
    fn shell(&self, script: &str, arguments: &[&str]) -> Command {
        let recipient = Identities::read(&self.identity).unwrap().recipients()[0].to_string();
        let mut command = Command::new("sh");
        command
            .args(["-c", script, BINARY])
            .args(arguments)
            .current_dir(self.folder.path())
            .env_clear()
            .env("PATH", std::env::var("PATH").unwrap())
            .env("PUBLIC_URL", "http://127.0.0.1:8000")
            .env("SECRET_KEY", "Kq7vT2mXw9ZpLr4sYd8hBn3cJf6gUe1aQoRi5tNk")
            .env("DATA_DIR", self.launch.data_dir())
            .env("DEBUG", "false")
            .env("EMAIL_BACKEND", "file")
            .env("BACKUP_RECIPIENT", recipient);
        command
    }

    /// What its database holds.
    async fn fingerprint(&self) -> Manifest {
        let file = self.launch.data_dir().join("belle-house.sqlite3");
        fingerprint(options(&format!("sqlite://{}", file.display()))).await
    }

    /// Kills a command where it has come to what `reached` sees.
    fn kill_when(&self, arguments: &[&str], reached: impl Fn(&Path) -> bool) {
        let mut child = self
            .shell("exec \"$0\" \"$@\"", arguments)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let started = Instant::now();
        while !reached(&self.launch.data_dir()) {
            let ended = child.try_wait().unwrap();
            assert!(ended.is_none(), "{arguments:?} ended before: {ended:?}");
            assert!(started.elapsed() < Duration::from_secs(60), "{arguments:?}");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        let ended = child.wait().unwrap();
        assert_eq!(ended.signal(), Some(9), "{arguments:?} ended before");
    }

    fn backups(&self) -> Vec<String> {
        let folder = Folder::new(self.launch.data_dir().join("backups"));
        folder
            .list()
            .unwrap()
            .into_iter()
            .map(|backup| backup.name)
            .collect()
    }

    fn leftovers(&self) -> Vec<String> {
        std::fs::read_dir(self.launch.data_dir().join("backups"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.starts_with(".unfinished") || name.starts_with(".proof"))
            .collect()
    }

    fn identity(&self) -> &str {
        self.identity.to_str().unwrap()
    }
}

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout)
}

/// No file may grow beyond this many blocks of 512 bytes: to a program, a disk that is full.
const FULL: &str = "trap '' XFSZ; ulimit -f 160; exec \"$0\" \"$@\"";

#[tokio::test]
async fn a_full_disk_leaves_the_former_backup_and_the_former_data() {
    let operator = Operator::new();
    operator.run(&["demo", "--into-production"]).unwrap();
    operator.run(&["backup"]).unwrap();
    let backups = operator.backups();
    assert_eq!(backups.len(), 1);
    let data = operator.fingerprint().await;
    let output = operator.shell(FULL, &["backup"]).output().unwrap();
    assert!(!output.status.success());
    assert!(told(&output).contains("is the disk full?"), "{}", told(&output));
    assert_eq!(operator.backups(), backups);
    assert_eq!(operator.leftovers(), Vec::<String>::new());

    let restore = [
        "restore",
        &backups[0],
        "--identity",
        operator.identity(),
        "--replace",
    ];
    let output = operator.shell(FULL, &restore).output().unwrap();
    assert!(!output.status.success(), "{}", told(&output));
    assert_eq!(operator.fingerprint().await, data);
    // With room, it works.
    operator.run(&restore).unwrap();
}

#[tokio::test]
async fn a_restore_or_a_backup_that_is_killed_leaves_nothing_half() {
    let operator = Operator::new();
    operator.run(&["demo", "--into-production"]).unwrap();
    operator.run(&["backup"]).unwrap();
    let first = operator.backups();
    let begins = |data: &Path, prefix: &str| {
        let mut entries = std::fs::read_dir(data.join("backups")).unwrap().flatten();
        entries.any(|entry| entry.file_name().to_string_lossy().starts_with(prefix))
    };
    // While it is written: as if nothing had been begun.
    operator.kill_when(&["backup"], |data| begins(data, ".unfinished"));
    assert_eq!(operator.backups(), first);
    // While it is proven: it is there, and proves to be whole.
    operator.kill_when(&["backup"], |data| begins(data, ".proof"));
    let with_second = operator.backups();
    assert_eq!(with_second.len(), 2);
    assert!(!operator.leftovers().is_empty(), "killed in the middle");
    for name in &with_second {
        let proven = operator.run(&["backup", "verify", name, "--identity", operator.identity()]);
        assert!(proven.unwrap().contains("comes back"), "{name}");
    }
    assert_eq!(operator.leftovers(), Vec::<String>::new());

    // A restore, when the first picture is back: by then all rows are loaded, and nothing is committed.
    let admin = [
        "create-admin",
        "--email",
        "aissa@bellehouse.example",
        "--name",
        "Aïssa",
    ];
    operator.launch.run(&admin, PASSWORD).unwrap();
    let data = operator.fingerprint().await;
    let pictures = operator.launch.data_dir().join("media/images");
    std::fs::remove_dir_all(&pictures).unwrap();
    let restore = [
        "restore",
        &first[0],
        "--identity",
        operator.identity(),
        "--replace",
    ];
    operator.kill_when(&restore, |_| pictures.exists());
    assert_eq!(
        operator.fingerprint().await,
        data,
        "what was entered since is there"
    );
    operator.run(&restore).unwrap();
    assert_ne!(operator.fingerprint().await, data);
    // It fails for the demo company's passwords.
    let doctor = operator
        .shell("exec \"$0\" \"$@\"", &["doctor"])
        .output()
        .unwrap();
    assert!(told(&doctor).contains("ok      backups"), "{}", told(&doctor));
}

#[tokio::test]
async fn an_operator_makes_keys_backs_up_and_brings_it_back_on_another_machine() {
    let operator = Operator::new();
    let nothing = operator.run(&["backup"]).unwrap_err().to_string();
    assert!(nothing.contains("there is no database yet"), "{nothing}");
    operator
        .launch
        .run(
            &[
                "create-admin",
                "--email",
                "aissa@bellehouse.example",
                "--name",
                "Aïssa",
            ],
            PASSWORD,
        )
        .unwrap();
    assert!(operator.run(&["backup", "list"]).unwrap().contains("No backups"));
    assert!(operator.run(&["backup"]).unwrap().contains("proven."));
    let name = operator.backups().remove(0);

    let machine = Operator::new();
    let file = operator.launch.data_dir().join("backups").join(&name);
    let file = file.to_str().unwrap();
    let wrong = machine.run(&["restore", file, "--identity", machine.identity()]);
    let wrong = wrong.unwrap_err().to_string();
    assert!(wrong.contains("doesn't open it"), "{wrong}");
    let missing = machine
        .run(&["restore", file, "--identity", "/nowhere"])
        .unwrap_err();
    assert!(missing.to_string().contains("/nowhere"), "{missing}");
    let restored = machine
        .run(&["restore", file, "--identity", operator.identity()])
        .unwrap();
    assert!(restored.contains("confirmNumberSeries"), "{restored}");
    let server = machine.launch.start().await.unwrap();
    let served = machine.run(&["restore", file, "--identity", operator.identity(), "--replace"]);
    assert!(served.unwrap_err().to_string().contains("already serves"));
    server.stop().await.unwrap();

    let keygen = operator.run(&["backup", "keygen", operator.identity()]);
    assert!(keygen.is_err(), "an identity is never overwritten");
    let secret = std::fs::read_to_string(&operator.identity).unwrap();
    let secret = secret.lines().last().unwrap().to_owned();
    let pasted = operator.launch.clone().env("BACKUP_RECIPIENT", secret.clone());
    let refused = pasted.run(&["backup", "list"], "").unwrap_err().to_string();
    assert!(
        refused.contains("BACKUP_RECIPIENT") && !refused.contains(&secret),
        "{refused}"
    );
    assert!(Path::new(file).exists());
}

//! `backup` and `restore`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use clap::Subcommand;

use super::{lock::ServingLock, output, progress};
use crate::features::backups;
use platform::{
    backup::{Backup, Copies, Folder, Identities, Kept, generate},
    clock::{Clock, SharedClock, SystemClock},
    config::Config,
    db::DatabaseOptions,
    storage::Storage,
};

/// What `belle-house backup …` does besides making one.
#[derive(Debug, Subcommand)]
pub enum Action {
    /// Make the pair of keys: the identity goes into a file, which belongs away from the server; the public key is printed, for BACKUP_RECIPIENT.
    Keygen {
        /// The identity's file. It must not exist.
        file: PathBuf,
    },
    /// List the backups, newest first.
    List,
    /// Prove that a backup comes back with your identity: it is restored into a scratch database and compared.
    Verify {
        /// Its name; the newest when absent.
        name: Option<String>,
        /// The file with the identity that opens it; /dev/stdin for standard input.
        #[arg(long)]
        identity: PathBuf,
    },
    /// Remove the backups that needn't be kept.
    Prune,
}

/// Makes the pair of keys. Needs no configuration: it is done on another machine.
///
/// # Errors
/// When the file can't be made.
pub fn keygen(file: &Path) -> Result<()> {
    let recipient = generate(file)?;
    output::line(format!(
        "The identity is in {}. Keep it in two places away from the server: without it no backup opens.\n\
         Into the server's .env:\n\nBACKUP_RECIPIENT={recipient}",
        file.display()
    ))
}

/// Does what the arguments say.
///
/// # Errors
/// What is wrong, for whoever typed the command.
pub async fn run(config: Config, action: Option<Action>) -> Result<()> {
    match action {
        None => make(&config).await,
        Some(Action::Keygen { file }) => keygen(&file),
        Some(Action::List) => list(&config).await,
        Some(Action::Verify { name, identity }) => verify(&config, name.as_deref(), &identity).await,
        Some(Action::Prune) => prune(&config),
    }
}

async fn make(config: &Config) -> Result<()> {
    if let Some(path) = config.database.sqlite_path() {
        ensure!(path.exists(), "there is no database yet: {}", path.display());
    }
    let storage = Storage::open(&config.storage, &config.data_dir)?;
    let source = backups::source(DatabaseOptions::from(&config.database), storage);
    let backup = backups::make(config, &clock(), &source, &progress::shown()).await?;
    output::line(format!(
        "{}: {} rows, {} pictures, {} MB; proven.",
        config.backup.folder.join(&backup.name).display(),
        backup.rows,
        backup.files,
        backup.bytes.div_ceil(1_000_000)
    ))?;
    if backup.missing_files > 0 {
        output::line(format!(
            "{} pictures that records name are not in storage, and not in the backup.",
            backup.missing_files
        ))?;
    }
    if let Some(bucket) = backups::copy(config, &clock(), &backup).await? {
        output::line(format!("Copied into the bucket {bucket}."))?;
    }
    prune(config)
}

/// Those in the folder, and after them those that are in the bucket alone.
async fn list(config: &Config) -> Result<()> {
    let mut backups = folder(config).list()?;
    let copies = Copies::open(config.backup.copies.as_ref())?;
    if let Some(copies) = &copies {
        let elsewhere = copies.list().await?;
        for backup in &backups {
            if !elsewhere.iter().any(|copy| copy.name == backup.name) {
                output::line(format!(
                    "{} is not in the bucket {}.",
                    backup.name,
                    copies.bucket()
                ))?;
            }
        }
        let here: Vec<String> = backups.iter().map(|backup| backup.name.clone()).collect();
        backups.extend(elsewhere.into_iter().filter(|copy| !here.contains(&copy.name)));
    }
    if backups.is_empty() {
        let bucket = copies.map_or_else(String::new, |copies| {
            format!(", and none in the bucket {}", copies.bucket())
        });
        return output::line(format!(
            "No backups in {}{bucket}.",
            config.backup.folder.display()
        ));
    }
    for backup in backups {
        let proven = match (&backup.proven_at, &backup.problem) {
            (Some(at), _) => format!("proven {}", at.format("%Y-%m-%d %H:%M")),
            (None, Some(problem)) => format!("NOT PROVEN: {problem}"),
            (None, None) => "not proven".to_owned(),
        };
        output::line(format!(
            "{}  {:>9} rows {:>7} pictures {:>7} MB  {proven}",
            backup.name,
            backup.rows,
            backup.files,
            backup.bytes.div_ceil(1_000_000)
        ))?;
    }
    Ok(())
}

async fn verify(config: &Config, name: Option<&str>, identity: &Path) -> Result<()> {
    let identities = Identities::read(identity)?;
    if let Some(name) = name {
        backups::fetch(config, name).await?;
    }
    let mut backup = find(config, name)?;
    backups::verify(config, &clock(), &mut backup, &identities, &progress::shown()).await?;
    output::line(format!(
        "{} opens with this identity, and comes back.",
        backup.name
    ))
}

fn find(config: &Config, name: Option<&str>) -> Result<Backup> {
    let mut backups = folder(config).list()?.into_iter();
    let found = match name {
        Some(name) => backups.find(|backup| backup.name == name),
        None => backups.next(),
    };
    found.with_context(|| {
        format!(
            "there is no such backup in {}; `backup list` names them",
            config.backup.folder.display()
        )
    })
}

fn prune(config: &Config) -> Result<()> {
    match backups::prune(config, &clock())? {
        Kept::Pruned(names) => names
            .iter()
            .try_for_each(|name| output::line(format!("Removed {name}."))),
        Kept::ClockBehind(name) => bail!(
            "{name} bears a date in the future: was the clock set back? Nothing was removed. Set the clock right, or rename that file."
        ),
    }
}

/// Brings a backup back.
///
/// # Errors
/// When it can't: what was there is there then.
pub async fn restore(config: Config, file: &Path, identity: &Path, replace: bool) -> Result<()> {
    let _lock = ServingLock::take(&config)?;
    let identities = Identities::read(identity)?;
    let inside = config.backup.folder.join(file);
    let path = if file.exists() { file } else { inside.as_path() };
    if let Some(name) = file.to_str().filter(|_| !path.exists()) {
        backups::fetch(&config, name).await?;
    }
    let storage = Storage::open(&config.storage, &config.data_dir)?;
    let now = SystemClock.now();
    let target = backups::target(
        &config,
        DatabaseOptions::from(&config.database),
        storage,
        replace,
        now,
    );
    let restored = backups::restore(path, &identities, &target, now, &progress::shown()).await?;
    output::line(format!(
        "Restored as of {}: {} rows, {} pictures.\n\
         Start the server. Everybody signs in again; messages that waited are held for staff (settleHeldDeliveries); nothing is \
         issued before an administrator has confirmed the last numbers (confirmNumberSeries).",
        restored
            .taken_at
            .with_timezone(&config.time_zone)
            .format("%d.%m.%Y %H:%M"),
        restored.rows,
        restored.files
    ))
}

fn folder(config: &Config) -> Folder {
    Folder::new(config.backup.folder.clone())
}

fn clock() -> SharedClock {
    Arc::new(SystemClock)
}

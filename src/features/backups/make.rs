//! Making a backup, and proving it.

use anyhow::{Context as _, Result};
use sea_orm::DatabaseTransaction;

use crate::features::media::all_files;
use platform::{
    backup::{
        self, Backup, Copies, Folder, Identities, Kept, LockedFolder, Manifest, NamedFiles, Progress, Source,
        WrongIdentity,
    },
    clock::SharedClock,
    config::Config,
    db::DatabaseOptions,
    storage::Storage,
};

/// The files that a backup holds.
pub(super) const NAMED_FILES: NamedFiles = named_files;

fn named_files(conn: &DatabaseTransaction) -> futures_util::future::BoxFuture<'_, Result<Vec<String>>> {
    Box::pin(async move { Ok(all_files(conn).await?) })
}

/// What is backed up: the database, and the files that its rows name.
#[must_use]
pub fn source(database: DatabaseOptions, storage: Storage) -> Source {
    Source {
        database,
        storage,
        named_files: NAMED_FILES,
    }
}

/// Makes a backup, proves it, and notes how that went. One that can't be proven stays, with what is wrong.
///
/// # Errors
/// When it can't be made, or isn't proven.
pub async fn make(
    config: &Config,
    clock: &SharedClock,
    source: &Source,
    progress: &Progress,
) -> Result<Backup> {
    let folder = Folder::new(config.backup.folder.clone());
    // Until it is proven, so that nobody comes in between.
    let locked = folder.lock()?;
    let recipients = &config.backup.recipients;
    let (mut backup, witness) = backup::create(source, &locked, recipients, clock.now(), progress).await?;
    tracing::info!(
        name = backup.name,
        bytes = backup.bytes,
        rows = backup.rows,
        files = backup.files,
        "a backup is made"
    );
    let path = folder.file(&backup.name);
    let proof = backup::prove(&path, &witness, &locked, NAMED_FILES, clock.now(), progress).await;
    note(&locked, &mut backup, clock, proof)?;
    tracing::info!(name = backup.name, "the backup is proven: it comes back");
    Ok(backup)
}

/// Copies a backup into the bucket that is configured, and removes those there that needn't be kept; the bucket's name.
///
/// # Errors
/// When the bucket refuses.
pub async fn copy(config: &Config, clock: &SharedClock, backup: &Backup) -> Result<Option<String>> {
    let Some(copies) = Copies::open(config.backup.copies.as_ref())? else {
        return Ok(None);
    };
    copies
        .put(&Folder::new(config.backup.folder.clone()), backup)
        .await?;
    tracing::info!(
        name = backup.name,
        bucket = copies.bucket(),
        "the backup is copied"
    );
    if let Kept::ClockBehind(name) = copies.prune(&config.backup.keep, clock.now()).await? {
        tracing::error!(
            name,
            "a copy bears a date in the future: was the clock set back? Nothing is removed"
        );
    }
    Ok(Some(copies.bucket()))
}

/// Fetches a backup from the bucket, when there is one and the backup isn't here.
///
/// # Errors
/// When it isn't in the bucket either, or is damaged there.
pub async fn fetch(config: &Config, name: &str) -> Result<()> {
    let folder = Folder::new(config.backup.folder.clone());
    if folder.file(name).exists() {
        return Ok(());
    }
    let Some(copies) = Copies::open(config.backup.copies.as_ref())? else {
        return Ok(());
    };
    copies.fetch(name, &folder.lock()?).await?;
    Ok(())
}

/// Proves a backup with the operator's own identity, and notes how that went.
///
/// # Errors
/// When it wouldn't come back.
pub async fn verify(
    config: &Config,
    clock: &SharedClock,
    backup: &mut Backup,
    identities: &Identities,
    progress: &Progress,
) -> Result<()> {
    let folder = Folder::new(config.backup.folder.clone());
    let locked = folder.lock()?;
    let path = folder.file(&backup.name);
    let proof = backup::prove(&path, identities, &locked, NAMED_FILES, clock.now(), progress).await;
    if proof.as_ref().is_err_and(|error| error.is::<WrongIdentity>()) {
        return proof.map(drop);
    }
    note(&locked, backup, clock, proof)
}

fn note(
    folder: &LockedFolder,
    backup: &mut Backup,
    clock: &SharedClock,
    proof: Result<Manifest>,
) -> Result<()> {
    match proof {
        Ok(_) => folder.note_proof(backup, Ok(clock.now())),
        Err(error) => {
            folder.note_proof(backup, Err(format!("{error:#}")))?;
            Err(error).with_context(|| format!("{} is NOT proven", backup.name))
        }
    }
}

/// Removes the backups that needn't be kept.
///
/// # Errors
/// When the folder refuses.
pub fn prune(config: &Config, clock: &SharedClock) -> Result<Kept> {
    let folder = Folder::new(config.backup.folder.clone()).lock()?;
    folder.prune(&config.backup.keep, clock.now())
}

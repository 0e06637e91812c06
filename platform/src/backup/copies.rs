//! Copies of backups in a bucket, away from the machine: each with its description beside it, as in the folder.

use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use bytes::BytesMut;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use futures_util::TryStreamExt as _;
use opendal::{ErrorKind, Operator};
use sha2::{Digest as _, Sha256};
use tokio::{
    fs::File,
    io::{AsyncReadExt as _, AsyncWriteExt as _},
};

use super::folder::{Backup, Folder, Kept, LockedFolder, described, moment_of, superfluous};
use crate::{
    config::{Keep, StorageConfig},
    storage::bucket,
};

/// A backup is sent in parts of this size: the least that S3 takes, since lines are slow.
const PART: usize = 5 << 20;
/// How long a part may take.
const PART_TIMEOUT: Duration = Duration::from_secs(180);

/// The bucket. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Copies {
    operator: Operator,
}

impl Copies {
    /// Prepares the bucket; it isn't contacted before the first use. `None` when the configuration names none.
    ///
    /// # Errors
    /// When its options contradict each other.
    pub fn open(config: Option<&StorageConfig>) -> Result<Option<Self>> {
        let Some(config) = config else {
            return Ok(None);
        };
        let operator = bucket(config, PART_TIMEOUT)?;
        Ok(operator.map(|operator| Self { operator }))
    }

    /// The bucket's name.
    #[must_use]
    pub fn bucket(&self) -> String {
        self.operator.info().name().to_string()
    }

    /// Sends a backup there, and then its description: what has one is whole.
    ///
    /// # Errors
    /// When the file can't be read or the bucket refuses; nothing of it counts as a backup then.
    pub async fn put(&self, folder: &Folder, backup: &Backup) -> Result<()> {
        let place = || {
            format!(
                "{} can't be copied into the bucket {}",
                backup.name,
                self.bucket()
            )
        };
        let mut writer = self
            .operator
            .writer_with(&backup.name)
            .chunk(PART)
            .await
            .with_context(place)?;
        let sent = async {
            let mut file = File::open(folder.file(&backup.name)).await?;
            loop {
                let mut part = BytesMut::with_capacity(PART);
                while part.len() < PART && file.read_buf(&mut part).await? > 0 {}
                if part.is_empty() {
                    break;
                }
                writer.write(part.freeze()).await?;
            }
            writer.close().await?;
            anyhow::Ok(())
        };
        if let Err(error) = sent.await {
            // Parts without a whole cost storage. When this fails too, the bucket's own rules remove them.
            drop(writer.abort().await);
            return Err(error).with_context(place);
        }
        let arrived = self.operator.stat(&backup.name).await.with_context(place)?;
        ensure!(
            arrived.content_length() == backup.bytes,
            "of {} only {} of {} bytes are in the bucket {}",
            backup.name,
            arrived.content_length(),
            backup.bytes,
            self.bucket()
        );
        let description = serde_json::to_vec_pretty(backup)?;
        self.operator
            .write(&description_of(&backup.name), description)
            .await
            .with_context(place)?;
        Ok(())
    }

    /// All that are there, newest first.
    ///
    /// # Errors
    /// When the bucket can't be read.
    pub async fn list(&self) -> Result<Vec<Backup>> {
        let what = || format!("the bucket {} can't be listed", self.bucket());
        let entries = self.operator.list("").await.with_context(what)?;
        let mut backups = Vec::new();
        for entry in entries {
            let name = entry.name().to_owned();
            let Some(taken_at) = moment_of(&name) else {
                continue;
            };
            let bytes = entry.metadata().content_length();
            let description = self.description(&name).await.with_context(what)?;
            backups.push(described(name, taken_at, bytes, description.as_deref()));
        }
        backups.sort_by(|a, b| (b.taken_at, &b.name).cmp(&(a.taken_at, &a.name)));
        Ok(backups)
    }

    async fn description(&self, name: &str) -> opendal::Result<Option<Vec<u8>>> {
        match self.operator.read(&description_of(name)).await {
            Ok(text) => Ok(Some(text.to_vec())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Fetches one into the folder, where it then is as it was.
    ///
    /// # Errors
    /// When it isn't there, isn't what was sent, or the disk refuses: nothing of it is in the folder then.
    pub async fn fetch(&self, name: &str, folder: &LockedFolder) -> Result<Backup> {
        let what = || format!("{name} can't be fetched from the bucket {}", self.bucket());
        let taken_at = moment_of(name).with_context(|| format!("{name} is no backup's name"))?;
        let bytes = self
            .operator
            .stat(name)
            .await
            .with_context(what)?
            .content_length();
        let description = self.description(name).await.with_context(what)?;
        let backup = described(name.to_owned(), taken_at, bytes, description.as_deref());
        let place = folder.receive(name)?;
        let mut file = File::create(place.unfinished()).await.with_context(what)?;
        let reader = self.operator.reader(name).await.with_context(what)?;
        let mut parts = reader.into_bytes_stream(..).await.with_context(what)?;
        let mut hash = Sha256::new();
        while let Some(part) = parts.try_next().await.with_context(what)? {
            hash.update(&part);
            file.write_all(&part).await.with_context(what)?;
        }
        file.sync_all().await.with_context(what)?;
        let hash = HEXLOWER.encode(&hash.finalize());
        ensure!(
            backup.sha256.as_ref().is_none_or(|sent| *sent == hash),
            "{name} in the bucket {} is damaged: it isn't what was sent there",
            self.bucket()
        );
        place.finish(&backup)?;
        Ok(backup)
    }

    /// Removes what needn't be kept, by the rules of the folder.
    ///
    /// # Errors
    /// When the bucket refuses.
    pub async fn prune(&self, keep: &Keep, now: DateTime<Utc>) -> Result<Kept> {
        let backups = self.list().await?;
        let superfluous = match superfluous(&backups, keep, now) {
            Ok(superfluous) => superfluous,
            Err(future) => return Ok(Kept::ClockBehind(future.name.clone())),
        };
        let mut removed = Vec::new();
        for backup in superfluous {
            for key in [description_of(&backup.name), backup.name.clone()] {
                let gone = self.operator.delete(&key).await;
                gone.with_context(|| format!("{key} can't be removed from the bucket {}", self.bucket()))?;
            }
            removed.push(backup.name.clone());
        }
        Ok(Kept::Pruned(removed))
    }
}

fn description_of(name: &str) -> String {
    format!("{name}.json")
}

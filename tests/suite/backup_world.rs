//! What tests of backups say over and over: a server with keys, a backup of it, and bringing that back elsewhere.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use belle_house::features::{backups, media};
use platform::backup::{
    Backup, Consequences, Identities, Manifest, Restored, Target, check, generate, restore, unwatched,
};
use platform::clock::{Clock, SharedClock};
use platform::config::{Config, StorageConfig};
use platform::db::{DatabaseOptions, Db};
use platform::storage::Storage;

use crate::support::app::{Builder, TestApp};

/// A server whose backups can be opened.
pub struct BackupWorld {
    pub app: TestApp,
    pub identities: Identities,
    _keys: tempfile::TempDir,
}

impl BackupWorld {
    pub async fn start(builder: Builder) -> Self {
        let keys = tempfile::tempdir().unwrap();
        let path = keys.path().join("identity");
        let recipient = generate(&path).unwrap().to_string();
        let app = builder
            .setting("BACKUP_RECIPIENT", &recipient)
            .leaves_deliveries_pending()
            .start()
            .await;
        Self {
            app,
            identities: Identities::read(&path).unwrap(),
            _keys: keys,
        }
    }

    pub fn config(&self) -> &Config {
        &self.app.ctx().config
    }

    pub fn clock(&self) -> SharedClock {
        Arc::new(self.app.clock.clone())
    }

    pub fn storage(&self) -> Storage {
        Storage::open(&self.config().storage, &self.config().data_dir).unwrap()
    }

    /// Makes a backup of the server's database and proves it.
    pub async fn back_up(&self) -> Backup {
        let source = backups::source(DatabaseOptions::from(&self.config().database), self.storage());
        backups::make(self.config(), &self.clock(), &source, &unwatched())
            .await
            .unwrap()
    }

    /// Proves one with these identities.
    pub async fn verify(&self, backup: &Backup, identities: &Identities) -> anyhow::Result<()> {
        let mut backup = backup.clone();
        backups::verify(
            self.config(),
            &self.clock(),
            &mut backup,
            identities,
            &unwatched(),
        )
        .await
    }

    pub fn file(&self, backup: &Backup) -> PathBuf {
        self.config().backup.folder.join(&backup.name)
    }

    /// What a backup says is in it.
    pub async fn manifest(&self, backup: &Backup) -> Manifest {
        check(&self.file(backup), &self.identities, &unwatched())
            .await
            .unwrap()
            .1
    }

    /// Brings a backup back into the database at `url`, with everything that follows from it.
    pub async fn restore(&self, backup: &Backup, url: &str, replace: bool) -> anyhow::Result<Restored> {
        let now = self.app.clock.now();
        let target = backups::target(self.config(), options(url), self.storage(), replace, now);
        restore(&self.file(backup), &self.identities, &target, now, &unwatched()).await
    }

    /// Brings a backup back into the database at `url` and files into a folder, with nothing that follows; then backs that up.
    pub async fn moved(&self, backup: &Backup, url: &str) -> (Backup, tempfile::TempDir) {
        let folder = tempfile::tempdir().unwrap();
        let storage = Storage::open(&StorageConfig::Fs, folder.path()).unwrap();
        let nothing: Consequences = Arc::new(|_| Box::pin(std::future::ready(Ok(()))));
        let target = Target {
            database: options(url),
            storage: storage.clone(),
            replace: false,
            consequences: nothing,
        };
        let now = self.app.clock.now();
        restore(&self.file(backup), &self.identities, &target, now, &unwatched())
            .await
            .unwrap();
        let source = backups::source(options(url), storage);
        let again = backups::make(self.config(), &self.clock(), &source, &unwatched())
            .await
            .unwrap();
        (again, folder)
    }
}

pub fn options(url: &str) -> DatabaseOptions {
    DatabaseOptions {
        url: url.to_owned(),
        max_connections: 4,
        statement_timeout: Duration::from_secs(30),
    }
}

/// The keys of all files that a database names.
pub async fn named_files(db: &Db) -> Vec<String> {
    media::all_files(db.reader()).await.unwrap()
}

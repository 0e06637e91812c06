//! One serving process on one SQLite file: the live feed and the outbox of a second one would not hear of what the
//! first writes.

use std::{
    fs::{File, TryLockError},
    io::{Read, Seek, Write},
    path::PathBuf,
};

use anyhow::{Context, Result, bail};

use platform::{config::Config, private_folder};

/// Held while serving; the operating system lets go of it when the process ends, however it ends.
#[derive(Debug)]
pub struct ServingLock(#[expect(dead_code, reason = "holding the open file is the lock")] Option<File>);

impl ServingLock {
    /// Takes the lock of the configured database. PostgreSQL needs none: several may serve.
    ///
    /// # Errors
    /// When another process serves on the same file, saying which and what to do.
    pub fn take(config: &Config) -> Result<Self> {
        let Some(path) = path(config) else {
            return Ok(Self(None));
        };
        if let Some(folder) = path.parent() {
            private_folder::create(folder).with_context(|| folder.display().to_string())?;
        }
        let mut file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .with_context(|| path.display().to_string())?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                file.read_to_string(&mut holder)?;
                let holder = holder.trim();
                bail!(
                    "Another server ({holder}) already serves this database: {} is locked. Stop it first, give this \
                     one a DATA_DIR of its own, or move to PostgreSQL (DATABASE_URL), where several may serve.",
                    path.display()
                );
            }
            Err(TryLockError::Error(error)) => {
                return Err(error).with_context(|| path.display().to_string());
            }
        }
        file.set_len(0)?;
        file.rewind()?;
        writeln!(file, "process {}, {}", std::process::id(), config.bind_addr)?;
        file.flush()?;
        Ok(Self(Some(file)))
    }
}

/// Whether another process serves on the configured SQLite file.
#[must_use]
pub fn is_served(config: &Config) -> bool {
    path(config)
        .and_then(|path| File::open(path).ok())
        .is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Beside the database, so that two servers of different folders on one file meet here too; in DATA_DIR by default.
fn path(config: &Config) -> Option<PathBuf> {
    let mut path = config.database.sqlite_path()?.into_os_string();
    path.push(".lock");
    Some(path.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_server_is_told_who_serves() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config::load(|key| match key {
            "DATA_DIR" => Some(folder.path().join("new").display().to_string()),
            "SECRET_KEY" => Some("Zq7vJ0mKx2LwB9tR4yHs6PfD8gNc1AeU".to_owned()),
            _ => None,
        })
        .unwrap();
        let first = ServingLock::take(&config).unwrap();
        let error = ServingLock::take(&config).unwrap_err().to_string();
        assert!(
            error.contains(&std::process::id().to_string()) && error.contains("PostgreSQL"),
            "{error}"
        );
        drop(first);
        ServingLock::take(&config).unwrap();
    }
}

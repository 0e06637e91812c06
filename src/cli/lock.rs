//! One serving process on one SQLite file: the live feed and the outbox of a second one would not hear of what the
//! first writes.

use std::{
    fs::{self, File, TryLockError},
    io::{self, Read, Seek, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
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
        let Some(database) = config.database.sqlite_path() else {
            return Ok(Self(None));
        };
        if let Some(folder) = database.parent() {
            private_folder::create(folder).with_context(|| folder.display().to_string())?;
        }
        let database = one_name(&database).with_context(|| database.display().to_string())?;
        refuse_other_names(&database)?;
        let path = beside(&database);
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
    config
        .database
        .sqlite_path()
        .and_then(|database| File::open(beside(&one_name(&database).ok()?)).ok())
        .is_some_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

/// Beside the database, so that two servers of different folders on one file meet here too; in DATA_DIR by default.
fn beside(database: &Path) -> PathBuf {
    let mut path = database.as_os_str().to_owned();
    path.push(".lock");
    path.into()
}

/// The one name that a file has behind all symbolic links, as SQLite opens it; it need not be there yet.
///
/// # Errors
/// When its folder isn't there, or the links lead in a circle.
pub fn one_name(file: &Path) -> io::Result<PathBuf> {
    /// As many as the kernel follows.
    const LINKS: usize = 40;
    let mut file = file.to_owned();
    for _ in 0..LINKS {
        match file.canonicalize() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            found => return found,
        }
        let folder = match file.parent() {
            Some(folder) if folder != Path::new("") => folder,
            _ => Path::new("."),
        };
        let folder = folder.canonicalize()?;
        match fs::read_link(&file) {
            Ok(target) => file = folder.join(target),
            Err(_) => return Ok(folder.join(file.file_name().unwrap_or_default())),
        }
    }
    Err(io::Error::other("symbolic links lead in a circle"))
}

/// Refuses a database that has a second name, for commands that work beside a server.
///
/// # Errors
/// Which name to remove.
pub fn require_one_name(config: &Config) -> Result<()> {
    match config.database.sqlite_path() {
        Some(path) => refuse_other_names(&path),
        None => Ok(()),
    }
}

/// A file that has a second name can be served under both, each with a lock and a write-ahead log of its own, which
/// destroys it (<https://sqlite.org/howtocorrupt.html>, 2.5).
fn refuse_other_names(database: &Path) -> Result<()> {
    let names = fs::metadata(database).map_or(1, |metadata| metadata.nlink());
    if names > 1 {
        bail!(
            "{} has {names} names (hard links). Served under two of them a database is destroyed: remove the others \
             (`find -samefile {}` names them), or copy the file instead.",
            database.display(),
            database.display()
        );
    }
    Ok(())
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

    #[test]
    fn no_other_name_of_a_database_passes_its_lock() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let config = |name: &str| {
            Config::load(|key| match key {
                "DATABASE_URL" => Some(format!("sqlite://{}", at(name).display())),
                "SECRET_KEY" => Some("Zq7vJ0mKx2LwB9tR4yHs6PfD8gNc1AeU".to_owned()),
                _ => None,
            })
            .unwrap()
        };
        // Before the file is there, and after.
        std::os::unix::fs::symlink("true.sqlite3", at("link.sqlite3")).unwrap();
        std::os::unix::fs::symlink("link.sqlite3", at("link-to-link.sqlite3")).unwrap();
        for made in [false, true] {
            let serving = ServingLock::take(&config("true.sqlite3")).unwrap();
            if made {
                fs::write(at("true.sqlite3"), "").unwrap();
            }
            for name in ["link.sqlite3", "link-to-link.sqlite3"] {
                let told = ServingLock::take(&config(name)).unwrap_err().to_string();
                assert!(told.contains("already serves"), "{told}");
                assert!(is_served(&config(name)));
            }
            drop(serving);
            drop(ServingLock::take(&config("link-to-link.sqlite3")).unwrap());
        }
        let serving = ServingLock::take(&config("true.sqlite3")).unwrap();
        fs::hard_link(at("true.sqlite3"), at("hard.sqlite3")).unwrap();
        let told = ServingLock::take(&config("hard.sqlite3"))
            .unwrap_err()
            .to_string();
        assert!(told.contains("2 names"), "{told}");
        drop(serving);
        fs::remove_file(at("hard.sqlite3")).unwrap();
        ServingLock::take(&config("true.sqlite3")).unwrap();
        std::os::unix::fs::symlink("round.sqlite3", at("round.sqlite3")).unwrap();
        assert!(ServingLock::take(&config("round.sqlite3")).is_err());
    }
}

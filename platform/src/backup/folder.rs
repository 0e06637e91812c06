//! Where backups are kept: a folder, with a small file in clear beside each that says what it is and when it was proven.

use std::{
    collections::BTreeSet,
    fs::{self, File, TryLockError},
    io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};
use chrono::{DateTime, Datelike as _, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::{config::Keep, private_folder};

const PREFIX: &str = "belle-house-";
const SUFFIX: &str = ".tar.gz.age";
const UNFINISHED: &str = ".unfinished-";
const PROOF: &str = ".proof-";
/// A backup whose date is later than this is from the future: the clock was set back.
const TOLERANCE: TimeDelta = TimeDelta::hours(1);

/// What is known of a backup without opening it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Backup {
    /// The file's name.
    pub name: String,
    /// When the snapshot was taken.
    pub taken_at: DateTime<Utc>,
    /// The file's size.
    pub bytes: u64,
    /// The file's SHA-256, in hexadecimal. `None`, as everything below, of one that came here without its description.
    pub sha256: Option<String>,
    /// Which database it was made of.
    pub database: Option<String>,
    /// The last migration of its schema.
    pub migration: Option<String>,
    /// The version of the program that made it.
    pub made_by: Option<String>,
    /// Rows of all tables.
    pub rows: u64,
    /// Files of storage.
    pub files: u64,
    /// Files that rows name and storage didn't have.
    pub missing_files: u64,
    /// When it was last restored into a scratch database and compared, with success.
    pub proven_at: Option<DateTime<Utc>>,
    /// Why the last proof failed.
    pub problem: Option<String>,
}

/// What pruning did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// These were removed.
    Pruned(Vec<String>),
    /// Nothing was removed, because this one bears a date in the future: the clock was set back.
    ClockBehind(String),
}

/// The folder.
#[derive(Debug, Clone)]
pub struct Folder(PathBuf);

/// The folder, while nobody else makes, proves or prunes a backup in it. The system lets go of the lock when the process
/// ends.
#[derive(Debug)]
pub struct LockedFolder {
    folder: Folder,
    /// Held open: that is the lock.
    _file: File,
}

/// Where a backup is being written.
#[derive(Debug)]
pub(super) struct Place<'a> {
    folder: &'a Folder,
    name: String,
    unfinished: PathBuf,
}

/// A folder for a proof, removed when this is dropped.
#[derive(Debug)]
pub(super) struct ProofFolder<'a> {
    path: PathBuf,
    /// Held as long as the proof's folder is there.
    _locked: &'a LockedFolder,
}

impl Folder {
    /// The folder at `path`; made when it is first written to.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file of a backup.
    #[must_use]
    pub fn file(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Locks it, for making, proving and pruning: one at a time.
    ///
    /// # Errors
    /// When somebody else is at it, or the folder can't be written to.
    pub fn lock(&self) -> Result<LockedFolder> {
        private_folder::create(&self.0).with_context(|| format!("{} can't be made", self.0.display()))?;
        let path = self.0.join(".lock");
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .with_context(|| format!("{} can't be written to", self.0.display()))?;
        match file.try_lock() {
            Ok(()) => {
                self.remove_leftovers()?;
                Ok(LockedFolder {
                    folder: self.clone(),
                    _file: file,
                })
            }
            Err(TryLockError::WouldBlock) => {
                bail!("a backup is being made or proven in {} already", self.0.display())
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(|| path.display().to_string()),
        }
    }

    /// What a process that was ended left behind; whoever holds the lock knows that nobody works on it.
    fn remove_leftovers(&self) -> io::Result<()> {
        for entry in fs::read_dir(&self.0)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with(UNFINISHED) {
                fs::remove_file(entry.path())?;
            } else if name.starts_with(PROOF) {
                fs::remove_dir_all(entry.path())?;
            }
        }
        Ok(())
    }

    /// All backups, newest first.
    ///
    /// # Errors
    /// When the folder can't be read. One that isn't there has none.
    pub fn list(&self) -> Result<Vec<Backup>> {
        let entries = match fs::read_dir(&self.0) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error).with_context(|| self.0.display().to_string()),
        };
        let mut backups = Vec::new();
        for entry in entries {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if let Some(taken_at) = moment_of(&name) {
                let bytes = entry.metadata()?.len();
                let text = fs::read(self.description(&name)).ok();
                backups.push(described(name, taken_at, bytes, text.as_deref()));
            }
        }
        backups.sort_by(|a, b| (b.taken_at, &b.name).cmp(&(a.taken_at, &a.name)));
        Ok(backups)
    }

    fn description(&self, name: &str) -> PathBuf {
        self.0.join(format!("{name}.json"))
    }

    fn write_description(&self, backup: &Backup) -> Result<()> {
        use io::Write as _;
        let unfinished = self.0.join(format!("{UNFINISHED}{}.json", backup.name));
        let mut file = File::create(&unfinished)?;
        file.write_all(&serde_json::to_vec_pretty(backup)?)?;
        file.sync_all()?;
        fs::rename(&unfinished, self.description(&backup.name))?;
        File::open(&self.0)?.sync_all()?;
        Ok(())
    }
}

impl LockedFolder {
    /// A place for a new backup.
    pub(super) fn begin(&self, now: DateTime<Utc>) -> Result<Place<'_>> {
        let moment = now.format("%Y%m%dT%H%M%SZ");
        let name = (1..100)
            .map(|number| match number {
                1 => format!("{PREFIX}{moment}{SUFFIX}"),
                _ => format!("{PREFIX}{moment}-{number}{SUFFIX}"),
            })
            .find(|name| !self.folder.file(name).exists())
            .context("there are too many backups of this second")?;
        Ok(Place {
            unfinished: self.folder.0.join(format!("{UNFINISHED}{name}")),
            folder: &self.folder,
            name,
        })
    }

    /// A place for one that comes from elsewhere, under its own name.
    pub(super) fn receive(&self, name: &str) -> Result<Place<'_>> {
        anyhow::ensure!(!self.folder.file(name).exists(), "{name} is here already");
        Ok(Place {
            unfinished: self.folder.0.join(format!("{UNFINISHED}{name}")),
            folder: &self.folder,
            name: name.to_owned(),
        })
    }

    /// A folder for a proof.
    pub(super) fn begin_proof(&self) -> Result<ProofFolder<'_>> {
        let name = format!("{PROOF}{}", uuid::Uuid::new_v4().simple());
        let path = self.folder.0.join(name);
        private_folder::create(&path).with_context(|| format!("{} can't be made", path.display()))?;
        Ok(ProofFolder { path, _locked: self })
    }

    /// Notes how a proof went.
    ///
    /// # Errors
    /// When the folder can't be written to.
    pub fn note_proof(&self, backup: &mut Backup, outcome: Result<DateTime<Utc>, String>) -> Result<()> {
        (backup.proven_at, backup.problem) = match outcome {
            Ok(at) => (Some(at), None),
            Err(problem) => (None, Some(problem)),
        };
        self.folder.write_description(backup)
    }

    /// Removes what needn't be kept.
    ///
    /// # Errors
    /// When the folder refuses.
    pub fn prune(&self, keep: &Keep, now: DateTime<Utc>) -> Result<Kept> {
        let backups = self.folder.list()?;
        let superfluous = match superfluous(&backups, keep, now) {
            Ok(superfluous) => superfluous,
            Err(future) => return Ok(Kept::ClockBehind(future.name.clone())),
        };
        let mut removed = Vec::new();
        for backup in superfluous {
            let name = &backup.name;
            fs::remove_file(self.folder.file(name)).with_context(|| name.clone())?;
            fs::remove_file(self.folder.description(name)).with_context(|| name.clone())?;
            removed.push(name.clone());
        }
        Ok(Kept::Pruned(removed))
    }
}

impl Place<'_> {
    /// The file to write to.
    pub(super) fn unfinished(&self) -> &Path {
        &self.unfinished
    }

    /// Its name once it is finished.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Puts the finished file where it is found.
    pub(super) fn finish(self, backup: &Backup) -> Result<()> {
        fs::rename(&self.unfinished, self.folder.file(&self.name))?;
        // Also what makes the new name durable.
        self.folder.write_description(backup)
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        // Gone when it was finished; whatever stays is removed by whoever takes the lock next.
        let _ = fs::remove_file(&self.unfinished);
    }
}

impl ProofFolder<'_> {
    pub(super) fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for ProofFolder<'_> {
    fn drop(&mut self) {
        // What stays is removed by whoever takes the lock next.
        let _ = fs::remove_dir_all(&self.path);
    }
}

/// What is known of a backup's file, from the description beside it.
pub(super) fn described(
    name: String,
    taken_at: DateTime<Utc>,
    bytes: u64,
    description: Option<&[u8]>,
) -> Backup {
    let described = description
        .and_then(|text| serde_json::from_slice::<Backup>(text).ok())
        .filter(|described| described.name == name);
    match described {
        // Another size is another file than the one that was proven.
        Some(described) if described.bytes == bytes => described,
        Some(described) => Backup {
            bytes,
            proven_at: None,
            problem: Some(format!("the file should have {} bytes", described.bytes)),
            ..described
        },
        None => Backup {
            name,
            taken_at,
            bytes,
            sha256: None,
            database: None,
            migration: None,
            made_by: None,
            rows: 0,
            files: 0,
            missing_files: 0,
            proven_at: None,
            problem: None,
        },
    }
}

/// When the backup of this name was taken; `None` for what is no backup's name.
pub(super) fn moment_of(name: &str) -> Option<DateTime<Utc>> {
    let rest = name.strip_prefix(PREFIX)?.strip_suffix(SUFFIX)?;
    let moment = rest.split('-').next()?;
    NaiveDateTime::parse_from_str(moment, "%Y%m%dT%H%M%SZ")
        .ok()
        .map(|moment| moment.and_utc())
}

/// Which of `backups`, newest first, needn't be kept. Nothing is superfluous that is as new as the newest proven one, or
/// that came here without its description. The error is one from the future.
pub(super) fn superfluous<'a>(
    backups: &'a [Backup],
    keep: &Keep,
    now: DateTime<Utc>,
) -> Result<Vec<&'a Backup>, &'a Backup> {
    if let Some(future) = backups.iter().find(|backup| backup.taken_at > now + TOLERANCE) {
        return Err(future);
    }
    let Some(newest_proven) = backups.iter().find(|backup| backup.proven_at.is_some()) else {
        return Ok(Vec::new());
    };
    let (mut days, mut weeks, mut months) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    let mut superfluous = Vec::new();
    for backup in backups {
        let day = backup.taken_at.with_timezone(&keep.time_zone).date_naive();
        let mut wanted = false;
        if backup.proven_at.is_some() {
            wanted |= takes(&mut days, day, keep.daily);
            wanted |= takes(
                &mut weeks,
                (day.iso_week().year(), day.iso_week().week()),
                keep.weekly,
            );
            wanted |= takes(&mut months, (day.year(), day.month()), keep.monthly);
        }
        let is_new = backup.taken_at >= newest_proven.taken_at;
        if !wanted && !is_new && backup.sha256.is_some() {
            superfluous.push(backup);
        }
    }
    Ok(superfluous)
}

/// Whether there is still a place for a period that has none yet; takes it.
fn takes<T: Ord>(taken: &mut BTreeSet<T>, period: T, places: u32) -> bool {
    taken.len() < places as usize && taken.insert(period)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Keep = Keep {
        daily: 3,
        weekly: 2,
        monthly: 2,
        time_zone: chrono_tz::Africa::Niamey,
    };

    fn backup(day: &str, proven: bool) -> Backup {
        let taken_at: DateTime<Utc> = format!("{day}T01:00:00Z").parse().unwrap();
        Backup {
            name: day.to_owned(),
            taken_at,
            bytes: 1,
            sha256: Some(String::new()),
            database: None,
            migration: None,
            made_by: None,
            rows: 0,
            files: 0,
            missing_files: 0,
            proven_at: proven.then_some(taken_at),
            problem: None,
        }
    }

    fn kept(backups: &[Backup], now: &str) -> Vec<String> {
        let gone = superfluous(backups, &KEEP, now.parse().unwrap()).unwrap();
        let kept = backups.iter().filter(|backup| !gone.contains(backup));
        kept.map(|backup| backup.name.clone()).collect()
    }

    #[test]
    fn days_weeks_and_months_keep_their_last_proven_one() {
        let days: Vec<Backup> = (0..90)
            .map(|back| {
                let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 29).unwrap() - TimeDelta::days(back);
                backup(&day.to_string(), true)
            })
            .collect();
        // 29 November is a Sunday; the week before ends on the 22nd, the month before on 31 October.
        assert_eq!(
            kept(&days, "2026-11-29T02:00:00Z"),
            [
                "2026-11-29",
                "2026-11-28",
                "2026-11-27",
                "2026-11-22",
                "2026-10-31"
            ]
        );
    }

    #[test]
    fn what_is_not_proven_takes_nobodys_place_and_the_newest_stay() {
        let backups = [
            backup("2026-11-29", false),
            backup("2026-11-28", true),
            backup("2026-11-27", false),
            backup("2026-11-26", true),
        ];
        assert_eq!(
            kept(&backups, "2026-11-29T02:00:00Z"),
            ["2026-11-29", "2026-11-28", "2026-11-26"]
        );
        let unproven = [backup("2026-11-29", false), backup("2020-01-01", false)];
        assert_eq!(kept(&unproven, "2026-11-29T02:00:00Z").len(), 2);
        let mut foreign = backup("2020-01-01", false);
        foreign.sha256 = None;
        let with_foreign = [backup("2026-11-28", true), foreign];
        assert_eq!(kept(&with_foreign, "2026-11-29T02:00:00Z").len(), 2);
    }

    #[test]
    fn nothing_is_pruned_while_the_clock_is_behind() {
        let backups = [backup("2026-11-29", true), backup("2026-11-01", false)];
        let future = superfluous(&backups, &KEEP, "2026-11-28T23:00:00Z".parse().unwrap());
        assert_eq!(future.unwrap_err().name, "2026-11-29");
        assert!(superfluous(&backups, &KEEP, "2026-11-29T00:30:00Z".parse().unwrap()).is_ok());
    }

    #[test]
    fn names_tell_the_moment() {
        let at = moment_of("belle-house-20261129T020000Z.tar.gz.age").unwrap();
        assert_eq!(at.to_rfc3339(), "2026-11-29T02:00:00+00:00");
        assert!(moment_of("belle-house-20261129T020000Z-2.tar.gz.age").is_some());
        for other in [
            "belle-house-20261129T020000Z.tar.gz.age.json",
            ".unfinished-belle-house-20261129T020000Z.tar.gz.age",
            "belle-house-yesterday.tar.gz.age",
        ] {
            assert_eq!(moment_of(other), None, "{other}");
        }
    }
}

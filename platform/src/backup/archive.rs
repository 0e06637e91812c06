//! The file of a backup: tar, gzip, age. Written and read as a stream, never held whole.

use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Write},
    path::Path,
};

use age::DecryptError;
use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::rows::{Sum, TableSummary};
use crate::backup_keys::{Identities, Recipient};

/// The version of the format. A reader refuses one that it doesn't know.
const FORMAT: u32 = 1;
const HEADER: &str = "header.json";
const MANIFEST: &str = "manifest.json";
/// Nothing in a backup is larger: pictures are 10 MB at most, rows are put together up to a megabyte.
const LARGEST_PART: u64 = 64 << 20;

/// What a backup begins with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Header {
    format: u32,
    /// When the snapshot was taken.
    pub taken_at: DateTime<Utc>,
    /// The last migration that had been applied.
    pub migration: String,
    /// The version of the program that made it.
    pub made_by: String,
    /// Which database it was.
    pub database: String,
}

impl Header {
    pub(super) fn new(taken_at: DateTime<Utc>, migration: String, made_by: String, database: &str) -> Self {
        Self {
            format: FORMAT,
            taken_at,
            migration,
            made_by,
            database: database.to_owned(),
        }
    }
}

/// What a backup ends with: what must be in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Each table's rows.
    pub tables: BTreeMap<String, TableSummary>,
    /// Each file's SHA-256, in hexadecimal, by its key in storage.
    pub files: BTreeMap<String, String>,
    /// Keys of files that rows name and that were not in storage when the backup was made.
    pub missing: Vec<String>,
}

impl Manifest {
    /// Rows of all tables.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.tables.values().map(|table| table.rows).sum()
    }
}

/// One part of a backup, in the order in which they stand.
#[derive(Debug)]
pub(super) enum Part {
    Header(Header),
    /// Rows of a table, each a line.
    Rows {
        table: String,
        lines: Vec<u8>,
    },
    /// A file of storage.
    File {
        key: String,
        content: Vec<u8>,
    },
    /// The last one.
    Manifest(Manifest),
}

/// What was written.
#[derive(Debug)]
pub(super) struct Written {
    pub(super) bytes: u64,
    /// Of the encrypted file, in hexadecimal: what `sha256sum` says of it.
    pub(super) sha256: String,
}

/// Writes the parts that `next` gives into a new file, and syncs it.
pub(super) fn write(
    path: &Path,
    recipients: &[Recipient],
    mut next: impl FnMut() -> Option<Part>,
) -> Result<Written> {
    let file = File::options().write(true).create_new(true).open(path)?;
    let output = Hashed {
        inner: BufWriter::with_capacity(1 << 18, file),
        hash: Sha256::new(),
        bytes: 0,
    };
    let encryptor = age::Encryptor::with_recipients(
        recipients
            .iter()
            .map(|recipient| &recipient.0 as &dyn age::Recipient),
    )?;
    let gzip = GzEncoder::new(encryptor.wrap_output(output)?, Compression::fast());
    let mut tar = tar::Builder::new(gzip);
    let mut number = 0_u64;
    loop {
        match next() {
            Some(Part::Header(header)) => append(&mut tar, HEADER, &serde_json::to_vec_pretty(&header)?)?,
            Some(Part::Rows { table, lines }) => {
                number += 1;
                append(&mut tar, &format!("tables/{table}/{number:06}.ndjson"), &lines)?;
            }
            Some(Part::File { key, content }) => append(&mut tar, &format!("files/{key}"), &content)?,
            Some(Part::Manifest(manifest)) => {
                append(&mut tar, MANIFEST, &serde_json::to_vec_pretty(&manifest)?)?;
                break;
            }
            None => bail!("the backup was broken off"),
        }
    }
    let output = tar.into_inner()?.finish()?.finish()?;
    let Hashed { inner, hash, bytes } = output;
    inner
        .into_inner()
        .map_err(io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(Written {
        bytes,
        sha256: HEXLOWER.encode(&hash.finalize()),
    })
}

fn append(tar: &mut tar::Builder<impl Write>, path: &str, content: &[u8]) -> Result<()> {
    let mut header = tar::Header::new_gnu();
    header.set_size(content.len() as u64);
    header.set_mode(0o600);
    tar.append_data(&mut header, path, content)?;
    Ok(())
}

/// Counts and hashes what goes through.
struct Hashed<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> Write for Hashed<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Hands each part of a file to `each`, to the file's very end. What has been handed out is authentic, but the whole is
/// only once this has returned: a truncated file fails at its end.
pub(super) fn read(
    path: &Path,
    identities: &Identities,
    mut each: impl FnMut(Part) -> Result<()>,
) -> Result<()> {
    let name = path.display();
    let file = File::open(path).with_context(|| format!("{name} can't be opened"))?;
    let decryptor = age::Decryptor::new_buffered(BufReader::with_capacity(1 << 18, file))
        .map_err(|error| refused(&error))
        .with_context(|| name.to_string())?;
    let plain = decryptor
        .decrypt(identities.all())
        .map_err(|error| refused(&error))
        .with_context(|| name.to_string())?;
    let mut tar = tar::Archive::new(GzDecoder::new(plain));
    let broken = || format!("{name} is damaged: nothing of it was used");
    for entry in tar.entries().with_context(broken)? {
        let mut entry = entry.with_context(broken)?;
        let path = entry.path().with_context(broken)?.to_string_lossy().into_owned();
        ensure!(
            entry.size() <= LARGEST_PART,
            "{path} in {name} is larger than anything that backups hold"
        );
        let mut content = Vec::new();
        entry.read_to_end(&mut content).with_context(broken)?;
        each(part(&path, content)?)?;
    }
    // What follows the last entry, so that the end of the file is authenticated too.
    let mut rest = tar.into_inner();
    io::copy(&mut rest, &mut io::sink()).with_context(broken)?;
    io::copy(rest.get_mut(), &mut io::sink()).with_context(broken)?;
    Ok(())
}

fn part(path: &str, content: Vec<u8>) -> Result<Part> {
    Ok(match path.split_once('/') {
        None if path == HEADER => Part::Header(serde_json::from_slice(&content)?),
        None if path == MANIFEST => Part::Manifest(serde_json::from_slice(&content)?),
        Some(("tables", rest)) => {
            let (table, _) = rest.split_once('/').context("a table without a name")?;
            Part::Rows {
                table: table.to_owned(),
                lines: content,
            }
        }
        Some(("files", key)) => {
            ensure!(
                key.split('/').all(|step| !matches!(step, "" | "." | "..")),
                "{key} is no key of storage"
            );
            Part::File {
                key: key.to_owned(),
                content,
            }
        }
        _ => bail!("{path} is nothing that a backup of this version holds"),
    })
}

/// The key is another one than the backup's, which says nothing of the backup.
#[derive(Debug, thiserror::Error)]
#[error(
    "this identity doesn't open it: it was encrypted to another public key (BACKUP_RECIPIENT of that day)"
)]
pub struct WrongIdentity;

fn refused(error: &DecryptError) -> anyhow::Error {
    match error {
        DecryptError::NoMatchingKeys => WrongIdentity.into(),
        DecryptError::Io(error) => anyhow::anyhow!("can't be read: {error}"),
        error => anyhow::anyhow!("no backup, or a damaged one: {error}"),
    }
}

/// Reads a file to its end and compares what is in it with what should be.
pub(super) fn check(
    path: &Path,
    identities: &Identities,
    mut on_part: impl FnMut(),
) -> Result<(Header, Manifest)> {
    let mut header = None;
    let mut manifest = None;
    let mut sums = BTreeMap::<String, Sum>::new();
    let mut files = BTreeMap::new();
    read(path, identities, |part| {
        ensure!(manifest.is_none(), "something stands behind the manifest");
        ensure!(
            header.is_some() != matches!(part, Part::Header(_)),
            "a backup begins with one header"
        );
        match part {
            Part::Header(found) => {
                ensure!(
                    found.format == FORMAT,
                    "its format is {}, and this version knows {FORMAT}",
                    found.format
                );
                header = Some(found);
            }
            Part::Rows { table, lines } => {
                let sum = sums.entry(table).or_default();
                lines_of(&lines).for_each(|line| sum.add(line));
            }
            Part::File { key, content } => {
                files.insert(key, HEXLOWER.encode(&Sha256::digest(&content)));
            }
            Part::Manifest(found) => manifest = Some(found),
        }
        on_part();
        Ok(())
    })?;
    let name = path.display();
    let (Some(header), Some(manifest)) = (header, manifest) else {
        bail!("{name} is incomplete: nothing of it was used");
    };
    for (table, expected) in &manifest.tables {
        let found = sums.remove(table).unwrap_or_default().finish();
        ensure!(
            found == *expected,
            "{name}: {table} has {} rows that don't add up to what the manifest says ({} rows)",
            found.rows,
            expected.rows
        );
    }
    ensure!(
        sums.is_empty(),
        "{name} has tables that its manifest doesn't name"
    );
    ensure!(
        files == manifest.files,
        "{name} has other files than its manifest says"
    );
    Ok((header, manifest))
}

/// The lines of a part of a table.
pub(super) fn lines_of(lines: &[u8]) -> impl Iterator<Item = &[u8]> {
    lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty())
}

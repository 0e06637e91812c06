//! Databases of a measurement, worked on with the databases' own command lines: copied as files, and filled row by row.

use crate::company::Copied;
use anyhow::{Context as _, Result, bail};
use belle_house_bench::processor;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// One database.
#[derive(Debug, Clone)]
pub enum Database {
    /// A file.
    Sqlite(PathBuf),
    /// Its URL.
    Postgres(String),
}

impl Database {
    /// One of this name: in the cluster of `cluster`'s URL, or in a file below `folder`.
    pub fn create(cluster: Option<&str>, folder: &Path, name: &str) -> Result<Self> {
        let Some(cluster) = cluster else {
            return Ok(Self::Sqlite(folder.join(format!("{name}.sqlite3"))));
        };
        Self::Postgres(cluster.to_owned()).run(&format!("CREATE DATABASE {name}"))?;
        Ok(Self::Postgres(beside(cluster, name)?))
    }

    /// A copy of the whole, while nobody is connected.
    pub fn copy(&self, name: &str) -> Result<Self> {
        match self {
            Self::Sqlite(path) => {
                self.run("PRAGMA wal_checkpoint(TRUNCATE)")?;
                let copy = path.with_file_name(format!("{name}.sqlite3"));
                std::fs::copy(path, &copy)?;
                Ok(Self::Sqlite(copy))
            }
            Self::Postgres(url) => {
                let from = url.rsplit('/').next().unwrap_or_default();
                Self::Postgres(beside(url, "postgres")?)
                    .run(&format!("CREATE DATABASE {name} TEMPLATE {from}"))?;
                Ok(Self::Postgres(beside(url, name)?))
            }
        }
    }

    /// What the server calls it.
    #[must_use]
    pub fn url(&self) -> String {
        match self {
            Self::Sqlite(path) => format!("sqlite://{}", path.display()),
            Self::Postgres(url) => url.clone(),
        }
    }

    /// Runs SQL and returns what it prints: a line a row, columns between bars.
    pub fn run(&self, sql: &str) -> Result<String> {
        let mut command = match self {
            Self::Sqlite(path) => {
                let mut command = Command::new("sqlite3");
                command.args(["-bail", "-cmd", ".timeout 20000"]).arg(path);
                command
            }
            Self::Postgres(url) => {
                let mut command = Command::new("psql");
                command.args(["-XqAt", "-v", "ON_ERROR_STOP=1", "-d", url]);
                command
            }
        };
        let program = command.get_program().display().to_string();
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("{program} (Debian's packages sqlite3 and postgresql-client)"))?;
        let mut stdin = child.stdin.take().context("no standard input")?;
        let sql = sql.to_owned();
        // Beside the reading: either side may have more to say than a pipe holds.
        let writer = std::thread::spawn(move || stdin.write_all(sql.as_bytes()));
        let output = child.wait_with_output()?;
        let written = writer.join();
        if !output.status.success() || !matches!(written, Ok(Ok(()))) {
            bail!("{program}: {}", String::from_utf8_lossy(&output.stderr));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned())
    }

    /// Adds `copies` copies of a table's rows.
    pub fn copy_rows(&self, copied: &Copied, copies: usize) -> Result<()> {
        let table = copied.table;
        let names = match self {
            Self::Sqlite(_) => format!("SELECT name, type FROM pragma_table_info('{table}')"),
            Self::Postgres(_) => format!(
                "SELECT column_name, udt_name FROM information_schema.columns WHERE table_schema = 'public' \
                 AND table_name = '{table}' ORDER BY ordinal_position"
            ),
        };
        let mut columns = Vec::new();
        let mut values = Vec::new();
        for line in self.run(&names)?.lines() {
            let (column, kind) = line.split_once('|').context("no type of a column")?;
            let set = copied.set.iter().find(|(name, _)| *name == column);
            let is_id = kind.starts_with("uuid") && !column.ends_with("_by");
            let value = match set {
                Some((_, "")) => continue,
                Some((_, value)) => (*value).to_owned(),
                None => format!("\"{column}\""),
            };
            columns.push(format!("\"{column}\""));
            values.push(match self {
                Self::Sqlite(_) if set.is_none() && is_id => format!(
                    "iif({value} IS NULL, 'NULL', 'X''' || substr(hex({value}), 1, 24) || printf('%08X', {SCATTERED}) || '''')"
                ),
                Self::Sqlite(_) => format!("quote({value})"),
                Self::Postgres(_) if set.is_none() && is_id => format!(
                    "(substr(replace({value}::text, '-', ''), 1, 24) || lpad(to_hex({SCATTERED}), 8, '0'))::uuid"
                ),
                Self::Postgres(_) => value,
            });
        }
        let (columns, only) = (columns.join(", "), copied.only);
        match self {
            // Triggers and foreign keys have nothing to say about copies of rows that they have admitted.
            Self::Postgres(_) => self.run(&format!(
                "SET session_replication_role = replica; INSERT INTO {table} ({columns}) SELECT {} FROM {table}, \
                 generate_series(1::bigint, {copies}) AS n WHERE {only}",
                values.join(", ")
            ))?,
            Self::Sqlite(_) => {
                let rows = self.run(&format!(
                    "WITH RECURSIVE series(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM series WHERE n < {copies}) \
                     SELECT 'INSERT INTO {table} ({columns}) VALUES (' || {} || ');' FROM {table}, series WHERE {only}",
                    values.join(" || ',' || ")
                ))?;
                self.run(&format!("BEGIN;\n{rows}\nCOMMIT;"))?
            }
        };
        Ok(())
    }

    /// What PostgreSQL does by itself after a while: its planner knows the sizes.
    pub fn settle(&self) -> Result<()> {
        if let Self::Postgres(_) = self {
            self.run("VACUUM (ANALYZE)")?;
            self.run("CHECKPOINT")?;
        }
        Ok(())
    }

    /// The process that all of PostgreSQL's belong to.
    pub fn postmaster(&self) -> Result<Option<u32>> {
        if let Self::Sqlite(_) = self {
            return Ok(None);
        }
        let checkpointer =
            self.run("SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")?;
        Ok(processor::parent(checkpointer.parse()?))
    }

    /// Bytes that PostgreSQL has written ahead of its tables so far.
    pub fn written_ahead(&self) -> Result<Option<u64>> {
        match self {
            Self::Sqlite(_) => Ok(None),
            Self::Postgres(_) => Ok(Some(
                self.run("SELECT (pg_current_wal_lsn() - '0/0')::bigint")?
                    .parse()?,
            )),
        }
    }
}

/// The last 32 bits of the `n`th copy of an id: what was random there stays without pattern.
const SCATTERED: &str = "(n * 2654435761 % 4294967296)";

/// The URL of another database of the same cluster.
fn beside(url: &str, name: &str) -> Result<String> {
    let (server, _) = url.rsplit_once('/').context("no database in the URL")?;
    Ok(format!("{server}/{name}"))
}

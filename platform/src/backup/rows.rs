//! Tables and rows in one form for both databases.
//!
//! A row is a JSON object of its columns in alphabetical order, so that its text, and with it a table's checksum, is the
//! same wherever it is kept.

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use data_encoding::{BASE64, HEXLOWER};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, QueryResult, Statement, Value};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

/// What means something to a running server alone, and is not in a backup: the migrations that were applied (the
/// manifest names the last one), the event log, whose readers start anew after a restore, and what servers know of
/// themselves.
const TRANSIENT: &[&str] = &[
    "seaql_migrations",
    "events",
    "feed_head",
    "rate_limits",
    "heartbeat",
    "public_content",
    "backup_state",
    "secret_keys",
];

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Uuid,
    Text,
    Integer,
    Boolean,
    Moment,
    Date,
    /// Kept as the text that is stored, so that nothing is lost.
    Json,
    Bytes,
}

impl Kind {
    /// From the declared type: what migrations write on SQLite, `information_schema` on PostgreSQL.
    fn of(declared: &str) -> Option<Self> {
        let declared = declared.to_ascii_lowercase();
        Some(match declared.split('(').next().unwrap_or_default() {
            "uuid_text" | "uuid" => Self::Uuid,
            "text" | "varchar" | "character varying" => Self::Text,
            "integer" | "bigint" | "smallint" => Self::Integer,
            "boolean" => Self::Boolean,
            "timestamp_with_timezone_text" | "timestamp with time zone" => Self::Moment,
            "date_text" | "date" => Self::Date,
            "json_text" | "json" => Self::Json,
            "blob" | "bytea" => Self::Bytes,
            _ => return None,
        })
    }
}

#[derive(Debug, Clone)]
struct Column {
    name: String,
    kind: Kind,
}

/// A table with its columns, in alphabetical order.
#[derive(Debug, Clone)]
pub(super) struct Table {
    pub(super) name: String,
    columns: Vec<Column>,
}

/// How many rows a table has, and what they add up to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableSummary {
    /// Rows.
    pub rows: u64,
    /// The sum of their SHA-256 modulo 2²⁵⁶, in hexadecimal: the same in whatever order they are read.
    pub checksum: String,
}

/// Adds up rows.
#[derive(Debug, Default, Clone)]
pub(super) struct Sum {
    rows: u64,
    sum: [u8; 32],
}

impl Sum {
    pub(super) fn add(&mut self, line: &[u8]) {
        self.rows += 1;
        let mut carry = 0_u16;
        for (byte, other) in self.sum.iter_mut().zip(Sha256::digest(line)).rev() {
            let [high, low] = (u16::from(*byte) + u16::from(other) + carry).to_be_bytes();
            *byte = low;
            carry = u16::from(high);
        }
    }

    pub(super) fn finish(&self) -> TableSummary {
        TableSummary {
            rows: self.rows,
            checksum: HEXLOWER.encode(&self.sum),
        }
    }
}

/// Every table of the database, however it came there.
pub(super) async fn all_tables(conn: &impl ConnectionTrait) -> Result<Vec<String>> {
    let sql = match conn.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT table_name::text AS name FROM information_schema.tables \
             WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' ORDER BY 1"
        }
        _ => {
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite~_%' ESCAPE '~' ORDER BY 1"
        }
    };
    let rows = conn
        .query_all_raw(Statement::from_string(conn.get_database_backend(), sql))
        .await?;
    rows.iter()
        .map(|row| Ok(row.try_get::<String>("", "name")?))
        .collect()
}

/// The tables that a backup holds, as this database has them.
pub(super) async fn tables(conn: &impl ConnectionTrait) -> Result<Vec<Table>> {
    let mut tables = Vec::new();
    for name in all_tables(conn).await? {
        if !TRANSIENT.contains(&name.as_str()) {
            let columns = columns(conn, &name).await?;
            tables.push(Table { name, columns });
        }
    }
    Ok(tables)
}

async fn columns(conn: &impl ConnectionTrait, table: &str) -> Result<Vec<Column>> {
    let sql = match conn.get_database_backend() {
        DbBackend::Postgres => {
            "SELECT column_name::text AS name, data_type::text AS declared FROM information_schema.columns \
             WHERE table_schema = current_schema() AND table_name = $1"
        }
        _ => "SELECT name, type AS declared FROM pragma_table_info($1)",
    };
    let statement = Statement::from_sql_and_values(conn.get_database_backend(), sql, [table.into()]);
    let mut columns = Vec::new();
    for row in conn.query_all_raw(statement).await? {
        let (name, declared): (String, String) = (row.try_get("", "name")?, row.try_get("", "declared")?);
        let Some(kind) = Kind::of(&declared) else {
            bail!("{table}.{name} is of a type that backups don't know yet: {declared}");
        };
        columns.push(Column { name, kind });
    }
    columns.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(columns)
}

impl Table {
    fn select(&self, backend: DbBackend) -> Statement {
        let columns: Vec<String> = self
            .columns
            .iter()
            .map(|column| match (backend, column.kind) {
                (DbBackend::Postgres, Kind::Json) => format!("\"{}\"::text", column.name),
                (DbBackend::Postgres, Kind::Integer) => format!("\"{}\"::bigint", column.name),
                _ => format!("\"{}\"", column.name),
            })
            .collect();
        Statement::from_string(
            backend,
            format!("SELECT {} FROM \"{}\"", columns.join(", "), self.name),
        )
    }

    /// The rows' lines, as they come from the database.
    pub(super) async fn lines<'a>(
        &'a self,
        snapshot: &'a DatabaseTransaction,
    ) -> Result<impl Stream<Item = Result<Vec<u8>>> + Send + Unpin + 'a> {
        let select = self.select(snapshot.get_database_backend());
        let rows = sea_orm::StreamTrait::stream_raw(snapshot, select).await?;
        Ok(rows.map(move |row| {
            self.line(&row?)
                .with_context(|| format!("a row of {}", self.name))
        }))
    }

    /// What the table's rows add up to.
    pub(super) async fn sum(&self, snapshot: &DatabaseTransaction) -> Result<TableSummary> {
        let mut sum = Sum::default();
        let mut lines = self.lines(snapshot).await?;
        while let Some(line) = lines.try_next().await? {
            sum.add(&line);
        }
        Ok(sum.finish())
    }

    fn line(&self, row: &QueryResult) -> Result<Vec<u8>> {
        let mut line = Vec::with_capacity(256);
        line.push(b'{');
        for (index, column) in self.columns.iter().enumerate() {
            if index > 0 {
                line.push(b',');
            }
            serde_json::to_writer(&mut line, &column.name)?;
            line.push(b':');
            let value: serde_json::Value = match column.kind {
                Kind::Uuid => row
                    .try_get_by_index::<Option<Uuid>>(index)?
                    .map(|id| id.to_string())
                    .into(),
                Kind::Text | Kind::Json => row.try_get_by_index::<Option<String>>(index)?.into(),
                Kind::Integer => row.try_get_by_index::<Option<i64>>(index)?.into(),
                Kind::Boolean => row.try_get_by_index::<Option<bool>>(index)?.into(),
                Kind::Moment => row
                    .try_get_by_index::<Option<DateTime<Utc>>>(index)?
                    .map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true))
                    .into(),
                Kind::Date => row
                    .try_get_by_index::<Option<NaiveDate>>(index)?
                    .map(|day| day.to_string())
                    .into(),
                Kind::Bytes => row
                    .try_get_by_index::<Option<Vec<u8>>>(index)?
                    .map(|bytes| BASE64.encode(&bytes))
                    .into(),
            };
            serde_json::to_writer(&mut line, &value)?;
        }
        line.push(b'}');
        Ok(line)
    }

    /// Writes rows from their lines.
    pub(super) async fn insert(&self, conn: &DatabaseTransaction, lines: &[&[u8]]) -> Result<()> {
        // SQLite takes 32,766 values in a statement, PostgreSQL twice as many.
        let together = (30_000 / self.columns.len().max(1)).clamp(1, 500);
        for some in lines.chunks(together) {
            let statement = self.insert_statement(conn.get_database_backend(), some)?;
            conn.execute_raw(statement)
                .await
                .with_context(|| format!("rows of {} can't be written", self.name))?;
        }
        Ok(())
    }

    fn insert_statement(&self, backend: DbBackend, lines: &[&[u8]]) -> Result<Statement> {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        let mut sql = format!("INSERT INTO \"{}\" ({}) VALUES ", self.name, names.join(", "));
        let mut values = Vec::with_capacity(lines.len() * self.columns.len());
        for (index, line) in lines.iter().enumerate() {
            sql.push_str(if index == 0 { "(" } else { ", (" });
            let mut row: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(line).with_context(|| format!("a row of {}", self.name))?;
            for (place, column) in self.columns.iter().enumerate() {
                let field = row
                    .remove(&column.name)
                    .with_context(|| format!("a row of {} has no {}", self.name, column.name))?;
                values.push(
                    column
                        .value(field)
                        .with_context(|| format!("{}.{} can't be read", self.name, column.name))?,
                );
                let comma = if place == 0 { "" } else { ", " };
                let number = values.len();
                sql.push_str(&match (backend, column.kind) {
                    (DbBackend::Postgres, Kind::Json) => format!("{comma}CAST(${number} AS json)"),
                    _ => format!("{comma}${number}"),
                });
            }
            ensure!(
                row.is_empty(),
                "a row of {} has columns that the table doesn't: {:?}",
                self.name,
                row.keys()
            );
            sql.push(')');
        }
        Ok(Statement::from_sql_and_values(backend, sql, values))
    }
}

impl Column {
    fn value(&self, field: serde_json::Value) -> Result<Value> {
        use serde_json::Value as Json;
        let text = match &field {
            Json::String(text) => Some(text.as_str()),
            Json::Null => None,
            Json::Number(_) if self.kind == Kind::Integer => None,
            Json::Bool(_) if self.kind == Kind::Boolean => None,
            _ => bail!("a value of another type was expected"),
        };
        Ok(match self.kind {
            Kind::Uuid => text.map(str::parse::<Uuid>).transpose()?.into(),
            Kind::Text | Kind::Json => text.map(str::to_owned).into(),
            Kind::Integer => match &field {
                Json::Number(number) => Some(number.as_i64().context("too large")?).into(),
                Json::Null => None::<i64>.into(),
                _ => bail!("a whole number was expected"),
            },
            Kind::Boolean => match &field {
                Json::Null | Json::Bool(_) => field.as_bool().into(),
                _ => bail!("true or false was expected"),
            },
            Kind::Moment => text
                .map(|text| DateTime::parse_from_rfc3339(text).map(|at| at.with_timezone(&Utc)))
                .transpose()?
                .into(),
            Kind::Date => text.map(str::parse::<NaiveDate>).transpose()?.into(),
            Kind::Bytes => text
                .map(|text| BASE64.decode(text.as_bytes()))
                .transpose()?
                .into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_add_up_alike_in_any_order_and_each_counts() {
        let sum = |lines: &[&str]| {
            let mut sum = Sum::default();
            lines.iter().for_each(|line| sum.add(line.as_bytes()));
            sum.finish()
        };
        assert_eq!(sum(&["a", "b", "c"]), sum(&["c", "a", "b"]));
        assert_ne!(sum(&["a", "b"]), sum(&["a", "c"]));
        // Two of the same don't cancel each other out.
        assert_ne!(sum(&["a", "a"]).checksum, sum(&["b", "b"]).checksum);
        assert_ne!(sum(&["a", "a"]).checksum, sum(&[]).checksum);
    }
}

//! `docs/PRIVACY.md` names every table and column that there is, and none that isn't.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use platform::db::Db;
use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::support::app::TestApp;

/// The columns of each table.
pub async fn schema(db: &Db) -> BTreeMap<String, BTreeSet<String>> {
    let sql = match db.backend() {
        DbBackend::Sqlite => {
            "SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c \
             WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"
        }
        _ => {
            "SELECT table_name::text AS t, column_name::text AS c FROM information_schema.columns \
             WHERE table_schema = 'public'"
        }
    };
    let rows = db
        .reader()
        .query_all_raw(Statement::from_string(db.backend(), sql))
        .await
        .unwrap();
    let mut tables: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows {
        let (table, column): (String, String) =
            (row.try_get("", "t").unwrap(), row.try_get("", "c").unwrap());
        tables.entry(table).or_default().insert(column);
    }
    tables
}

/// What stands in backquotes.
fn names(text: &str) -> impl Iterator<Item = String> {
    text.split('`').skip(1).step_by(2).map(str::to_owned)
}

#[tokio::test]
async fn the_page_names_every_table_and_column() {
    let app = TestApp::start().await;
    let tables = schema(&app.ctx().db).await;
    assert!(tables.len() > 40, "{tables:?}");
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/PRIVACY.md");
    let page = fs::read_to_string(page).unwrap();
    let (_, rest) = page.split_once("## What is kept, table by table").unwrap();
    let (rest, _) = rest.split_once("## Outside the database").unwrap();
    let (of_records, _) = rest.split_once("### ").unwrap();
    let of_records: BTreeSet<String> = names(of_records).collect();
    let mut written: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rest.lines().filter(|line| line.starts_with("| `")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let table = names(cells[1]).next().unwrap();
        let mut columns: BTreeSet<String> = names(cells[2]).collect();
        if tables.get(&table).is_some_and(|it| it.contains("deletion_batch")) {
            columns.extend(of_records.iter().cloned());
        }
        for cell in &cells[3..7] {
            assert!(
                !cell.is_empty(),
                "docs/PRIVACY.md leaves something of {table} open"
            );
        }
        written.insert(table, columns);
    }
    let of = |tables: &BTreeMap<String, BTreeSet<String>>| -> BTreeSet<String> {
        let columns = tables
            .iter()
            .flat_map(|(table, columns)| columns.iter().map(move |column| format!("{table}.{column}")));
        columns.collect()
    };
    let (there, told) = (of(&tables), of(&written));
    let (missing, gone): (Vec<_>, Vec<_>) = (
        there.difference(&told).collect(),
        told.difference(&there).collect(),
    );
    assert!(
        missing.is_empty() && gone.is_empty(),
        "docs/PRIVACY.md: say what is kept in {missing:?}; take out {gone:?}"
    );
}

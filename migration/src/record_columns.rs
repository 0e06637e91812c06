//! Pieces that every table shares.

use sea_orm_migration::{prelude::*, schema::*};

/// Adds the columns of every record (DESIGN.md 2.1): id, version, who and when for creation, update and
/// deletion, and the batch it was deleted with.
pub fn with_record_columns(table: &mut TableCreateStatement) -> &mut TableCreateStatement {
    table
        .col(pk_uuid("id"))
        .col(integer("version"))
        .col(timestamp_with_time_zone("created_at"))
        .col(uuid_null("created_by"))
        .col(timestamp_with_time_zone("updated_at"))
        .col(uuid_null("updated_by"))
        .col(timestamp_with_time_zone_null("deleted_at"))
        .col(uuid_null("deleted_by"))
        .col(uuid_null("deletion_batch"))
}

/// `CREATE INDEX {table}_{name}` on `columns`.
pub fn index(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("{table}_{name}")).table(table);
    for column in columns {
        index.col(*column);
    }
    index.to_owned()
}

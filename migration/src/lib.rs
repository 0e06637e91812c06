//! The database schema, for SQLite and PostgreSQL alike. One file for each group of tables.

pub use sea_orm_migration::prelude::*;

/// Applies the migrations in the order they were written.
#[derive(Debug)]
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![]
    }
}

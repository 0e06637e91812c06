//! Indexes for the website's lists: the latest first, and how many there are. Without them, each page read and sorted every
//! item there is.

use sea_orm_migration::{prelude::*, sea_orm::DbBackend};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["portfolio_items", "blog_posts"];
/// What a list of published records asks for: counted, it is all that is read.
const LISTED: [&str; 4] = ["is_published", "deleted_at", "published_at", "id"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let is_postgres = manager.get_database_backend() == DbBackend::Postgres;
        for table in TABLES {
            manager.create_index(index(table, "listed", &LISTED)).await?;
            if is_postgres {
                // It reads an index for an order with NULLS LAST only where the index says so, too.
                let latest =
                    format!("CREATE INDEX {table}_latest ON {table} (published_at DESC NULLS LAST, id DESC)");
                manager.get_connection().execute_unprepared(&latest).await?;
            }
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            for name in ["listed", "latest"] {
                let index = Index::drop()
                    .name(format!("{table}_{name}"))
                    .table(table)
                    .if_exists()
                    .to_owned();
                manager.drop_index(index).await?;
            }
        }
        Ok(())
    }
}

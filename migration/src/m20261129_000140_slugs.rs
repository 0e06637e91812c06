//! An index by which a slug finds its record, deleted ones included.

use sea_orm_migration::prelude::*;

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

const TABLES: [&str; 2] = ["portfolio_items", "blog_posts"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            manager.create_index(index(table, "slug", &["slug"])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in TABLES {
            let slug = Index::drop()
                .name(format!("{table}_slug"))
                .table(table)
                .to_owned();
            manager.drop_index(slug).await?;
        }
        Ok(())
    }
}

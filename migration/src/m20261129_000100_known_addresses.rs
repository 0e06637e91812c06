//! From where accounts have signed in, which what others fail at elsewhere doesn't make wait.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("known_addresses")
                    .col(text("key").primary_key())
                    .col(timestamp_with_time_zone("last_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("known_addresses", "last_at", &["last_at"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("known_addresses").to_owned())
            .await
    }
}

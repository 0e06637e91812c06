//! When which `SECRET_KEY` signed, by its id: `doctor` tells from it when the former one may be taken away.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("secret_keys")
                    .col(text("key_id").primary_key())
                    .col(timestamp_with_time_zone("first_signed_at"))
                    .col(timestamp_with_time_zone("last_signed_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("secret_keys").to_owned())
            .await
    }
}

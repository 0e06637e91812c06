//! Phones, tablets and browsers that push messages go to.

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
                    .table("devices")
                    .col(uuid("id").primary_key())
                    .col(uuid("account_id"))
                    .col(uuid("session_id"))
                    .col(text("token").unique_key())
                    .col(text("platform"))
                    .col(text_null("app_version"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("registered_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("devices", "account_id", &["account_id", "registered_at"]))
            .await?;
        manager
            .create_index(index("devices", "session_id", &["session_id"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("devices").to_owned())
            .await
    }
}

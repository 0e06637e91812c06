//! Who accepted which privacy notice when, and which clients were anonymised.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("privacy_consents")
                    .col(uuid("account_id"))
                    .col(text("version"))
                    .col(timestamp_with_time_zone("accepted_at"))
                    .primary_key(Index::create().col("account_id").col("version"))
                    .to_owned(),
            )
            .await?;
        manager
            .alter_table(
                Table::alter()
                    .table("clients")
                    .add_column(timestamp_with_time_zone_null("anonymised_at"))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(
                Table::alter()
                    .table("clients")
                    .drop_column("anonymised_at")
                    .to_owned(),
            )
            .await?;
        manager
            .drop_table(Table::drop().table("privacy_consents").to_owned())
            .await
    }
}

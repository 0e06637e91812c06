//! One row that servers count up, to see that what is written is read.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("heartbeat")
                    .col(integer("id").primary_key())
                    .col(big_integer("beat"))
                    .col(timestamp_with_time_zone_null("beaten_at"))
                    .check(Expr::col("id").eq(1))
                    .to_owned(),
            )
            .await?;
        let first = Query::insert()
            .into_table("heartbeat")
            .columns(["id", "beat"])
            .values_panic([1.into(), 0_i64.into()])
            .to_owned();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("heartbeat").to_owned())
            .await
    }
}

//! How often what visitors see has changed: one row, which every such change bumps in its own transaction.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("public_content")
                    .col(integer("id").primary_key())
                    .col(big_integer("version"))
                    .check(Expr::col("id").eq(1))
                    .to_owned(),
            )
            .await?;
        let first = Query::insert()
            .into_table("public_content")
            .columns(["id", "version"])
            .values_panic([1.into(), 1_i64.into()])
            .to_owned();
        manager.execute(first).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("public_content").to_owned())
            .await
    }
}

//! Messages know what they are about, whether they wait for the service to answer, and whether their text was wiped.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One statement each: SQLite adds one column at a time.
        for column in [
            text_null("record_kind"),
            uuid_null("record_id"),
            uuid_null("project_id"),
            boolean("waits_for_service").default(false).to_owned(),
            boolean("is_wiped").default(false).to_owned(),
        ] {
            manager
                .alter_table(Table::alter().table("deliveries").add_column(column).to_owned())
                .await?;
        }
        for column in ["record_id", "project_id"] {
            manager
                .create_index(index("deliveries", column, &[column]))
                .await?;
        }
        manager
            .create_index(
                index("deliveries", "waiting_for_service", &["channel", "id"])
                    .and_where(Expr::col("waits_for_service").eq(true))
                    .to_owned(),
            )
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in ["record_id", "project_id", "waiting_for_service"] {
            manager
                .drop_index(
                    Index::drop()
                        .name(format!("idx_deliveries_{name}"))
                        .table("deliveries")
                        .to_owned(),
                )
                .await?;
        }
        for column in [
            "record_kind",
            "record_id",
            "project_id",
            "waits_for_service",
            "is_wiped",
        ] {
            manager
                .alter_table(Table::alter().table("deliveries").drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

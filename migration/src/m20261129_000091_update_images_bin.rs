//! A picture that was taken out of an update stays in its bin for a while.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            timestamp_with_time_zone_null("deleted_at"),
            uuid_null("deleted_by"),
        ] {
            manager
                .alter_table(
                    Table::alter()
                        .table("project_update_images")
                        .add_column(column)
                        .to_owned(),
                )
                .await?;
        }
        for table in [
            "project_update_images",
            "portfolio_gallery_images",
            "portfolio_videos",
        ] {
            manager
                .create_index(
                    index(table, "bin", &["deleted_at"])
                        .and_where(Expr::col("deleted_at").is_not_null())
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "project_update_images",
            "portfolio_gallery_images",
            "portfolio_videos",
        ] {
            manager
                .drop_index(
                    Index::drop()
                        .name(format!("idx_{table}_bin"))
                        .table(table)
                        .to_owned(),
                )
                .await?;
        }
        for column in ["deleted_at", "deleted_by"] {
            manager
                .alter_table(
                    Table::alter()
                        .table("project_update_images")
                        .drop_column(column)
                        .to_owned(),
                )
                .await?;
        }
        Ok(())
    }
}

//! Contracts, their progress updates, and the updates' pictures.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                with_record_columns(Table::create().table("projects"))
                    .col(uuid("client_id"))
                    .col(text("name"))
                    .col(date_null("start_date"))
                    .col(date_null("estimated_completion"))
                    .col(integer("progress_percentage"))
                    .col(text("current_phase"))
                    .col(timestamp_with_time_zone_null("closed_at"))
                    .col(text("currency"))
                    .col(big_integer("total_quote"))
                    .col(text("search_text"))
                    .check(Expr::col("progress_percentage").between(0, 100))
                    .check(Expr::col("total_quote").gte(0))
                    .foreign_key(
                        ForeignKey::create()
                            .from("projects", "client_id")
                            .to("clients", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("projects", "client", &["client_id", "created_at"]))
            .await?;
        manager
            .create_index(index("projects", "created_at", &["created_at", "id"]))
            .await?;
        manager
            .create_index(index("projects", "deletion_batch", &["deletion_batch"]))
            .await?;

        manager
            .create_table(
                with_record_columns(Table::create().table("project_updates"))
                    .col(uuid("project_id"))
                    .col(text("title"))
                    .col(text_null("description"))
                    .col(timestamp_with_time_zone_null("posted_at"))
                    .col(text("search_text"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("project_updates", "project_id")
                            .to("projects", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index(
                "project_updates",
                "project",
                &["project_id", "posted_at", "id"],
            ))
            .await?;
        manager
            .create_index(index("project_updates", "posted_at", &["posted_at", "id"]))
            .await?;
        manager
            .create_index(index("project_updates", "deletion_batch", &["deletion_batch"]))
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("project_update_images")
                    .col(uuid("update_id"))
                    .col(uuid("image_id"))
                    .col(integer("position"))
                    .primary_key(Index::create().col("update_id").col("image_id"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("project_update_images", "update_id")
                            .to("project_updates", "id"),
                    )
                    .foreign_key(
                        ForeignKey::create()
                            .from("project_update_images", "image_id")
                            .to("images", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("project_update_images", "image", &["image_id"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["project_update_images", "project_updates", "projects"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

//! Uploads, the pictures made of them, and the files that wait to be removed.

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
                    .table("uploads")
                    .col(pk_uuid("id"))
                    // Given before the picture exists, so that every file of an upload is under one known folder.
                    .col(uuid_uniq("image_id"))
                    .col(text("filename"))
                    .col(text("content_type"))
                    .col(integer("byte_size"))
                    .col(text_null("alt"))
                    .col(text("state"))
                    .col(uuid_null("created_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("used_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("uploads", "expires_at", &["state", "expires_at"]))
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("images")
                    .col(pk_uuid("id"))
                    .col(integer("width"))
                    .col(integer("height"))
                    .col(boolean("has_alpha"))
                    .col(text("thumb_hash"))
                    .col(text_null("alt"))
                    .col(text("source_type"))
                    .col(text("source_hash"))
                    .col(integer("byte_size"))
                    // One statement loads a picture with all its files; nothing ever searches for a rendition.
                    .col(json("renditions"))
                    .col(uuid_null("uploaded_by"))
                    .col(timestamp_with_time_zone("created_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("images", "created_at", &["created_at", "id"]))
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("file_removals")
                    .col(pk_uuid("id"))
                    .col(text("folder"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("not_before"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("file_removals", "not_before", &["not_before"]))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["file_removals", "images", "uploads"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

//! The website's frequently asked questions.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                with_record_columns(Table::create().table("faqs"))
                    .col(text("question"))
                    .col(text_null("question_en"))
                    .col(text("answer"))
                    .col(text_null("answer_en"))
                    .col(integer("position"))
                    .col(text("search_text"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("faqs", "position", &["position", "id"]))
            .await?;
        manager
            .create_index(index("faqs", "created_at", &["created_at", "id"]))
            .await?;
        manager
            .create_index(index("faqs", "deletion_batch", &["deletion_batch"]))
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("faqs").to_owned()).await
    }
}

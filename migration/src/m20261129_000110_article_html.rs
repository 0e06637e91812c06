//! The HTML of articles, made when they are written. Those that are there already are made when the server starts.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in [
            text_null("content_html"),
            text_null("content_html_en"),
            integer_null("html_version"),
        ] {
            manager
                .alter_table(Table::alter().table("blog_posts").add_column(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["content_html", "content_html_en", "html_version"] {
            manager
                .alter_table(Table::alter().table("blog_posts").drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

//! The website's content: portfolio with gallery and videos, services, partners, testimonials, blog, promotions.
//!
//! A column `…_en` holds the English text; null means that the French one is shown.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["uploads", "images"] {
            manager
                .alter_table(
                    Table::alter()
                        .table(table)
                        .add_column(text_null("alt_en"))
                        .to_owned(),
                )
                .await?;
        }
        portfolio(manager).await?;
        lists(manager).await?;
        blog(manager).await?;
        promotions(manager).await?;
        slugs(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "retired_slugs",
            "app_promotions",
            "blog_posts",
            "testimonials",
            "partners",
            "services",
            "portfolio_videos",
            "portfolio_gallery_images",
            "portfolio_items",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        for table in ["uploads", "images"] {
            manager
                .alter_table(Table::alter().table(table).drop_column("alt_en").to_owned())
                .await?;
        }
        Ok(())
    }
}

async fn portfolio(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("portfolio_items"))
                .col(text("slug"))
                .col(text("title"))
                .col(text_null("title_en"))
                .col(text("category"))
                .col(uuid_null("main_image_id"))
                .col(text("description"))
                .col(text_null("description_en"))
                .col(text_null("area"))
                .col(text_null("area_en"))
                // Exact: whole square centimetres.
                .col(big_integer_null("area_square_cm"))
                .col(text_null("task"))
                .col(text_null("task_en"))
                .col(text_null("owner"))
                .col(text_null("owner_en"))
                .col(text("contractor"))
                .col(integer_null("year"))
                .col(text_null("usage"))
                .col(text_null("usage_en"))
                .col(text_null("district"))
                .col(text_null("district_en"))
                .col(text_null("city"))
                .col(text_null("city_en"))
                .col(text_null("country"))
                .col(text_null("country_en"))
                .col(text_null("seo_title"))
                .col(text_null("seo_title_en"))
                .col(text_null("seo_description"))
                .col(text_null("seo_description_en"))
                .col(boolean("is_published"))
                .col(timestamp_with_time_zone_null("published_at"))
                .col(boolean("was_published"))
                // Folded, in both languages: what the filters compare with.
                .col(text("usage_keys"))
                .col(text("city_keys"))
                .col(text("country_keys"))
                .col(text("sort_title"))
                .col(text("search_text"))
                .check(
                    Expr::col("area_square_cm")
                        .is_null()
                        .or(Expr::col("area_square_cm").gt(0)),
                )
                .check(published_has_a_time())
                .foreign_key(&mut image("portfolio_items", "main_image_id"))
                .to_owned(),
        )
        .await?;
    unique_slug(manager, "portfolio_items").await?;
    for (name, columns) in [
        ("published_at", &["published_at", "id"][..]),
        ("created_at", &["created_at", "id"]),
        ("sort_title", &["sort_title", "id"]),
        ("main_image", &["main_image_id"]),
        ("deletion_batch", &["deletion_batch"]),
    ] {
        manager
            .create_index(index("portfolio_items", name, columns))
            .await?;
    }

    manager
        .create_table(
            with_record_columns(Table::create().table("portfolio_gallery_images"))
                .col(uuid("portfolio_item_id"))
                .col(uuid("image_id"))
                .col(integer("position"))
                .foreign_key(&mut item("portfolio_gallery_images"))
                .foreign_key(&mut image("portfolio_gallery_images", "image_id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            with_record_columns(Table::create().table("portfolio_videos"))
                .col(uuid("portfolio_item_id"))
                .col(text("url"))
                .col(text_null("title"))
                .col(text_null("title_en"))
                .col(integer("position"))
                .foreign_key(&mut item("portfolio_videos"))
                .to_owned(),
        )
        .await?;
    for table in ["portfolio_gallery_images", "portfolio_videos"] {
        manager
            .create_index(index(table, "item", &["portfolio_item_id", "position"]))
            .await?;
        manager
            .create_index(index(table, "deletion_batch", &["deletion_batch"]))
            .await?;
    }
    manager
        .create_index(index("portfolio_gallery_images", "image", &["image_id"]))
        .await
}

/// Services, partners and testimonials: short lists.
async fn lists(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("services"))
                .col(text("title"))
                .col(text_null("title_en"))
                .col(uuid_null("icon_id"))
                .col(text("short_description"))
                .col(text_null("short_description_en"))
                .col(integer("position"))
                .col(text("sort_title"))
                .col(text("search_text"))
                .foreign_key(&mut image("services", "icon_id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            with_record_columns(Table::create().table("partners"))
                .col(text("name"))
                .col(uuid_null("logo_id"))
                .col(text_null("website"))
                .col(integer("position"))
                .col(text("sort_name"))
                .col(text("search_text"))
                .foreign_key(&mut image("partners", "logo_id"))
                .to_owned(),
        )
        .await?;
    manager
        .create_table(
            with_record_columns(Table::create().table("testimonials"))
                .col(text("client_name"))
                .col(text_null("role"))
                .col(text_null("role_en"))
                .col(uuid_null("photo_id"))
                .col(text("content"))
                .col(text_null("content_en"))
                .col(integer("rating"))
                .col(boolean("is_featured"))
                .col(text("sort_name"))
                .col(text("search_text"))
                .check(Expr::col("rating").between(1, 5))
                .foreign_key(&mut image("testimonials", "photo_id"))
                .to_owned(),
        )
        .await?;
    for (table, picture) in [
        ("services", "icon_id"),
        ("partners", "logo_id"),
        ("testimonials", "photo_id"),
    ] {
        manager
            .create_index(index(table, "created_at", &["created_at", "id"]))
            .await?;
        manager.create_index(index(table, "picture", &[picture])).await?;
        manager
            .create_index(index(table, "deletion_batch", &["deletion_batch"]))
            .await?;
    }
    for table in ["services", "partners"] {
        manager
            .create_index(index(table, "position", &["position", "id"]))
            .await?;
    }
    Ok(())
}

async fn blog(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("blog_posts"))
                .col(text("slug"))
                .col(text("title"))
                .col(text_null("title_en"))
                .col(uuid_null("thumbnail_id"))
                .col(text("content"))
                .col(text_null("content_en"))
                .col(text_null("excerpt"))
                .col(text_null("excerpt_en"))
                .col(text_null("seo_title"))
                .col(text_null("seo_title_en"))
                .col(text_null("seo_description"))
                .col(text_null("seo_description_en"))
                .col(boolean("is_published"))
                .col(timestamp_with_time_zone_null("published_at"))
                .col(boolean("was_published"))
                .col(text("sort_title"))
                .col(text("search_text"))
                .check(published_has_a_time())
                .foreign_key(&mut image("blog_posts", "thumbnail_id"))
                .to_owned(),
        )
        .await?;
    unique_slug(manager, "blog_posts").await?;
    for (name, columns) in [
        ("published_at", &["published_at", "id"][..]),
        ("created_at", &["created_at", "id"]),
        ("thumbnail", &["thumbnail_id"]),
        ("deletion_batch", &["deletion_batch"]),
    ] {
        manager.create_index(index("blog_posts", name, columns)).await?;
    }
    Ok(())
}

async fn promotions(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            with_record_columns(Table::create().table("app_promotions"))
                .col(text("title"))
                .col(text_null("title_en"))
                .col(uuid_null("banner_image_id"))
                .col(uuid_null("portfolio_item_id"))
                .col(text_null("external_link"))
                .col(boolean("is_active"))
                .col(text("sort_title"))
                .col(text("search_text"))
                .check(
                    Expr::col("portfolio_item_id")
                        .is_null()
                        .or(Expr::col("external_link").is_null()),
                )
                .foreign_key(&mut image("app_promotions", "banner_image_id"))
                // A promotion outlives what it points at, and then points at nothing.
                .foreign_key(item("app_promotions").on_delete(ForeignKeyAction::SetNull))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("created_at", &["created_at", "id"][..]),
        ("item", &["portfolio_item_id"]),
        ("banner", &["banner_image_id"]),
        ("deletion_batch", &["deletion_batch"]),
    ] {
        manager
            .create_index(index("app_promotions", name, columns))
            .await?;
    }
    Ok(())
}

/// The slugs that records had before: links to them still lead there. One owner each; a living record's own slug
/// comes first.
async fn slugs(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    manager
        .create_table(
            Table::create()
                .table("retired_slugs")
                .col(text("kind"))
                .col(text("slug"))
                .col(uuid("record_id"))
                .col(timestamp_with_time_zone("retired_at"))
                .primary_key(Index::create().col("kind").col("slug"))
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index("retired_slugs", "record", &["record_id"]))
        .await
}

async fn unique_slug(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    manager
        .create_index(
            index(table, "living_slug", &["slug"])
                .unique()
                .and_where(Expr::col("deleted_at").is_null())
                .to_owned(),
        )
        .await
}

fn published_has_a_time() -> SimpleExpr {
    Expr::col("is_published")
        .eq(false)
        .or(Expr::col("published_at").is_not_null())
}

fn image(table: &'static str, column: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, column)
        .to("images", "id")
        .to_owned()
}

fn item(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "portfolio_item_id")
        .to("portfolio_items", "id")
        .to_owned()
}

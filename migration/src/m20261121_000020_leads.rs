//! What visitors send through the website's forms, and what the staff make of it.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        leads(manager).await?;
        activities(manager).await?;
        inquiries(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["lead_activities", "construction_leads", "contact_inquiries"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

/// A reference that becomes null when what it names is removed for good.
fn loose(table: &'static str, column: &'static str, to: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, column)
        .to(to, "id")
        .on_delete(ForeignKeyAction::SetNull)
        .to_owned()
}

async fn leads(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "construction_leads";
    manager
        .create_table(
            with_record_columns(Table::create().table(TABLE))
                .col(text("name"))
                .col(text("phone"))
                .col(text_null("email"))
                // Lower case, for finding the same person again.
                .col(text_null("email_normalized"))
                .col(boolean("has_land"))
                .col(text_null("location_of_land"))
                .col(uuid_null("interested_in_id"))
                .col(text_null("message"))
                .col(text("status"))
                .col(boolean("is_read"))
                .col(uuid_null("assignee_id"))
                .col(text_null("notes"))
                .col(text_null("doubt"))
                .col(timestamp_with_time_zone_null("converted_at"))
                .col(uuid_null("client_id"))
                .col(uuid_null("project_id"))
                .col(text("sort_name"))
                .col(text("search_text"))
                .check(Expr::cust("(status = 'CONVERTED') = (converted_at IS NOT NULL)"))
                .check(
                    Expr::col("has_land")
                        .eq(false)
                        .or(Expr::col("location_of_land").is_not_null()),
                )
                .foreign_key(&mut loose(TABLE, "interested_in_id", "portfolio_items"))
                .foreign_key(&mut loose(TABLE, "assignee_id", "accounts"))
                .foreign_key(&mut loose(TABLE, "client_id", "clients"))
                .foreign_key(&mut loose(TABLE, "project_id", "projects"))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("created_at", &["created_at", "id"][..]),
        ("status", &["status", "created_at", "id"]),
        ("phone", &["phone"]),
        ("email", &["email_normalized"]),
        ("interested_in", &["interested_in_id"]),
        ("assignee", &["assignee_id"]),
        ("client", &["client_id"]),
        ("project", &["project_id"]),
        ("deletion_batch", &["deletion_batch"]),
    ] {
        manager.create_index(index(TABLE, name, columns)).await?;
    }
    Ok(())
}

async fn activities(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "lead_activities";
    manager
        .create_table(
            Table::create()
                .table(TABLE)
                .col(pk_uuid("id"))
                .col(uuid("lead_id"))
                .col(timestamp_with_time_zone("at"))
                .col(text("kind"))
                .col(uuid_null("account_id"))
                .col(text_null("old_status"))
                .col(text_null("new_status"))
                .col(uuid_null("assignee_id"))
                .col(text_null("text"))
                .col(uuid_null("delivery_id"))
                .col(uuid_null("client_id"))
                .col(uuid_null("project_id"))
                .foreign_key(
                    ForeignKey::create()
                        .from(TABLE, "lead_id")
                        .to("construction_leads", "id")
                        .on_delete(ForeignKeyAction::Cascade),
                )
                .to_owned(),
        )
        .await?;
    manager
        .create_index(index(TABLE, "lead", &["lead_id", "at", "id"]))
        .await
}

async fn inquiries(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    const TABLE: &str = "contact_inquiries";
    manager
        .create_table(
            with_record_columns(Table::create().table(TABLE))
                .col(text("name"))
                .col(text("email"))
                .col(text("email_normalized"))
                .col(text_null("phone"))
                .col(text("subject"))
                .col(text("message"))
                .col(boolean("is_read"))
                .col(text_null("doubt"))
                .col(text("sort_name"))
                .col(text("search_text"))
                .to_owned(),
        )
        .await?;
    for (name, columns) in [
        ("created_at", &["created_at", "id"][..]),
        ("is_read", &["is_read", "created_at", "id"]),
        ("deletion_batch", &["deletion_batch"]),
    ] {
        manager.create_index(index(TABLE, name, columns)).await?;
    }
    Ok(())
}

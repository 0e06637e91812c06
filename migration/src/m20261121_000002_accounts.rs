//! Who is who: accounts, their signed-in devices, and the clients' profiles.

use sea_orm_migration::{prelude::*, schema::*};

use crate::record_columns::{index, with_record_columns};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                with_record_columns(Table::create().table("accounts"))
                    .col(text("email"))
                    .col(text("email_normalized"))
                    .col(text("name"))
                    .col(text("role"))
                    .col(text("locale"))
                    .col(text("password_hash"))
                    .col(boolean("must_change_password"))
                    .col(timestamp_with_time_zone_null("temporary_password_expires_at"))
                    .col(timestamp_with_time_zone_null("disabled_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                index("accounts", "living_email", &["email_normalized"])
                    .unique()
                    .and_where(Expr::col("deleted_at").is_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("accounts", "deletion_batch", &["deletion_batch"]))
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("sessions")
                    .col(pk_uuid("id"))
                    .col(uuid("account_id"))
                    .col(text_null("device_name"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone("last_seen_at"))
                    .col(timestamp_with_time_zone("expires_at"))
                    .col(timestamp_with_time_zone_null("revoked_at"))
                    .col(text_null("revoked_reason"))
                    .col(binary("refresh_hash"))
                    .col(binary_null("previous_refresh_hash"))
                    .col(timestamp_with_time_zone("refreshed_at"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("sessions", "account_id")
                            .to("accounts", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("sessions", "account", &["account_id", "created_at"]))
            .await?;
        manager
            .create_index(index("sessions", "expires_at", &["expires_at"]))
            .await?;

        manager
            .create_table(
                with_record_columns(Table::create().table("clients"))
                    .col(uuid("account_id").unique_key())
                    .col(text("name"))
                    .col(text_null("phone"))
                    .col(text_null("address"))
                    .col(text("locale"))
                    .col(boolean("whatsapp_enabled"))
                    .col(boolean("email_updates"))
                    .col(boolean("push_updates"))
                    .col(text("sort_name"))
                    .col(text("search_text"))
                    .foreign_key(
                        ForeignKey::create()
                            .from("clients", "account_id")
                            .to("accounts", "id"),
                    )
                    .to_owned(),
            )
            .await?;
        for (name, column) in [
            ("sort_name", "sort_name"),
            ("created_at", "created_at"),
            ("deletion_batch", "deletion_batch"),
        ] {
            manager.create_index(index("clients", name, &[column])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in ["clients", "sessions", "accounts"] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

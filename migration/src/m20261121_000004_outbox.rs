//! The outbox: messages that wait to be sent, written with the change that causes them.

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
                    .table("deliveries")
                    .col(pk_uuid("id"))
                    .col(text("channel"))
                    .col(text("status"))
                    .col(uuid("recipient_id"))
                    .col(text_null("address"))
                    .col(text("template"))
                    .col(text("locale"))
                    .col(json("data"))
                    // Takes the place of `data` where that holds credentials; null once they are sent or too old.
                    .col(binary_null("secret_data"))
                    .col(boolean("is_secret"))
                    .col(text_uniq("idempotency_key"))
                    .col(integer("attempts"))
                    .col(timestamp_with_time_zone("next_attempt_at"))
                    .col(uuid_null("lease_owner"))
                    .col(timestamp_with_time_zone_null("lease_until"))
                    .col(text_null("last_error"))
                    .col(timestamp_with_time_zone_null("expires_at"))
                    .col(timestamp_with_time_zone("created_at"))
                    .col(timestamp_with_time_zone_null("sent_at"))
                    .to_owned(),
            )
            .await?;
        // What the worker asks every second or two stays as small as what waits.
        manager
            .create_index(
                index("deliveries", "due", &["next_attempt_at", "id"])
                    .and_where(Expr::col("status").eq("PENDING"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(
                index("deliveries", "secrets", &["expires_at"])
                    .and_where(Expr::col("secret_data").is_not_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("deliveries", "created_at", &["created_at", "id"]))
            .await?;
        manager
            .create_index(index(
                "deliveries",
                "status",
                &["status", "channel", "created_at", "id"],
            ))
            .await?;
        manager
            .create_index(index(
                "deliveries",
                "recipient",
                &["recipient_id", "created_at", "id"],
            ))
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("deliveries").to_owned())
            .await
    }
}

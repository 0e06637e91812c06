//! What the platform itself keeps: audit, event log, idempotency keys, limiter.

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
                    .table("audit_entries")
                    .col(pk_uuid("id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid_null("account_id"))
                    .col(text("action"))
                    .col(text("record_kind"))
                    .col(uuid("record_id"))
                    .col(json("changes"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("audit_entries", "record", &["record_id", "at"]))
            .await?;
        manager
            .create_index(index("audit_entries", "at", &["at"]))
            .await?;
        manager
            .create_index(index("audit_entries", "account", &["account_id", "at"]))
            .await?;

        // The event log. `seq` is the order of insertion, `position` the order of delivery: the same on SQLite,
        // given after the commit by the relay on PostgreSQL (docs/decisions/0002-commit-ordered-positions.md).
        manager
            .create_table(
                Table::create()
                    .table("events")
                    .col(big_pk_auto("seq"))
                    .col(big_integer_null("position"))
                    .col(uuid("id"))
                    .col(text("kind"))
                    .col(uuid_null("project_id"))
                    .col(uuid_null("client_id"))
                    .col(uuid_null("account_id"))
                    .col(boolean("for_staff"))
                    .col(text_null("record_kind"))
                    .col(uuid_null("record_id"))
                    .col(integer_null("record_version"))
                    .col(json("payload"))
                    .col(timestamp_with_time_zone("occurred_at"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("events", "position", &["position"]).unique().to_owned())
            .await?;
        manager
            .create_index(index("events", "project", &["project_id", "position"]))
            .await?;
        manager
            .create_index(index("events", "client", &["client_id", "position"]))
            .await?;
        manager
            .create_index(index("events", "account", &["account_id", "position"]))
            .await?;
        manager
            .create_index(index("events", "occurred_at", &["occurred_at"]))
            .await?;
        manager
            .create_index(
                index("events", "unnumbered", &["seq"])
                    .and_where(Expr::col("position").is_null())
                    .to_owned(),
            )
            .await?;
        manager
            .create_table(
                Table::create()
                    .table("feed_head")
                    .col(integer("id").primary_key())
                    .col(uuid("epoch"))
                    .col(big_integer("position"))
                    .to_owned(),
            )
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("idempotency_keys")
                    .col(text("caller"))
                    .col(text("operation"))
                    .col(text("key"))
                    .col(binary("input_hash"))
                    .col(uuid_null("record_id"))
                    .col(timestamp_with_time_zone("created_at"))
                    .primary_key(Index::create().col("caller").col("operation").col("key"))
                    .to_owned(),
            )
            .await?;
        manager
            .create_index(index("idempotency_keys", "created_at", &["created_at"]))
            .await?;

        manager
            .create_table(
                Table::create()
                    .table("rate_limits")
                    .col(text("bucket").primary_key())
                    .col(integer("hits"))
                    .col(timestamp_with_time_zone("window_started_at"))
                    .col(timestamp_with_time_zone_null("blocked_until"))
                    .to_owned(),
            )
            .await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "rate_limits",
            "idempotency_keys",
            "feed_head",
            "events",
            "audit_entries",
        ] {
            manager.drop_table(Table::drop().table(table).to_owned()).await?;
        }
        Ok(())
    }
}

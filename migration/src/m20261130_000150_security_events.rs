//! What happened to accounts that their owners should know of. What the audit log has of sign-ins moves here.

use sea_orm_migration::{prelude::*, schema::*, sea_orm::DbBackend};

use crate::record_columns::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("security_events")
                    .col(pk_uuid("id"))
                    .col(timestamp_with_time_zone("at"))
                    .col(uuid("account_id"))
                    .col(text("kind"))
                    .col(uuid_null("by_account_id"))
                    .col(uuid_null("session_id"))
                    .col(text_null("device_name"))
                    .col(text_null("reason"))
                    .col(text_null("old_role"))
                    .col(text_null("new_role"))
                    .col(text_null("address"))
                    .col(text_null("user_agent"))
                    .col(text_null("place"))
                    .to_owned(),
            )
            .await?;
        for (name, columns) in [
            ("at", ["at", "id"].as_slice()),
            ("account", &["account_id", "at"]),
            ("place", &["account_id", "place"]),
        ] {
            manager
                .create_index(index("security_events", name, columns))
                .await?;
        }
        let new_of = |column: &str| match manager.get_database_backend() {
            DbBackend::Sqlite => format!("json_extract(changes, '$.{column}.new')"),
            _ => format!("CAST(changes AS jsonb) #>> '{{{column},new}}'"),
        };
        let moved = format!(
            "INSERT INTO security_events (id, at, account_id, kind, device_name, reason, address) \
             SELECT id, at, record_id, CASE action WHEN 'SIGN_IN' THEN 'SIGNED_IN' ELSE action END, {}, {}, {} \
             FROM audit_entries WHERE {SIGN_INS}",
            new_of("device_name"),
            new_of("reason"),
            new_of("address"),
        );
        let connection = manager.get_connection();
        connection.execute_unprepared(&moved).await?;
        let gone = format!("DELETE FROM audit_entries WHERE {SIGN_INS}");
        connection.execute_unprepared(&gone).await?;
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("security_events").to_owned())
            .await
    }
}

const SIGN_INS: &str = "action IN ('SIGN_IN', 'SIGN_IN_REFUSED')";

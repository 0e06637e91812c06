//! Which messages people want, kind by kind and channel by channel.

use sea_orm_migration::{prelude::*, schema::*};

#[derive(DeriveMigrationName)]
pub struct Migration;

/// What clients have chosen so far, as it reads now: news of the site by e-mail; and everything that comes as pushes.
const CARRIED: [(&str, &str, &str); 4] = [
    ("email_updates", "PROJECT_UPDATES", "EMAIL"),
    ("push_updates", "PROJECT_UPDATES", "PUSH"),
    ("push_updates", "INVOICES_AND_PAYMENTS", "PUSH"),
    ("push_updates", "REMINDERS", "PUSH"),
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .create_table(
                Table::create()
                    .table("notification_preferences")
                    .col(uuid("account_id"))
                    .col(text("topic"))
                    .col(text("channel"))
                    .col(text("mode"))
                    .primary_key(Index::create().col("account_id").col("topic").col("channel"))
                    .to_owned(),
            )
            .await?;
        for (flag, topic, channel) in CARRIED {
            // The flags stay, for servers of the release before that still run.
            manager
                .get_connection()
                .execute_unprepared(&format!(
                    "INSERT INTO notification_preferences (account_id, topic, channel, mode) \
                     SELECT account_id, '{topic}', '{channel}', 'OFF' FROM clients \
                     WHERE NOT {flag} AND anonymised_at IS NULL"
                ))
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("notification_preferences").to_owned())
            .await
    }
}
